import type { Cell, CodeCell } from '@jupyterlab/cells';
import {
  EditorExtensionRegistry,
  type IEditorExtensionRegistry
} from '@jupyterlab/codemirror';
import {
  NotebookActions,
  type INotebookTracker,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { ISignal, Signal } from '@lumino/signaling';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Client } from '../api/client';
import type { IMark } from '../api/marks';
import type { IEnvironments } from '../tokens';
import { FloatingCard, type ICardOptions } from './floatingCard';
import { ImportList } from './importList';
import { MarkCard, markTitle } from './markCard';
import { NotebookMarks } from './notebookMarks';
import { MarksStore } from './store';

/**
 * What the marks need.
 */
export interface IImportMarksOptions {
  client: Client;
  environments: IEnvironments;
  tracker: INotebookTracker;
  /** The setting, and the signal that it may have changed. */
  isEnabled: () => boolean;
  settingsChanged: ISignal<unknown, void>;
  /** Show the Environment panel. */
  open: () => void;
  trans: TranslationBundle;
}

/**
 * Marks beside the imports of all notebooks: what is installed, and what would be.
 */
export class ImportMarks {
  constructor(private _options: IImportMarksOptions) {
    const { tracker, settingsChanged } = _options;
    this._store.changed.connect((_, model) => this._layOut(model));
    tracker.widgetAdded.connect((_, panel) => this._watch(panel));
    tracker.forEach(panel => this._watch(panel));
    settingsChanged.connect(() => {
      for (const marks of this._notebooks.values()) {
        marks.updateSoon();
      }
    });
  }

  /**
   * Show the marks in all editors of cells from now on.
   *
   * What draws them is loaded here: pages without notebooks, as of Voilà, do not share the modules of
   * the editor, and this extension would not load there.
   */
  async register(registry: IEditorExtensionRegistry): Promise<void> {
    const { editorMarks } = await import('./editorMarks');
    const { trans } = this._options;
    registry.addExtension({
      name: 'nbenv-import-marks',
      factory: ({ inline, model }) =>
        inline
          ? EditorExtensionRegistry.createImmutableExtension(
              editorMarks({
                store: this._store,
                cell: model,
                trans,
                onClick: (mark, cell, anchor) => this._show(mark, cell, anchor),
                onInstall: (names, cell) => this._install(names, cell)
              })
            )
          : null
    });
  }

  /** Return the packages that a notebook imports and that are not installed. */
  missing(panel: NotebookPanel): string[] {
    return this._notebooks.get(panel.context)?.missing ?? [];
  }

  /** Emits when marks have changed, and with them what is missing. */
  get changed(): ISignal<unknown, object> {
    return this._store.changed;
  }

  private _watch(panel: NotebookPanel): void {
    const { context } = panel;
    void context.ready.then(() => {
      if (this._notebooks.has(context) || context.isDisposed) {
        return;
      }
      const { client, environments, isEnabled } = this._options;
      const marks = new NotebookMarks({
        client,
        notebook: context.model,
        model: environments.of(panel),
        store: this._store,
        isEnabled
      });
      this._notebooks.set(context, marks);
      context.disposed.connect(() => {
        marks.dispose();
        this._notebooks.delete(context);
      });
    });
  }

  /**
   * Show what the active cell imports: the card of the only mark, or of the one in the cursor's
   * line, else a list. The marks themselves cannot be reached by the keyboard.
   */
  showActive(): void {
    const { tracker, trans } = this._options;
    const panel = tracker.currentWidget;
    const cell = panel?.content.activeCell;
    if (!panel || !cell) {
      return;
    }
    const found = this._store.of(cell.model);
    const anchor = cell.inputArea?.node ?? cell.node;
    const focusBack = () => panel.content.activate();
    const choose = (mark: IMark) =>
      this._show(mark, cell.model, anchor, focusBack);
    const here =
      panel.content.mode === 'edit' ? marksAtCursor(cell, found.marks) : [];
    const chosen = [found.marks, here].find(each => each.length === 1);
    if (chosen) {
      choose(chosen[0]);
      return;
    }
    showCard(anchor, {
      label: trans.__('Imports of this cell'),
      focusBack,
      content: close => (
        <ImportList
          marks={found}
          trans={trans}
          close={close}
          onChoose={mark => {
            choose(mark); // it has the focus when this one closes
            close();
          }}
          onInstall={() => {
            close();
            void this._install(found.offered, cell.model);
          }}
        />
      )
    });
  }

  /** Let Lab hide the cell's toolbar where the marks would be below it: it measures the lines. */
  private _layOut(model: object): void {
    const { cell } = this._find(model) ?? {};
    if (cell && !cell.isDisposed) {
      (cell.displayChanged as Signal<unknown, void>).emit();
    }
  }

  private _show(
    mark: IMark,
    cell: object,
    anchor: HTMLElement,
    focusBack?: () => void
  ): void {
    const { client, environments, open, trans } = this._options;
    const { panel } = this._find(cell) ?? {};
    if (panel) {
      const model = environments.of(panel);
      const versionsOf = (name: string) => client.versions(model.path, name);
      const parts = { mark, model, open, trans, versionsOf };
      showCard(anchor, {
        label: markTitle(mark),
        focusBack,
        content: close => <MarkCard {...parts} close={close} />
      });
    }
  }

  private async _install(names: string[], model: object): Promise<void> {
    const { panel, cell } = this._find(model) ?? {};
    if (!panel || !cell) {
      return;
    }
    try {
      await this._options.environments.of(panel).run('install', names);
    } catch {
      return; // not agreed to, or the notice bar says why
    }
    const { content, sessionContext } = panel;
    await NotebookActions.runCells(content, [cell], sessionContext);
  }

  /** Return the notebook that shows a cell, the active one if several do, and the cell in it. */
  private _find(
    model: object
  ): { panel: NotebookPanel; cell: CodeCell } | null {
    const { tracker } = this._options;
    const cellIn = (panel: NotebookPanel | null) =>
      panel?.content.widgets.find(each => each.model === model);
    const panel = cellIn(tracker.currentWidget)
      ? tracker.currentWidget
      : tracker.find(each => cellIn(each) !== undefined);
    const cell = cellIn(panel ?? null);
    return panel && cell ? { panel, cell: cell as CodeCell } : null;
  }

  private _store = new MarksStore();
  private _notebooks = new Map<object, NotebookMarks>();
}

function showCard(anchor: HTMLElement, options: ICardOptions): void {
  new FloatingCard(options).showAt(anchor);
}

/** Return the marks of the line that the cursor is in. */
function marksAtCursor({ editor }: Cell, marks: IMark[]): IMark[] {
  const line = editor?.getCursorPosition().line;
  return marks.filter(mark => mark.line === line);
}
