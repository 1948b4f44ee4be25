import {
  SettingRegistry,
  type ISettingRegistry
} from '@jupyterlab/settingregistry';
import type { IDataConnector } from '@jupyterlab/statedb';
import type { IPageExtension } from '../api/extensions';

type Schema = ISettingRegistry.ISchema;

const PREFIX = 'jupyter-nbenv:settings:';

/**
 * The settings of plugins that environments bring. Their schemas are in the environments, and the
 * server, which knows none of them, cannot keep what the person sets: the browser does.
 */
export class ExtensionSettings {
  readonly registry: ISettingRegistry;

  constructor(
    private _schema: (
      extension: IPageExtension,
      plugin: string
    ) => Promise<unknown>,
    private _storage: Storage = window.localStorage
  ) {
    const connector: IDataConnector<ISettingRegistry.IPlugin, string> = {
      fetch: id => this._fetch(id),
      list: async () => ({ ids: [], values: [] }),
      save: async (id, raw) => this._storage.setItem(PREFIX + id, raw),
      remove: async id => this._storage.removeItem(PREFIX + id)
    };
    this.registry = new SettingRegistry({ connector });
  }

  /**
   * Get to know the plugins of an extension, before they are activated.
   */
  add(extension: IPageExtension): void {
    for (const plugin of extension.schemas) {
      this._extensions.set(plugin, extension);
    }
  }

  private async _fetch(
    id: string
  ): Promise<ISettingRegistry.IPlugin | undefined> {
    const extension = this._extensions.get(id);
    if (!extension) {
      return undefined;
    }
    const schema = (await this._schema(extension, id)) as Schema;
    const raw = this._storage.getItem(PREFIX + id) ?? '{}';
    const data = { composite: {}, user: {} };
    return { id, raw, schema, data, version: extension.version };
  }

  private _extensions = new Map<string, IPageExtension>();
}
