import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Toolbar } from '@jupyterlab/ui-components';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { DisposableDelegate } from '@lumino/disposable';
import type {
  Contributions,
  NotebookExtension,
  RendererFactory
} from './contributions';

/** What replaces a method that an environment's extension may not use: it does nothing. */
const NOTHING = () => new DisposableDelegate(() => undefined);

/**
 * Return an object like another one, with some members replaced.
 */
export function like<T extends object>(
  real: T,
  others: Record<string, unknown>
): T {
  return new Proxy(real, {
    // Not `receiver`: getters of the object must see itself.
    get: (target, key) => {
      const value: unknown =
        typeof key === 'string' && key in others
          ? others[key]
          : Reflect.get(target, key);
      return typeof value === 'function' && !(key in others)
        ? value.bind(target)
        : value;
    }
  });
}

/**
 * Return the application as a plugin of an environment sees it: what the plugin adds for notebooks
 * is kept for those of its environment, and it adds no commands, panels, or file types.
 *
 * This keeps the page tidy. It does not guard it: all code of a page can do everything there.
 */
export function confinedApp(
  app: JupyterFrontEnd,
  found: Contributions
): JupyterFrontEnd {
  const addWidgetExtension = (factory: string, made: NotebookExtension) => {
    if (factory === 'Notebook') {
      found.extensions.push(made);
    }
    return NOTHING();
  };
  return like(app, {
    commands: like(app.commands, {
      addCommand: NOTHING,
      addKeyBinding: NOTHING
    }),
    shell: like(app.shell, { add: NOTHING }),
    docRegistry: like(app.docRegistry, {
      addWidgetExtension,
      addWidgetFactory: NOTHING,
      addModelFactory: NOTHING,
      addFileType: NOTHING,
      setDefaultWidgetFactory: NOTHING
    })
  });
}

/**
 * Return the registry of renderers as such a plugin sees it.
 */
export function confinedRenderers<T extends object>(
  registry: T,
  found: Contributions
): T {
  return like(registry, {
    addFactory: (factory: RendererFactory, rank?: number) => {
      found.renderers.push({ factory, rank });
    }
  });
}

/**
 * Return a notebook to which no toolbar buttons can be added.
 */
export function withoutToolbar(panel: NotebookPanel): NotebookPanel {
  return like(panel, { toolbar: new Toolbar() });
}
