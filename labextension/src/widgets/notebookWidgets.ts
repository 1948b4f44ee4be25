import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { asProblem } from '../api/errors';
import type { IPageExtension } from '../api/extensions';
import { KERNEL } from '../environment/document';
import type { IEnvironmentModel } from '../tokens';
import { withoutToolbar } from './confined';
import type { Contributions, IWidgetModule } from './contributions';
import { isInPage } from './loader';
import { kernelOf, type IManager, type Managers } from './managers';
import { showAnew } from './outputs';
import type { IPageCode } from './tokens';

const COMM = 'jupyter.widget';
/** How often to ask for a status that the server cannot give, and the milliseconds between. */
const ATTEMPTS = 10;
const PAUSE = 200;

const NOTHING: IPageCode = {
  loaded: [],
  unused: [],
  failed: [],
  off: [],
  conflict: ''
};

type CommTarget = Parameters<Kernel.IKernelConnection['registerCommTarget']>[1];

/** What the page found out about the extensions of one environment, and loaded. */
export interface ILoaded {
  contributions: Contributions[];
  code: IPageCode;
}

/**
 * What a notebook needs of the page.
 */
export interface IHost {
  managers: Managers;
  isEnabled: () => Promise<boolean>;
  hasManager: () => boolean;
  list: (path: string) => Promise<IPageExtension[]>;
  load: (extensions: IPageExtension[], path: string) => Promise<ILoaded>;
}

/**
 * The widgets of one open notebook: follows its environment, has what it brings loaded, and shows
 * the outputs that need it.
 */
export class NotebookWidgets {
  constructor(
    private _panel: NotebookPanel,
    private _model: IEnvironmentModel,
    private _host: IHost,
    private _onLoaded: (code: IPageCode) => void
  ) {
    _model.changed.connect(this._follow, this);
    _panel.sessionContext.kernelChanged.connect(this._watch, this);
    _panel.disposed.connect(() => Signal.disconnectReceiver(this));
    this._watch();
    this._follow();
  }

  /**
   * Whether a manager of widgets is the notebook's.
   */
  isOf(manager: IManager): boolean {
    return this._kernel !== null && kernelOf(manager) === this._kernel.id;
  }

  /**
   * Give a manager the modules that it has not got yet; return how many it has now. Where it misses
   * one, the environment may have got it a moment ago.
   */
  async supply(manager: IManager, isMissing: boolean): Promise<number> {
    await this._loading;
    if (isMissing) {
      await this._lookAgain();
    }
    const known = this._given.get(manager) ?? new Set();
    const missing = this._modules.filter(each => !known.has(each));
    missing.forEach(each => manager.register(each));
    const given = new Set([...known, ...missing]);
    this._given.set(manager, given);
    return given.size;
  }

  /**
   * Look again, as after the settings changed.
   */
  again(): void {
    this._seen = '';
    this._follow();
  }

  /** Load what the environment brings, once it changed. */
  private _follow(): void {
    const { status } = this._model;
    const seen = this._isRunning
      ? JSON.stringify([
          status?.environment,
          status?.record,
          status?.installed,
          status?.kernel.started
        ])
      : '';
    if (seen && seen !== this._seen) {
      this._loading = this._loading.then(() => this._load());
    }
    this._seen = seen;
  }

  /** Load what the environment has got by now, without waiting for the next look at it. */
  private async _lookAgain(): Promise<void> {
    if (this._kernel?.name !== KERNEL) {
      return;
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this._model.refresh().catch(() => undefined);
      const state = this._model.status?.kernel.state;
      if (state && !['none', 'starting'].includes(state)) {
        break; // otherwise the file is just being saved, or the page does not know its kernel yet
      }
      await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
    await this._loading;
  }

  private get _kernel(): Kernel.IKernelConnection | null {
    return this._panel.sessionContext.session?.kernel ?? null;
  }

  private get _isRunning(): boolean {
    const { status } = this._model;
    return Boolean(
      status?.kernel.state === 'running' &&
      status.environment &&
      status.ready &&
      status.approved
    );
  }

  private async _load(): Promise<void> {
    const { path } = this._model;
    try {
      const isEnabled = await this._host.isEnabled();
      const extensions = await this._host.list(path);
      if (this._panel.isDisposed) {
        return;
      }
      if (!isEnabled) {
        const off = extensions.filter(
          each => each.kind !== 'other' && !isInPage(each)
        );
        this._onLoaded({ ...NOTHING, off: named(off) });
        return;
      }
      const { contributions, code } = await this._host.load(extensions, path);
      this._modules = contributions.flatMap(each => each.modules);
      contributions.forEach(each => this._apply(each));
      await this._host.managers.ready(this._panel);
      showAnew(this._panel);
      this._onLoaded(code);
    } catch (error) {
      const failed = [asProblem(error).what];
      this._onLoaded({ ...NOTHING, failed });
    }
  }

  private _apply(contributions: Contributions): void {
    if (this._applied.has(contributions) || this._panel.isDisposed) {
      return;
    }
    this._applied.add(contributions);
    const { rendermime } = this._panel.content;
    for (const { factory, rank } of contributions.renderers) {
      rendermime.addFactory(factory, rank);
    }
    for (const extension of contributions.extensions) {
      const added = extension.createNew(
        withoutToolbar(this._panel),
        this._panel.context
      );
      if (added) {
        this._panel.disposed.connect(() => added.dispose());
      }
    }
  }

  /**
   * Let a kernel that makes widgets before the page has a manager wait for it: Lab would close them,
   * and they would stay dead. What the kernel sends meanwhile waits too, in its order.
   */
  private _watch(): void {
    const kernel = this._kernel;
    if (kernel?.name !== KERNEL || this._host.hasManager()) {
      return;
    }
    const register = kernel.registerCommTarget.bind(kernel);
    let manager: CommTarget | null = null;
    kernel.registerCommTarget = (target, callback) => {
      manager = target === COMM ? callback : manager;
      return register(target, callback);
    };
    register(COMM, async (comm, message) => {
      await this._lookAgain();
      if (manager) {
        await manager(comm, message);
      } else {
        comm.close(); // not waited for: its answer would wait for this
      }
    });
  }

  private _seen = '';
  private _loading: Promise<void> = Promise.resolve();
  private _modules: IWidgetModule[] = [];
  private _applied = new Set<Contributions>();
  private _given = new WeakMap<IManager, Set<IWidgetModule>>();
}

/**
 * Return extensions by the packages that bring them.
 */
export function named(extensions: IPageExtension[]): string[] {
  return extensions.map(each => `${each.distribution} (${each.version})`);
}
