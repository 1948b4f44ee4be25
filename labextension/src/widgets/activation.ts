import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { UUID, type Token } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { confinedApp, confinedRenderers, like } from './confined';
import type { Contributions, IWidgetModule } from './contributions';

type Plugin = JupyterFrontEndPlugin<unknown>;
type AnyToken = Token<unknown>;

/** The token of what registers widgets; each version of the base of widgets has one of its own. */
export const REGISTRY = 'jupyter.extensions.jupyterWidgetRegistry';
const RENDERERS = '@jupyterlab/rendermime:IRenderMimeRegistry';
const SETTINGS = '@jupyterlab/coreutils:ISettingRegistry';
const NOTEBOOKS = '@jupyterlab/notebook:INotebookTracker';
/** What a plugin may require that registers renderers, but no widgets. */
const HARMLESS = new Set([
  RENDERERS,
  SETTINGS,
  '@jupyterlab/docmanager:IDocumentManager',
  NOTEBOOKS,
  '@jupyterlab/translation:ITranslator'
]);

/**
 * Return the plugins that a module of an extension exports, in either way.
 */
export function pluginsOf<T>(module: unknown): T[] {
  const exported = module as { __esModule?: boolean; default?: unknown };
  const plugins = exported.__esModule ? exported.default : exported;
  return (Array.isArray(plugins) ? plugins : [plugins]) as T[];
}

/**
 * Tell whether a plugin registers widgets, or nothing but renderers.
 */
export function isForOutputs(plugin: Plugin): boolean {
  const required = (plugin.requires ?? []).map(each => each.name);
  const others = required.filter(
    name => name !== REGISTRY && !HARMLESS.has(name)
  );
  return others.length === 0 && !isDisabled(plugin);
}

/**
 * Tell whether whoever runs the server, or the person, has disabled a plugin.
 */
export function isDisabled(plugin: Plugin): boolean {
  return PageConfig.Extension.isDisabled(plugin.id);
}

/**
 * Activates plugins that Lab does not know of. They get settings of their own, since Lab's server does
 * not know those of an environment.
 */
export class Activation {
  constructor(
    private _app: JupyterFrontEnd,
    private _tracker: INotebookTracker,
    private _settings: ISettingRegistry
  ) {}

  /**
   * Add the plugins of the manager of widgets to the application, as if the server had them.
   *
   * They see the open notebooks last, as at the start of a page, when there are none yet: the manager
   * of ipywidgets 7 gives a notebook only the modules that are registered before.
   */
  async addManager(plugins: Plugin[]): Promise<void> {
    const wanted = plugins.filter(
      each => !isDisabled(each) && !this._app.hasPlugin(each.id)
    );
    const added = new Signal<INotebookTracker, NotebookPanel>(this._tracker);
    const tracker = like(this._tracker, {
      forEach: () => undefined,
      widgetAdded: added
    });
    for (const plugin of wanted) {
      this._app.registerPlugin({
        ...plugin,
        activate: (app, ...services) =>
          plugin.activate(
            app,
            ...tokensOf(plugin).map(({ name }, index) => {
              const service = name === NOTEBOOKS ? tracker : services[index];
              return name === SETTINGS ? this._settings : service;
            })
          )
      });
    }
    for (const { id } of wanted) {
      await this._app.activatePlugin(id);
    }
    this._tracker.widgetAdded.connect((_, panel) => added.emit(panel));
    this._tracker.forEach(panel => added.emit(panel));
  }

  /**
   * Activate a plugin with a confined view of the application; return what it contributes.
   */
  async confined(plugin: Plugin, found: Contributions): Promise<void> {
    const real = await this._services(plugin);
    const services = tokensOf(plugin).map(({ name }) => {
      const service = name === SETTINGS ? this._settings : real.get(name);
      if (name === REGISTRY) {
        return {
          registerWidget: (made: IWidgetModule) => found.modules.push(made)
        };
      }
      return name === RENDERERS && service
        ? confinedRenderers(service, found)
        : (service ?? null);
    });
    await plugin.activate(confinedApp(this._app, found), ...services);
  }

  /** Have Lab give what a plugin may have, by a plugin that is gone at once. */
  private async _services(plugin: Plugin): Promise<Map<string, object>> {
    const allowed = (each: AnyToken) =>
      HARMLESS.has(each.name) && each.name !== SETTINGS;
    const requires = (plugin.requires ?? []).filter(allowed);
    const optional = (plugin.optional ?? []).filter(allowed);
    const given = new Map<string, object>();
    const id = `jupyter-nbenv:${UUID.uuid4()}`;
    this._app.registerPlugin({
      id,
      requires,
      optional,
      activate: (_, ...services) => {
        [...requires, ...optional].forEach(({ name }, index) => {
          given.set(name, services[index] as object);
        });
      }
    });
    try {
      await this._app.activatePlugin(id);
    } finally {
      this._app.deregisterPlugin(id, true);
    }
    return given;
  }
}

function tokensOf(plugin: Plugin): AnyToken[] {
  return [...(plugin.requires ?? []), ...(plugin.optional ?? [])];
}
