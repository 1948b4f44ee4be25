import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { version } from '../package.json';
import { Client } from './api/client';
import { requestAPI, requestLines } from './api/request';
import { Approvals } from './approval/approvals';
import { addCommands, checkVersions } from './commands';
import { Environments } from './environment/environments';
import { DismissedOffers } from './notebook/dismissedOffers';
import { InstallOffers } from './notebook/installOffer';
import { NoticeBar } from './notebook/noticeBar';
import type { INoticeActions } from './notebook/notices';
import { StatusBarItem, ToolbarItem } from './notebook/statusItems';
import { EnvironmentPanel } from './panel/panel';
import { Settings } from './settings';
import { CommandIDs, IEnvironments } from './tokens';

const SETTINGS = 'jupyter-nbenv:environments';
const PANEL = 'jupyter-nbenv-panel';

function translation(translator: ITranslator | null): TranslationBundle {
  return (translator ?? nullTranslator).load('jupyter_nbenv');
}

function clientOf(app: JupyterFrontEnd): Client {
  const settings = app.serviceManager.serverSettings;
  return new Client({
    ask: (path, init) => requestAPI(path, settings, init),
    lines: path => requestLines(path, settings)
  });
}

/** Put a notice bar above the cells of every notebook. */
function addNotices(
  tracker: INotebookTracker,
  models: IEnvironments,
  trans: TranslationBundle,
  actions: INoticeActions
): void {
  const add = (panel: NotebookPanel) => {
    const model = models.of(panel);
    panel.contentHeader.addWidget(new NoticeBar({ model, actions, trans }));
  };
  tracker.widgetAdded.connect((_, panel) => add(panel));
  tracker.forEach(add);
}

/**
 * The models that all views follow, the commands, the notices, and the approval of restores.
 */
const environments: JupyterFrontEndPlugin<IEnvironments> = {
  id: SETTINGS,
  description: 'Tracks the environments of open notebooks.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ICommandPalette, ITranslator, IStateDB],
  provides: IEnvironments,
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
    database: IStateDB | null
  ) => {
    const trans = translation(translator);
    const client = clientOf(app);
    const settings = new Settings(registry, SETTINGS);
    const approvals = new Approvals(client, () => settings.restore, trans);
    const models = new Environments(
      client,
      tracker,
      settings,
      approvals.approve
    );
    const dismissed = new DismissedOffers(database);
    addNotices(tracker, models, trans, {
      open: () => void app.commands.execute(CommandIDs.open),
      isDismissed: model => dismissed.has(model),
      dismiss: model => dismissed.add(model)
    });
    tracker.widgetAdded.connect((_, panel) =>
      approvals.watch(models.of(panel))
    );
    tracker.forEach(panel => approvals.watch(models.of(panel)));
    addCommands({
      app,
      client,
      environments: models,
      trans,
      version,
      open: () => app.shell.activateById(PANEL)
    });
    const category = trans.__('Environment');
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category });
    }
    new InstallOffers({
      client,
      environments: models,
      tracker,
      isEnabled: () => settings.suggestInstalls,
      trans
    });
    void app.restored.then(() => checkVersions(client, version, trans));
    return models;
  }
};

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
    const open = () => void app.commands.execute(CommandIDs.open);
    registry.addFactory<NotebookPanel>(
      'Notebook',
      'nbenv',
      panel => new ToolbarItem({ model: models.of(panel), open, trans })
    );
  }
};

/**
 * The state of the active notebook's environment, in the status bar.
 */
const statusBar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:status-bar',
  description:
    "Shows the state of the active notebook's environment in the status bar.",
  autoStart: true,
  requires: [IEnvironments],
  optional: [IStatusBar, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    models: IEnvironments,
    bar: IStatusBar | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    if (!bar) {
      return; // Notebook 7 has none
    }
    const trans = translation(translator);
    const settings = new Settings(registry, SETTINGS);
    const open = () => void app.commands.execute(CommandIDs.open);
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
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    models: IEnvironments,
    translator: ITranslator | null
  ) => {
    const widget = new EnvironmentPanel({
      client: clientOf(app),
      environments: models,
      trans: translation(translator),
      execute: command => void app.commands.execute(command)
    });
    app.shell.add(widget, 'right', { rank: 600, type: 'Environment' });
  }
};

export const plugins = [environments, toolbar, statusBar, panel];
