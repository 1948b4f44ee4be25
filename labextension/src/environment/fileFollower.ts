import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';
import { isSame, mergedCells, plain, type ICell } from './mergeCells';
import { settled } from './settledFile';
import { UNASKED } from './unsavedEdits';

type Context = DocumentRegistry.IContext<INotebookModel>;

/** Lab has no public way to say that a page knows a file: it would ask what it need not. */
interface IKnowing {
  _updateContentsModel?: (model: Contents.IModel) => void;
}

interface INotebook {
  cells: ICell[];
  metadata: PartialJSONObject;
}

/**
 * Takes what another page has saved into an open notebook, beside what is not saved in this one.
 *
 * Two pages of a notebook that both run cells have outputs of their own. Lab compares files alone, so
 * the page that saves last would ask which of the two to keep.
 */
export class FileFollower {
  constructor(
    private _context: Context,
    private _contents: Contents.IManager,
    private _edits: { any: boolean }
  ) {
    void _context.ready.then(() => {
      if (!_context.isDisposed) {
        this._follow();
      }
    });
  }

  /** Wait until no save is going on, also not one that a person asked for. */
  async settled(): Promise<void> {
    const { saveState } = this._context;
    while (this._isSaving) {
      await new Promise<void>(done => {
        const next = () => {
          saveState.disconnect(next);
          done();
        };
        saveState.connect(next);
      });
    }
  }

  /**
   * Take over what the file has and this page has not; resolve to whether the page now has all of it.
   *
   * It is not if a person has to decide, or the file cannot be read. Then nothing is changed.
   */
  async takeOver(): Promise<boolean> {
    const { _context: context } = this;
    if (!this._base || context.model.collaborative) {
      return false;
    }
    const file = await this._changedFile().catch(() => undefined);
    if (!file || context.isDisposed) {
      return file === null;
    }
    const know = (context as unknown as IKnowing)._updateContentsModel;
    const theirs = file.content as INotebook;
    const ours = this._now();
    const cells = mergedCells(this._base.cells, theirs.cells, ours.cells);
    if (!cells || typeof know !== 'function' || this._isSaving) {
      return false;
    }
    const isEdited = this._edits.any;
    const { sharedModel } = context.model;
    sharedModel.transact(() => {
      this._takeMetadata(theirs, ours);
      this._show(cells, ours.cells);
    }, false);
    know.call(context, { ...context.contentsModel, ...file, content: null });
    this._base = theirs;
    if (!isEdited) {
      context.model.dirty = false; // it is what the file has
    }
    return true;
  }

  /** Return the file if it is another one than this page knows, else null. */
  private async _changedFile(): Promise<Contents.IModel | null> {
    const { path, contentsModel: known } = this._context;
    const look = { content: false, hash: true };
    const isKnown = (file: Contents.IModel) =>
      known?.hash && file.hash
        ? known.hash === file.hash
        : known?.last_modified === file.last_modified;
    if (isKnown(await this._contents.get(path, look))) {
      return null;
    }
    await settled(this._contents, path);
    return this._contents.get(path, {
      ...{ type: 'notebook', format: 'json' },
      ...{ content: true, hash: true }
    });
  }

  private _takeMetadata(theirs: INotebook, ours: INotebook): void {
    const { sharedModel } = this._context.model;
    const [before, there, here] = [this._base, theirs, ours].map(
      each => each?.metadata ?? {}
    );
    for (const key of Object.keys(there)) {
      const isTheirs = !isSame(before[key], there[key]);
      const isOurs = !isSame(before[key], here[key]);
      if (isTheirs && (!isOurs || UNASKED.includes(key))) {
        sharedModel.setMetadata(key, there[key] as never);
      }
    }
  }

  /** Change the cells in place: what is being typed and run goes on. */
  private _show(cells: ICell[], before: ICell[]): void {
    const { sharedModel } = this._context.model;
    const wanted = new Set(cells.map(each => each.id));
    for (let at = before.length - 1; at >= 0; at--) {
      if (!wanted.has(before[at].id)) {
        sharedModel.deleteCell(at);
      }
    }
    cells.forEach((cell, at) => {
      const shown = sharedModel.cells[at];
      if (shown?.getId() !== cell.id) {
        const from = sharedModel.cells.findIndex(
          each => each.getId() === cell.id
        );
        if (from >= 0) {
          sharedModel.moveCell(from, at);
        } else {
          sharedModel.insertCell(at, cell as never);
          return;
        }
      }
      this._update(at, cell, before.find(each => each.id === cell.id) ?? cell);
    });
  }

  private _update(at: number, cell: ICell, before: ICell): void {
    const shown = this._context.model.sharedModel.cells[at];
    if (cell.source !== before.source) {
      shown.setSource(plain(cell.source) as string);
    }
    if (cell.metadata !== before.metadata) {
      shown.setMetadata(cell.metadata as never);
    }
    if ('setOutputs' in shown) {
      if (cell.outputs !== before.outputs) {
        shown.setOutputs(cell.outputs as never);
      }
      if (cell.execution_count !== before.execution_count) {
        shown.execution_count = cell.execution_count ?? null;
      }
    }
  }

  private _follow(): void {
    const { _context: context } = this;
    this._base = this._now();
    context.saveState.connect((_, state) => {
      if (state === 'started') {
        this._isSaving = this._now();
      } else {
        this._base = state === 'completed' ? this._isSaving : this._base;
        this._isSaving = null;
      }
    });
    context.fileChanged.connect(() => {
      if (!this._isSaving) {
        this._base = this._now(); // it was read again
      }
    });
  }

  private _now(): INotebook {
    return this._context.model.toJSON() as unknown as INotebook;
  }

  /** What the file has had when this page last read or wrote it. */
  private _base: INotebook | null = null;
  /** What is being written. */
  private _isSaving: INotebook | null = null;
}
