import {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Dialog,
  ICommandPalette,
  Notification,
  showDialog
} from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { readVersion } from './client';
import { requestAPI } from './request';

const ABOUT = 'nbenv:about';

/**
 * A command that says which nbenv the server runs.
 */
export const about: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-nbenv:about',
  description: 'Says which nbenv the server runs.',
  autoStart: true,
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbenv');
    const settings = app.serviceManager.serverSettings;
    app.commands.addCommand(ABOUT, {
      label: trans.__('About nbenv'),
      execute: async () => {
        try {
          const version = readVersion(await requestAPI('version', settings));
          await showDialog({
            title: trans.__('nbenv'),
            body: trans.__('The server runs nbenv %1.', version),
            buttons: [Dialog.okButton()]
          });
        } catch {
          Notification.error(
            trans.__(
              'The server runs no nbenv extension. Install jupyter-nbenv where Jupyter runs.'
            )
          );
        }
      }
    });
    palette?.addItem({ command: ABOUT, category: trans.__('Help') });
  }
};
