import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { StatusBarItem, ToolbarItem } from './notebook/statusItems';
import { EnvironmentPanel } from './panel/panel';
import { SETTINGS, clientOf, opener, translation } from './pluginParts';
import { Settings } from './settings';
import { IEnvironments } from './tokens';
import { setUpWidgets } from './widgets/setUp';
import { IEnvironmentWidgets } from './widgets/tokens';

/**
 * The state of the environment, in each notebook's toolbar.
 */
const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:toolbar',
  description: "Shows the state of the environment in each notebook's toolbar.",
  autoStart: true,
  requires: [IEnvironments, IToolbarWidgetRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    models: IEnvironments,
    registry: IToolbarWidgetRegistry,
    translator: ITranslator | null
  ) => {
    const trans = translation(translator);
    const open = opener(app);
    registry.addFactory<NotebookPanel>(
      'Notebook',
      'nbenv',
      panel => new ToolbarItem({ model: models.of(panel), open, trans })
    );
  }
};

/**
 * Return the status bar; Notebook 7 has none, and pages without notebooks, as of Voilà, do not even
 * share its module, so that this extension would not load there.
 */
async function statusBarOf(app: JupyterFrontEnd): Promise<IStatusBar | null> {
  const found = await import('@jupyterlab/statusbar').catch(() => null);
  return found && app.resolveOptionalService(found.IStatusBar);
}

/**
 * The state of the active notebook's environment, in the status bar.
 */
const statusBar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:status-bar',
  description:
    "Shows the state of the active notebook's environment in the status bar.",
  autoStart: true,
  requires: [IEnvironments],
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    models: IEnvironments,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const bar = await statusBarOf(app);
    if (!bar) {
      return;
    }
    const trans = translation(translator);
    const settings = new Settings(registry, SETTINGS);
    const open = opener(app);
    bar.registerStatusItem('jupyter-nbenv:status', {
      item: new StatusBarItem(models, { open, trans }),
      align: 'left',
      rank: 4,
      isActive: () => settings.showInStatusBar && models.current !== null,
      activeStateChanged: settings.changed
    });
    models.currentChanged.connect(() => settings.changed.emit());
  }
};

/**
 * The Environment panel in the right sidebar.
 */
const panel: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:panel',
  description: "Shows and changes the active notebook's environment.",
  autoStart: true,
  requires: [IEnvironments],
  optional: [ITranslator, IEnvironmentWidgets],
  activate: (
    app: JupyterFrontEnd,
    models: IEnvironments,
    translator: ITranslator | null,
    brought: IEnvironmentWidgets | null
  ) => {
    const widget = new EnvironmentPanel({
      client: clientOf(app),
      environments: models,
      widgets: brought,
      trans: translation(translator),
      execute: command => void app.commands.execute(command)
    });
    app.shell.add(widget, 'right', { rank: 600, type: 'Environment' });
  }
};

/**
 * Widgets and renderers from the notebooks' own environments, in this page.
 */
const widgets: JupyterFrontEndPlugin<IEnvironmentWidgets> = {
  id: 'jupyter-nbenv:widgets',
  description: "Loads widgets from notebooks' own environments into the page.",
  autoStart: true,
  requires: [IEnvironments, INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  provides: IEnvironmentWidgets,
  activate: (
    app: JupyterFrontEnd,
    models: IEnvironments,
    tracker: INotebookTracker,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const settings = new Settings(registry, SETTINGS);
    const page = setUpWidgets({
      app,
      tracker,
      environments: models,
      client: clientOf(app),
      isEnabled: async () => {
        await settings.ready;
        return settings.loadWidgets;
      },
      open: opener(app),
      trans: translation(translator)
    });
    settings.changed.connect(() => page.again());
    return page;
  }
};

export const viewPlugins = [toolbar, statusBar, panel, widgets];
