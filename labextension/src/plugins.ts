import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import {
  INotebookTracker,
  NotebookActions,
  type Notebook,
  type NotebookPanel
} from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { version } from '../package.json';
import { Approvals } from './approval/approvals';
import { addCommands, checkVersions } from './commands';
import { Environments } from './environment/environments';
import { ImportMarks } from './marks/importMarks';
import { CellMoves } from './moving/cellMoves';
import { Executions } from './moving/executions';
import { MoveOffers } from './moving/moveOffer';
import { Moves } from './moving/moves';
import { DismissedOffers } from './notebook/dismissedOffers';
import { InstallOffers } from './notebook/installOffer';
import { NoticeBar } from './notebook/noticeBar';
import type { INoticeActions } from './notebook/noticeActions';
import {
  PANEL,
  SETTINGS,
  clientOf,
  forEachPanel,
  opener,
  translation,
  whereItFits
} from './pluginParts';
import { Settings } from './settings';
import { CommandIDs, IEnvironments, type IEnvironmentModel } from './tokens';
import { viewPlugins } from './viewPlugins';

/** Put a notice bar above the cells of every notebook. */
function addNotices(
  tracker: INotebookTracker,
  models: IEnvironments,
  trans: TranslationBundle,
  actionsOf: (panel: NotebookPanel) => INoticeActions
): void {
  forEachPanel(tracker, panel => {
    const model = models.of(panel);
    const actions = actionsOf(panel);
    panel.contentHeader.addWidget(new NoticeBar({ model, actions, trans }));
  });
}

/**
 * The models that all views follow, the commands, the notices, and the approval of restores.
 */
const environments: JupyterFrontEndPlugin<IEnvironments> = {
  id: SETTINGS,
  description: 'Tracks the environments of open notebooks.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    ISettingRegistry,
    ICommandPalette,
    ITranslator,
    IStateDB,
    IEditorExtensionRegistry
  ],
  provides: IEnvironments,
  activate: async (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
    database: IStateDB | null,
    editors: IEditorExtensionRegistry | null
  ) => {
    const trans = translation(translator);
    const client = clientOf(app);
    const open = opener(app);
    const settings = new Settings(registry, SETTINGS);
    const approvals = new Approvals(client, () => settings.restore, trans);
    const models = new Environments(
      client,
      app.serviceManager.contents,
      tracker,
      settings,
      approvals.approve
    );
    const dismissed = new DismissedOffers(database);
    const executions = new Executions<Notebook>({
      scheduled: NotebookActions.executionScheduled,
      executed: NotebookActions.executed
    });
    const moves = new Moves({
      client,
      environments: models,
      savesAfterChange: () => settings.saveAfterChange,
      ran: panel => executions.ran(panel.content),
      trans
    });
    const asked = {
      isDismissed: (model: IEnvironmentModel) => dismissed.has(model),
      dismiss: (model: IEnvironmentModel) => dismissed.add(model)
    };
    addNotices(tracker, models, trans, panel => ({
      ...asked,
      open,
      saveAs: () => void app.commands.execute('docmanager:save-as'),
      switchKernel: () => void moves.switchTo(panel, {}).catch(() => undefined)
    }));
    forEachPanel(tracker, panel => approvals.watch(models.of(panel)));
    const marks = new ImportMarks({
      client,
      environments: models,
      tracker,
      isEnabled: () => settings.showImportMarks,
      settingsChanged: settings.changed,
      open,
      trans
    });
    addCommands({
      app,
      client,
      environments: models,
      trans,
      version,
      open: () => app.shell.activateById(PANEL),
      showImports: () => marks.showActive(),
      switchKernel: async () => {
        const panel = tracker.currentWidget;
        await (panel && moves.switchTo(panel, { asks: true }));
      }
    });
    const category = trans.__('Environment');
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category });
    }
    const cellMoves = new CellMoves(moves, executions);
    forEachPanel(tracker, panel => cellMoves.watch(panel));
    const offers = new MoveOffers({
      ...asked,
      client,
      environments: models,
      moves,
      isEnabled: () => settings.suggestEnvironments,
      trans
    });
    new InstallOffers({
      onOtherKernel: (panel, cell, module) => {
        const behind = executions.behind(panel.content);
        void offers.offer(panel, cell, module, behind);
      },
      client,
      environments: models,
      tracker,
      missing: panel => marks.missing(panel),
      missingChanged: marks.changed,
      isEnabled: () => settings.suggestInstalls,
      trans
    });
    void app.restored.then(() => checkVersions(client, version, trans));
    if (editors) {
      await marks.register(editors); // before any editor is made
    }
    return models;
  }
};

export const plugins = [
  whereItFits(environments),
  ...viewPlugins.map(each =>
    whereItFits(each as JupyterFrontEndPlugin<unknown>)
  )
];
