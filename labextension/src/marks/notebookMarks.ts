import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { IMark } from '../api/marks';
import type { Client } from '../api/client';
import type { IEnvironmentModel } from '../tokens';
import { isNeeded } from './markWords';
import type { MarksStore } from './store';

/** Milliseconds without typing after which the server is asked. */
const PAUSE = 400;
/** What may hold an import, or say where a module comes from. */
const RELEVANT =
  /\b(import|from)\s|^\s*[%!]|chdir|sys\.path|addsitedir|urlretrieve|wget|curl/m;
/** What decides whether an import is needed, besides. */
const CONDITION = /^\s*(try|except|finally|if|elif|else|def|class|with)\b/;

/**
 * What the marks of a notebook need.
 */
export interface INotebookMarksOptions {
  client: Client;
  notebook: INotebookModel;
  model: IEnvironmentModel;
  store: MarksStore;
  isEnabled: () => boolean;
}

/**
 * Keeps the marks of one notebook's cells up to date, however many views show them.
 */
export class NotebookMarks implements IDisposable {
  constructor(private _options: INotebookMarksOptions) {
    const { notebook, model } = _options;
    notebook.contentChanged.connect(this.updateSoon, this);
    model.changed.connect(this.updateSoon, this);
    this.updateSoon();
  }

  /** The packages that the cells import and that are not installed, in their order. */
  get missing(): string[] {
    return this._missing;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  /** Update after a pause; this is all that a keystroke does. */
  updateSoon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._update(), PAUSE);
  }

  private async _update(): Promise<void> {
    if (this._isDisposed) {
      return;
    }
    const cells = [...this._options.notebook.cells];
    const sources = cells.map(relevantSource);
    const asked = JSON.stringify([this._state(), sources.map(decidingLines)]);
    if (asked === this._asked) {
      return;
    }
    this._asked = asked;
    const found = this._isShown() ? await this._ask(sources) : [];
    if (!this._isDisposed && asked === this._asked) {
      this._take(cells, sources, found);
    }
  }

  private async _ask(sources: string[]): Promise<IMark[][]> {
    try {
      return await this._options.client.marks(
        this._options.model.path,
        sources
      );
    } catch {
      this._asked = ''; // no file yet, or no server: with the next change, or event of the model
      return [];
    }
  }

  private _take(
    cells: ICellModel[],
    sources: string[],
    found: IMark[][]
  ): void {
    const { store } = this._options;
    const needed = found.flat().filter(isNeeded);
    this._missing = [...new Set(needed.map(mark => mark.package ?? ''))];
    const first = found.findIndex(marks => marks.some(isNeeded));
    cells.forEach((cell, position) => {
      store.set(cell, {
        source: sources[position],
        marks: found[position] ?? [],
        offered: position === first ? this._missing : []
      });
    });
  }

  /** In another kernel than ours, other packages count than those of the environment. */
  private _isShown(): boolean {
    const { isEnabled, model } = this._options;
    const { status } = model;
    const isOurs =
      status?.kernel.state === 'none'
        ? status.recorded
        : status !== null && status.kernel.state !== 'ordinary';
    return isEnabled() && isOurs && !model.otherLanguage;
  }

  /** What the marks depend on, besides the cells. */
  private _state(): unknown {
    const { status, path } = this._options.model;
    const { environment, record, installed, ready, locked } = status ?? {};
    const shown = this._isShown();
    return [path, shown, environment, record, installed, ready, locked];
  }

  private _asked = '';
  private _missing: string[] = [];
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Return the source of a cell that may import something, else nothing: it need not be sent. */
function relevantSource(cell: ICellModel): string {
  if (cell.type !== 'code') {
    return '';
  }
  const source = cell.sharedModel.getSource();
  return RELEVANT.test(source) ? source : '';
}

/** Return the lines of a source that can change its marks: most typing changes none of them. */
function decidingLines(source: string): string[] {
  return source
    .split('\n')
    .filter(line => RELEVANT.test(line) || CONDITION.test(line));
}
