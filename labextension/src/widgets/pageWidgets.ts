import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IPageExtension } from '../api/extensions';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { isInPage, type Loader } from './loader';
import { Managers, type IManager } from './managers';
import { named, NotebookWidgets, type ILoaded } from './notebookWidgets';
import type { ShareScope } from './scripts';
import { baseVersion } from './shareScope';
import type { IEnvironmentWidgets, IPageCode } from './tokens';

/** The first major version of the base of widgets that is of ipywidgets 8. */
const OF_IPYWIDGETS_8 = 5;

/**
 * What the page is made of.
 */
export interface IPageOptions {
  scope: ShareScope;
  loader: Loader;
  environments: IEnvironments;
  list: (path: string) => Promise<IPageExtension[]>;
  isEnabled: () => Promise<boolean>;
  /** Whether the server brought a manager of widgets, and nobody disabled it. */
  isManagerServed: boolean;
  /** Opens the panel. */
  open: () => void;
  trans: TranslationBundle;
}

/**
 * The widgets that the environments of all open notebooks bring into the page.
 */
export class PageWidgets implements IEnvironmentWidgets {
  constructor(
    private _options: IPageOptions,
    tracker: INotebookTracker
  ) {
    this._managers = new Managers(_options.scope, async (manager, isMissing) =>
      this._supply(manager, isMissing)
    );
    this._hasManager = _options.isManagerServed;
    if (this._hasManager) {
      void this._managers.adopt();
    }
    tracker.widgetAdded.connect((_, panel) => this._add(panel));
    tracker.forEach(panel => this._add(panel));
  }

  get changed(): ISignal<IEnvironmentWidgets, void> {
    return this._changed;
  }

  codeOf(model: IEnvironmentModel): IPageCode | null {
    return this._code.get(model) ?? null;
  }

  /**
   * Look again for what environments bring, as after the settings changed.
   */
  again(): void {
    this._notebooks.forEach(each => each.again());
  }

  private _add(panel: NotebookPanel): void {
    const model = this._options.environments.of(panel);
    const notebook = new NotebookWidgets(
      panel,
      model,
      {
        managers: this._managers,
        isEnabled: this._options.isEnabled,
        hasManager: () => this._hasManager,
        list: this._options.list,
        load: (extensions, path) => this._load(extensions, path)
      },
      code => {
        this._code.set(model, code);
        this._changed.emit();
      }
    );
    this._notebooks.add(notebook);
    panel.disposed.connect(() => this._notebooks.delete(notebook));
  }

  private async _supply(
    manager: IManager,
    isMissing: boolean
  ): Promise<number> {
    const notebook = [...this._notebooks].find(each => each.isOf(manager));
    return notebook?.supply(manager, isMissing) ?? 0;
  }

  /** Load extensions, after those of all that asked before. */
  private async _load(
    extensions: IPageExtension[],
    path: string
  ): Promise<ILoaded> {
    const load = this._last.then(() => this._loadNow(extensions, path));
    this._last = load.catch(() => undefined);
    return load;
  }

  private async _loadNow(
    extensions: IPageExtension[],
    path: string
  ): Promise<ILoaded> {
    const manager = extensions.find(each => each.kind === 'manager');
    if (manager && !this._hasManager) {
      await this._loadManager(manager);
    }
    const conflict = manager ? this._conflictWith(manager) : '';
    if (conflict) {
      this._tell(path);
    }
    const usable = extensions.filter(
      each => each.kind === 'renderer' || (each.kind === 'widgets' && !conflict)
    );
    const contributions = await this._options.loader.load(usable);
    const fresh = usable.filter(each => !isInPage(each));
    const failures = contributions.map(each => each.failure);
    const failed = fresh.filter((_, index) => failures[index]);
    const shown = usable.filter(each => !failed.includes(each));
    if (manager && !conflict) {
      shown.unshift(manager);
    }
    const others = extensions.filter(
      each => ![...shown, ...failed].includes(each)
    );
    return {
      contributions,
      code: {
        loaded: named(shown),
        failed: named(failed).map(
          (each, index) => `${each}: ${failures.filter(Boolean)[index]}`
        ),
        off: [],
        unused: [...named(others), ...contributions.flatMap(each => each.left)],
        conflict
      }
    };
  }

  private async _loadManager(manager: IPageExtension): Promise<void> {
    const activate = await this._options.loader.loadManager(manager);
    this._hasManager = true;
    await this._managers.adopt(); // before there is one that misses a module
    await activate();
  }

  /** Say why the page's manager cannot show an environment's widgets, and what to do. */
  private _conflictWith(manager: IPageExtension): string {
    const { scope, isManagerServed, trans } = this._options;
    const page = release(baseVersion(scope));
    const own = release(manager.base);
    if (!page || !own || page === own) {
      return '';
    }
    return isManagerServed
      ? trans.__(
          'This page shows widgets of ipywidgets %1, with which the server was set up. This notebook’s environment has ipywidgets %2, whose widgets it cannot show. Install ipywidgets %1 in the notebook, or remove jupyterlab_widgets from the server’s environment.',
          page,
          own
        )
      : trans.__(
          'This page shows widgets of ipywidgets %1, which another notebook brought. This notebook’s environment has ipywidgets %2, whose widgets the same page cannot show. Install ipywidgets %1 in this notebook, or close the other one and reload the page.',
          page,
          own
        );
  }

  private _tell(path: string): void {
    if (!this._told.has(path)) {
      this._told.add(path);
      // Lab cuts longer messages off; the panel has all of it.
      const { trans, open } = this._options;
      Notification.warning(
        trans.__(
          'The widgets of %1 cannot be shown in this page: it has those of another ipywidgets.',
          PathExt.basename(path)
        ),
        {
          autoClose: false,
          actions: [{ label: trans.__('What to do'), callback: open }]
        }
      );
    }
  }

  private _managers: Managers;
  private _hasManager: boolean;
  private _notebooks = new Set<NotebookWidgets>();
  private _last: Promise<unknown> = Promise.resolve();
  private _told = new Set<string>();
  private _code = new WeakMap<IEnvironmentModel, IPageCode>();
  private _changed = new Signal<IEnvironmentWidgets, void>(this);
}

/** The major version of ipywidgets that has a base of widgets, '' for an unknown one. */
function release(base: number): string {
  return base ? (base < OF_IPYWIDGETS_8 ? '7' : '8') : '';
}
