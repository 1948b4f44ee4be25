import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Approvals } from './approval/approvals';
import type { Client } from './api/client';
import { showExport } from './exportDialog';
import type { IEnvironmentModel, IEnvironments } from './tokens';

export const OPEN = 'nbenv:open';
export const RESTORE = 'nbenv:restore';
export const UPGRADE = 'nbenv:upgrade';
export const UNDO = 'nbenv:undo';
export const EXPORT = 'nbenv:export';
export const RESTART = 'nbenv:restart';
export const USE_KERNEL = 'nbenv:use-kernel';
export const ABOUT = 'nbenv:about';

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
 * Add every command; those about a notebook are enabled when one with a record is active.
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
  app.commands.addCommand(OPEN, {
    label: trans.__('Show Environment'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: parts.open
  });
  add(RESTORE, trans.__('Restore Environment'), model =>
    model.state === 'approval'
      ? parts.approvals.review(model)
      : quietly(model.run('restore'))
  );
  add(UPGRADE, trans.__('Upgrade All Distributions'), model =>
    quietly(model.run('upgrade'))
  );
  add(UNDO, trans.__('Undo Last Environment Change'), model =>
    quietly(model.run('undo'))
  );
  add(EXPORT, trans.__('Export Environment …'), model =>
    exported(parts, model)
  );
  add(
    RESTART,
    trans.__('Restart Kernel into Environment'),
    model => model.restart(),
    () => environments.current?.state === 'restart'
  );
  add(
    USE_KERNEL,
    trans.__('Use the Notebook’s Own Kernel'),
    model => model.useOwnKernel(),
    () => environments.current?.state === 'other'
  );
  app.commands.addCommand(ABOUT, {
    label: trans.__('About nbenv'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => about(parts)
  });
}

async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined); // the strip shows what went wrong
}

async function exported(
  parts: ICommandParts,
  model: IEnvironmentModel
): Promise<void> {
  const { formats } = await parts.client.version();
  await showExport({
    client: parts.client,
    contents: parts.app.serviceManager.contents,
    path: model.path,
    formats,
    trans: parts.trans
  });
}

async function about(parts: ICommandParts): Promise<void> {
  const { trans, version } = parts;
  const found = await parts.client.version().catch(() => null);
  await showDialog({
    title: trans.__('nbenv'),
    body: found
      ? trans.__(
          'The server runs nbenv %1, the extension is %2.',
          found.version,
          version
        )
      : notThere(trans),
    buttons: [Dialog.okButton()]
  });
}

function notThere(trans: TranslationBundle): string {
  return trans.__(
    'The server runs no nbenv extension. Install jupyter-nbenv where Jupyter runs, and restart the server.'
  );
}

/**
 * Say so once when the server's nbenv is missing or of another version than this extension.
 *
 * Resolves to whether the rest can work.
 */
export async function checkVersions(
  client: Client,
  own: string,
  trans: TranslationBundle
): Promise<boolean> {
  let found: string;
  try {
    found = (await client.version()).version;
  } catch {
    Notification.warning(notThere(trans), { autoClose: false });
    return false;
  }
  if (found !== own) {
    Notification.warning(
      trans.__(
        'nbenv is %1 in the server, but %2 in this page. Restart the Jupyter server, then reload the page; until then some things may not work.',
        found,
        own
      ),
      { autoClose: false }
    );
  }
  return true;
}
