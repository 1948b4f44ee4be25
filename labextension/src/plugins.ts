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
import { Approvals } from './approval/approvals';
import { Client } from './api/client';
import * as commands from './commands';
import { Environments } from './environment/environments';
import { MissingModules } from './notebook/installOffer';
import { EnvironmentPanel } from './panel/panel';
import { requestAPI, requestLines } from './api/request';
import { Settings } from './settings';
import { Strip, type IStripActions } from './notebook/noticeBar';
import { IEnvironments } from './tokens';
import { StatusBarItem, ToolbarItem } from './notebook/statusItems';
import { TurnedDown } from './notebook/dismissedOffers';

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

/**
 * The models that all views follow, the commands, and the approval of what is restored.
 */
const environments: JupyterFrontEndPlugin<IEnvironments> = {
  id: SETTINGS,
  description: 'Follows the environments of open notebooks.',
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
    const models = new Environments(client, tracker, settings);
    const approvals = new Approvals(client, () => settings.restore, trans);
    const turnedDown = new TurnedDown(database);
    const actions: IStripActions = {
      open: () => void app.commands.execute(commands.OPEN),
      review: model => void approvals.review(model),
      isTurnedDown: model => turnedDown.has(model),
      turnDown: model => turnedDown.add(model)
    };
    const begin = (panel: NotebookPanel) => {
      const model = models.of(panel);
      approvals.watch(model);
      panel.contentHeader.addWidget(new Strip({ model, actions, trans }));
    };
    tracker.widgetAdded.connect((_, panel) => begin(panel));
    tracker.forEach(begin);
    commands.addCommands({
      app,
      client,
      environments: models,
      approvals,
      trans,
      version,
      open: () => app.shell.activateById(PANEL)
    });
    const category = trans.__('Environment');
    for (const command of [
      commands.OPEN,
      commands.RESTORE,
      commands.UPGRADE,
      commands.UNDO,
      commands.EXPORT,
      commands.RESTART,
      commands.USE_KERNEL,
      commands.ABOUT
    ]) {
      palette?.addItem({ command, category });
    }
    new MissingModules(
      client,
      models,
      tracker,
      () => settings.suggestInstalls,
      trans
    );
    void app.restored.then(() =>
      commands.checkVersions(client, version, trans)
    );
    return models;
  }
};

/**
 * The environment at a glance, in each notebook's toolbar.
 */
const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:toolbar',
  description: "Shows the environment in a notebook's toolbar.",
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
    const open = () => void app.commands.execute(commands.OPEN);
    registry.addFactory<NotebookPanel>(
      'Notebook',
      'nbenv',
      panel => new ToolbarItem({ model: models.of(panel), open, trans })
    );
  }
};

/**
 * The same of the active notebook, in the status bar.
 */
const statusBar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:status-bar',
  description: "Shows the active notebook's environment in the status bar.",
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
      return; // as in Notebook 7
    }
    const trans = translation(translator);
    const settings = new Settings(registry, SETTINGS);
    const open = () => void app.commands.execute(commands.OPEN);
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
