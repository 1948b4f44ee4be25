import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from './api/client';
import type { Approvals } from './approval/approvals';
import { runShown } from './environment/run';
import { showExport } from './exportDialog';
import {
  CommandIDs,
  type IEnvironmentModel,
  type IEnvironments
} from './tokens';

/**
 * What the commands work on.
 */
export interface ICommandParts {
  app: JupyterFrontEnd;
  client: Client;
  environments: IEnvironments;
  approvals: Approvals;
  trans: TranslationBundle;
  /** The version of this extension. */
  version: string;
  open: () => void;
}

/**
 * Add all commands; most are enabled while a notebook with a record is active.
 */
export function addCommands(parts: ICommandParts): void {
  const { app, environments, trans } = parts;
  const recorded = () => environments.current?.status?.recorded ?? false;
  const add = (
    id: string,
    label: string,
    execute: (model: IEnvironmentModel) => unknown,
    isEnabled = recorded
  ) =>
    app.commands.addCommand(id, {
      label,
      isEnabled: () => environments.current !== null && isEnabled(),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => environments.current && execute(environments.current)
    });
  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('Show Environment'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      await app.restored; // restoring the layout closes a sidebar that was opened before
      parts.open();
    }
  });
  add(CommandIDs.restore, trans.__('Restore Environment'), model =>
    model.state === 'approval'
      ? parts.approvals.review(model)
      : runShown(model, 'restore')
  );
  add(CommandIDs.upgrade, trans.__('Upgrade All Packages'), model =>
    runShown(model, 'upgrade')
  );
  add(CommandIDs.undo, trans.__('Undo Last Environment Change'), model =>
    runShown(model, 'undo')
  );
  add(CommandIDs.export, trans.__('Export Environment…'), model =>
    exportEnvironment(parts, model)
  );
  add(
    CommandIDs.restart,
    trans.__('Restart Kernel to Apply Environment Changes'),
    model => model.restart(),
    () => environments.current?.state === 'restart'
  );
  add(
    CommandIDs.useKernel,
    trans.__('Use the Notebook’s Own Kernel'),
    model => model.useOwnKernel(),
    () => environments.current?.state === 'other'
  );
  app.commands.addCommand(CommandIDs.about, {
    label: trans.__('About nbenv'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => about(parts)
  });
}

async function exportEnvironment(
  { app, client, trans }: ICommandParts,
  model: IEnvironmentModel
): Promise<void> {
  const { exports } = await client.version();
  await showExport({
    client,
    contents: app.serviceManager.contents,
    path: model.path,
    exports,
    trans
  });
}

async function about({ client, trans, version }: ICommandParts): Promise<void> {
  const found = await client.version().catch(() => null);
  await showDialog({
    title: trans.__('nbenv'),
    body: found
      ? trans.__(
          'The server is running nbenv %1. This page has version %2 of the extension.',
          found.version,
          version
        )
      : noServer(trans),
    buttons: [Dialog.okButton()]
  });
}

function noServer(trans: TranslationBundle): string {
  return trans.__(
    'The nbenv server extension is not running. Install jupyter-nbenv in the environment that runs Jupyter, then restart the server.'
  );
}

/**
 * Warn once if the server has no nbenv, or another version than this extension.
 */
export async function checkVersions(
  client: Client,
  own: string,
  trans: TranslationBundle
): Promise<void> {
  const found = await client.version().catch(() => null);
  if (!found) {
    Notification.warning(noServer(trans), { autoClose: false });
  } else if (found.version !== own) {
    Notification.warning(
      trans.__(
        'The server is running nbenv %1, but this page has version %2 of the extension. Restart the Jupyter server, then reload the page. Until then, some features may not work.',
        found.version,
        own
      ),
      { autoClose: false }
    );
  }
}
