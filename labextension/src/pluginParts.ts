import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import {
  nullTranslator,
  type ITranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { Client } from './api/client';
import { requestAPI, requestLines } from './api/request';
import { CommandIDs } from './tokens';

export const SETTINGS = 'jupyter-nbenv:environments';
export const PANEL = 'jupyter-nbenv-panel';

export function translation(translator: ITranslator | null): TranslationBundle {
  return (translator ?? nullTranslator).load('jupyter_nbenv');
}

export function clientOf(app: JupyterFrontEnd): Client {
  const settings = app.serviceManager.serverSettings;
  return new Client({
    ask: (path, init) => requestAPI(path, settings, init),
    lines: path => requestLines(path, settings)
  });
}

/** Return what opens the panel. */
export function opener(app: JupyterFrontEnd): () => void {
  return () => void app.commands.execute(CommandIDs.open);
}

/**
 * Return a plugin that does nothing in a page without what it requires.
 *
 * Voilà activates the plugins of all extensions, and each that lacks something is an error there.
 */
export function whereItFits<T>(
  plugin: JupyterFrontEndPlugin<T>
): JupyterFrontEndPlugin<T | null> {
  const { requires = [], optional = [], activate } = plugin;
  return {
    ...plugin,
    requires: [],
    optional: [...requires, ...optional],
    activate: (app, ...services) =>
      services.slice(0, requires.length).includes(null)
        ? null
        : activate(app, ...services)
  };
}

/** Call for the notebooks that are open, and for each that is opened. */
export function forEachPanel(
  tracker: INotebookTracker,
  call: (panel: NotebookPanel) => void
): void {
  tracker.widgetAdded.connect((_, panel) => call(panel));
  tracker.forEach(call);
}
