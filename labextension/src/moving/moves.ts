import { Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookModel,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../api/client';
import { isNamed, KERNEL, saveUnasked } from '../environment/document';
import { isPython } from '../environment/language';
import type { IEnvironments } from '../tokens';
import { notify } from '../ui/notify';
import { Carrying, type ICarried } from './carrying';
import { askMove, NOTHING_LOST, type IMoveChoice } from './moveDialog';
import type { IMissing } from './whatIsNeeded';

export interface IMovesOptions {
  client: Client;
  environments: IEnvironments;
  /** Whether to save a named notebook when its kernel has changed. */
  savesAfterChange: () => boolean;
  /** Return the cells that ran in a notebook's present kernel. */
  ran: (panel: NotebookPanel) => Cell[];
  trans: TranslationBundle;
}

/**
 * Moves notebooks from other kernels to their own, with what a person wants to keep.
 */
export class Moves {
  constructor(private _options: IMovesOptions) {
    this._carrying = new Carrying(_options.client);
  }

  /**
   * Tell whether a notebook could be moved: it runs in Python, in a kernel of this machine that is
   * not ours, and the server has our kernel.
   */
  async isPossible(panel: NotebookPanel): Promise<boolean> {
    const { sessionContext } = panel;
    const { status } = this._options.environments.of(panel);
    const specs = sessionContext.specsManager.specs?.kernelspecs;
    const kernel = sessionContext.session?.kernel;
    if (status?.kernel.state !== 'ordinary' || !specs?.[KERNEL] || !kernel) {
      return false;
    }
    const info = await kernel.info.catch(() => null);
    return info !== null && isPython(info.language_info.name);
  }

  /**
   * Switch a notebook that has an environment to its own kernel, and run cells there.
   *
   * Where that loses variables, the person is asked; with `asks`, in any case.
   */
  async switchTo(
    panel: NotebookPanel,
    { cells = () => [], asks = false }: { cells?: () => Cell[]; asks?: boolean }
  ): Promise<void> {
    const model = this._options.environments.of(panel);
    const listed = asks ? undefined : await this._list(panel);
    const choice =
      listed?.count === 0
        ? NOTHING_LOST
        : await this._ask(panel, cells, null, listed);
    if (!choice) {
      return;
    }
    const { status } = model;
    if (status?.stripped || !status?.approved || !status?.ready) {
      await model.run('restore');
    }
    await this._move(panel, cells, choice, false);
  }

  /**
   * Show what a notebook without a record needs; install that if the person agrees, switch, and run
   * the cells again.
   */
  async adopt(
    panel: NotebookPanel,
    missing: IMissing,
    cells: () => Cell[]
  ): Promise<void> {
    const { client } = this._options;
    const model = this._options.environments.of(panel);
    const { context } = panel;
    if (context.model.dirty && context.contentsModel?.writable !== false) {
      await context.save(); // the file is what is read
    }
    const choice = await this._ask(panel, cells, missing, undefined);
    if (!choice) {
      return;
    }
    if (choice.findsAny) {
      await model.run('adopt', choice.day ? [choice.day] : []);
    }
    // What only a file beside the notebook imports is not among what its cells need.
    const left = await client.packageOf(missing.module, model.path);
    if (left === missing.name) {
      await model.run('install', [left]);
    }
    await this._move(panel, cells, choice, true);
  }

  private async _list(panel: NotebookPanel) {
    const kernel = panel.sessionContext.session?.kernel;
    return kernel ? this._carrying.list(kernel).catch(() => null) : null;
  }

  private async _ask(
    panel: NotebookPanel,
    cells: () => Cell[],
    missing: IMissing | null,
    listed: Awaited<ReturnType<Moves['_list']>> | undefined
  ): Promise<IMoveChoice | null> {
    return askMove({
      model: this._options.environments.of(panel),
      kernel: panel.sessionContext.kernelDisplayName,
      missing,
      cells: cells().length,
      ran: this._ran(panel, cells).length,
      list: listed === undefined ? () => this._list(panel) : async () => listed,
      trans: this._options.trans
    });
  }

  /** What ran before, and is not run again anyway. */
  private _ran(panel: NotebookPanel, cells: () => Cell[]): Cell[] {
    const again = new Set(cells());
    const hasCode = (cell: Cell) => cell.model.sharedModel.getSource().trim();
    return this._options
      .ran(panel)
      .filter(cell => !again.has(cell) && hasCode(cell));
  }

  /**
   * Switch the kernel, then run cells in the new one. The former kernel stays if its variables were
   * to be saved and could not be.
   */
  private async _move(
    panel: NotebookPanel,
    cells: () => Cell[],
    { start }: Pick<IMoveChoice, 'start'>,
    saves: boolean
  ): Promise<void> {
    const { trans } = this._options;
    const former = panel.sessionContext.session?.kernel;
    let load: Awaited<ReturnType<Carrying['save']>> | null = null;
    if (start === 'variables' && former) {
      try {
        load = await this._carrying.save(former);
      } catch (error) {
        const why = error instanceof Error ? error.message : '';
        const text = trans.__(
          'The variables could not be saved, so the notebook stays in its kernel. %1',
          why
        );
        notify('error', text, trans);
        return;
      }
    }
    const before = start === 'cells' ? this._ran(panel, cells) : [];
    const again = [...before, ...cells()];
    const kernel = await this.change(panel, saves);
    if (load && kernel) {
      this._tell(await load(kernel));
    }
    await this.run(panel, again);
  }

  /**
   * Give a notebook its own kernel; after a change of its environment, save that, too.
   */
  async change(
    panel: NotebookPanel,
    saves: boolean
  ): Promise<Kernel.IKernelConnection | null> {
    const { environments, savesAfterChange } = this._options;
    const { context, sessionContext } = panel;
    const kernel = await sessionContext.changeKernel({ name: KERNEL });
    void environments
      .of(panel)
      .refresh()
      .catch(() => undefined);
    if (saves && isNamed(context.localPath) && savesAfterChange()) {
      void recorded(context.model).then(() => saveUnasked(context));
    }
    return kernel;
  }

  /**
   * Run cells, of which one may fail again, and show it.
   */
  async run(panel: NotebookPanel, cells: Cell[]): Promise<void> {
    const there = cells.filter(cell => !cell.isDisposed);
    if (there.length > 0) {
      const { content, sessionContext } = panel;
      await NotebookActions.runCells(content, there, sessionContext);
    }
  }

  private _tell(carried: ICarried | null): void {
    const { trans } = this._options;
    if (!carried) {
      const text = trans.__(
        'The variables could not be loaded into the new kernel.'
      );
      notify('warning', text, trans);
      return;
    }
    const { loaded, failed } = carried;
    const done = trans._n(
      'Carried over %1 variable.',
      'Carried over %1 variables.',
      loaded.length
    );
    if (failed.length === 0) {
      Notification.success(done);
      return;
    }
    const names = failed.map(({ name }) => name).join(', ');
    const why = failed.map(each => `${each.name}: ${each.why}`);
    const text = trans.__('%1 Not carried over: %2', done, names);
    notify('warning', text, trans, why);
  }

  private _carrying: Carrying;
}

/** Wait until Lab has written the new kernel's name into the notebook, or gave that up. */
async function recorded(model: INotebookModel): Promise<void> {
  const isThere = () =>
    (model.getMetadata('kernelspec') as { name?: string } | undefined)?.name ===
    KERNEL;
  await new Promise<void>(resolve => {
    const look = () => {
      if (isThere() || model.isDisposed) {
        model.metadataChanged.disconnect(look);
        resolve();
      }
    };
    model.metadataChanged.connect(look);
    look();
  });
}
