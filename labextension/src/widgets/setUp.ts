import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../api/client';
import type { IEnvironments } from '../tokens';
import { Activation } from './activation';
import { ExtensionSettings } from './extensionSettings';
import { Loader } from './loader';
import { PageWidgets } from './pageWidgets';
import { Scripts, type ShareScope } from './scripts';

/** The modules that Lab and its extensions share, which the bundler puts into each of them. */
declare const __webpack_share_scopes__: { default: ShareScope };

const MANAGER = '@jupyter-widgets/jupyterlab-manager:plugin';

/**
 * Let notebooks bring widgets and renderers from their environments into this page.
 */
export function setUpWidgets(options: {
  app: JupyterFrontEnd;
  tracker: INotebookTracker;
  environments: IEnvironments;
  client: Client;
  isEnabled: () => Promise<boolean>;
  /** Opens the panel. */
  open: () => void;
  trans: TranslationBundle;
}): PageWidgets {
  const { app, tracker, client } = options;
  const scope = __webpack_share_scopes__.default;
  const root = URLExt.join(
    app.serviceManager.serverSettings.baseUrl,
    'nbenv/api/'
  );
  const settings = new ExtensionSettings(async (extension, plugin) =>
    client.settingsSchema(extension, plugin)
  );
  const loader = new Loader(
    scope,
    new Scripts(new URL('extensions/', new URL(root, document.baseURI)).href),
    new Activation(app, tracker, settings.registry),
    (extension, file) => URLExt.join(root, extension.url, file)
  );
  return new PageWidgets(
    {
      ...options,
      scope,
      loader,
      list: async path => {
        const extensions = await client.extensions(path);
        extensions.forEach(each => settings.add(each));
        return extensions;
      },
      isManagerServed:
        app.hasPlugin(MANAGER) && !PageConfig.Extension.isDisabled(MANAGER)
    },
    tracker
  );
}
