import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ISignal } from '@lumino/signaling';
import type { IWidgetModule } from './contributions';
import type { ShareScope } from './scripts';
import { usedVersion } from './shareScope';

const MANAGER = '@jupyter-widgets/jupyterlab-manager';
export const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';

/** Milliseconds without work after which a kernel has got all that a page answers. */
const MOMENT = 500;

type LoadClass = (
  className: string,
  moduleName: string,
  moduleVersion: string
) => Promise<unknown>;

/** What is used of a kernel. */
interface IKernel {
  readonly id: string;
  readonly status?: string;
  readonly statusChanged?: ISignal<unknown, string>;
}

/**
 * What is used of a manager of widgets, which each notebook has one of.
 */
export interface IManager {
  readonly kernel?: IKernel | null;
  /** That of the notebook; a console's manager has only a kernel, and one of ipywidgets 7 only this. */
  readonly context?: NotebookPanel['context'];
  register(module: IWidgetModule): void;
}

/** What is replaced in the prototype of managers; older ones load nothing by that method. */
interface IPrototype {
  loadClass: LoadClass;
  _loadFromKernel?: (this: IManager) => Promise<unknown>;
}

/** What is used of the module that the manager's package shares. */
interface IManagerModule {
  WidgetManager: { prototype: object };
  registerWidgetManager(
    context: NotebookPanel['context'],
    rendermime: NotebookPanel['content']['rendermime'],
    renderers: Iterable<{ manager: unknown }>
  ): unknown;
}

/**
 * Supplies the page's managers of widgets with the modules of environments.
 *
 * A manager knows the modules that registered themselves, by name and version. A notebook's gets
 * those of the notebook's own environment besides, when it first needs a class of theirs.
 */
export class Managers {
  /**
   * `supply` gives a manager the modules of its notebook's environment, and returns how many it has
   * got by then. Where a class was not found, it looks again for what the environment brings.
   */
  constructor(
    private _scope: ShareScope,
    private _supply: (manager: IManager, isMissing: boolean) => Promise<number>
  ) {}

  /**
   * Let the page's managers, if it has any, ask for modules from now on.
   */
  async adopt(): Promise<void> {
    const module = await this._module();
    const prototype = module && ownerOf(module.WidgetManager.prototype);
    if (!prototype || this._adopted.has(prototype)) {
      return;
    }
    this._adopted.add(prototype);
    const { _loadFromKernel: loadFromKernel } = prototype;
    if (loadFromKernel) {
      prototype._loadFromKernel = async function (this: IManager) {
        await quiet(this);
        return loadFromKernel.call(this);
      };
    }
    const supply = this._supply;
    const loadClass = prototype.loadClass;
    prototype.loadClass = async function (this: IManager, ...words) {
      const before = await supply(this, false);
      try {
        return await loadClass.apply(this, words);
      } catch (error) {
        // Others that missed a class may have had the modules supplied meanwhile.
        if ((await supply(this, true)) > before) {
          return loadClass.apply(this, words);
        }
        throw error;
      }
    };
  }

  /**
   * Wait until a notebook can show widgets, if it has a kernel and the page a manager.
   */
  async ready(panel: NotebookPanel): Promise<void> {
    const { rendermime } = panel.content;
    const module = await this._module();
    const hasKernel = Boolean(panel.sessionContext.session?.kernel);
    if (!module || !hasKernel || rendermime.getFactory(WIDGET_VIEW)) {
      return;
    }
    await new Promise<void>(resolve => {
      const renderer = {
        set manager(_: unknown) {
          resolve(); // the factory is added right after this
        }
      };
      module.registerWidgetManager(panel.context, rendermime, [renderer]);
    });
  }

  private async _module(): Promise<IManagerModule | null> {
    const version = usedVersion(this._scope, MANAGER);
    if (!version) {
      return null;
    }
    const factory = await this._scope[MANAGER][version].get();
    return factory() as IManagerModule;
  }

  private _adopted = new WeakSet<object>();
}

/**
 * Return the id of the kernel whose widgets a manager manages.
 */
export function kernelOf({ kernel, context }: IManager): string | undefined {
  return (kernel ?? context?.sessionContext.session?.kernel)?.id;
}

/**
 * Wait while a manager's kernel is busy, and a moment longer.
 *
 * A new manager asks the kernel for the states of its widgets. One that is made because a running
 * cell makes widgets is up to date already: what the cell sends and what the page answers to it, as
 * the captured outputs, is newer than the states that the kernel would tell.
 */
async function quiet(manager: IManager): Promise<void> {
  const kernel =
    manager.kernel ?? manager.context?.sessionContext.session?.kernel;
  if (kernel?.status !== 'busy' || !kernel.statusChanged) {
    return;
  }
  const { statusChanged } = kernel;
  await new Promise<void>(resolve => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (_: unknown, status: string) => {
      clearTimeout(timer);
      if (status !== 'busy') {
        timer = setTimeout(() => {
          statusChanged.disconnect(look);
          resolve();
        }, MOMENT);
      }
    };
    statusChanged.connect(look);
  });
}

/** Return the prototype that has the method which loads a class, of a manager's prototype. */
function ownerOf(prototype: object): IPrototype | null {
  let found: object | null = prototype;
  while (found && !Object.prototype.hasOwnProperty.call(found, 'loadClass')) {
    found = Object.getPrototypeOf(found) as object | null;
  }
  return found as IPrototype | null;
}
