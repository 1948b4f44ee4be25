import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from './api/client';
import { runShown } from './environment/run';
import { showExport } from './exportDialog';
import {
  CommandIDs,
  type IEnvironmentModel,
  type IEnvironments
} from './tokens';
import { ConsentDialog } from './ui/consentDialog';
import { notify } from './ui/notify';

/**
 * What the commands work on.
 */
export interface ICommandParts {
  app: JupyterFrontEnd;
  client: Client;
  environments: IEnvironments;
  trans: TranslationBundle;
  /** The version of this extension. */
  version: string;
  open: () => void;
  /** Show what the active cell imports. */
  showImports: () => void;
  /** Switch the active notebook to its own kernel, if the person agrees. */
  switchKernel: () => Promise<void>;
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
      execute: () => {
        const model = environments.current; // Lab executes disabled commands too
        return model && isEnabled() ? execute(model) : null;
      }
    });
  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('Show Environment'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      await app.restored; // restoring the layout closes a sidebar that was opened before
      parts.open();
    }
  });
  // A link in a notebook's output can execute any command (Lab's command linker), with the same
  // arguments as a menu does. So each command that changes something asks, whoever executes it; a
  // button of ours calls the model instead.
  const addAsking = (
    id: string,
    label: string,
    question: IQuestion,
    execute: (model: IEnvironmentModel) => unknown,
    isEnabled = recorded
  ) =>
    add(
      id,
      label,
      async model => {
        if (await confirm(question, model)) {
          await execute(model);
        }
      },
      isEnabled
    );
  add(CommandIDs.restore, trans.__('Restore Environment'), model =>
    model.review()
  );
  addAsking(
    CommandIDs.upgrade,
    trans.__('Upgrade All Packages'),
    {
      title: trans.__('Upgrade all packages?'),
      body: name =>
        trans.__(
          'Every package in the environment of %1 moves to the newest version that the notebook’s requirements allow. You can undo this.',
          name
        ),
      label: trans.__('Upgrade')
    },
    model => runShown(model, 'upgrade')
  );
  addAsking(
    CommandIDs.undo,
    trans.__('Undo Last Environment Change'),
    {
      title: trans.__('Undo the last change of the environment?'),
      body: async (name, model) => {
        const past = await parts.client.history(model.path).catch(() => []);
        const last = past.find(each => !each.undone);
        return last
          ? trans.__('In %1, this is undone: %2', name, last.text)
          : trans.__('No change of %1 is known that could be undone.', name);
      },
      label: trans.__('Undo')
    },
    model => runShown(model, 'undo')
  );
  addAsking(
    CommandIDs.redo,
    trans.__('Redo Environment Change'),
    {
      title: trans.__('Redo the change of the environment?'),
      body: async (name, model) => {
        const past = await parts.client.history(model.path).catch(() => []);
        const next = past.filter(each => each.undone).pop();
        return next
          ? trans.__('In %1, this is done again: %2', name, next.text)
          : trans.__('Nothing was undone in %1 that could be redone.', name);
      },
      label: trans.__('Redo')
    },
    model => runShown(model, 'redo')
  );
  add(CommandIDs.export, trans.__('Export Environment…'), model =>
    exportEnvironment(parts, model)
  );
  addAsking(
    CommandIDs.restart,
    trans.__('Restart Kernel to Apply Environment Changes'),
    {
      title: trans.__('Restart the kernel?'),
      body: name =>
        trans.__(
          'The kernel of %1 restarts. Its variables are lost; cells and outputs are kept.',
          name
        ),
      label: trans.__('Restart')
    },
    model => model.restart(),
    () => environments.current?.state === 'restart'
  );
  add(
    CommandIDs.useKernel,
    trans.__('Use the Notebook’s Own Kernel'),
    () => parts.switchKernel(), // which asks
    () => environments.current?.state === 'other'
  );
  add(
    CommandIDs.imports,
    trans.__('Show Imports of the Active Cell'),
    () => void setTimeout(parts.showImports), // a palette that closes drops the focus
    () => environments.current?.otherLanguage === ''
  );
  app.commands.addCommand(CommandIDs.about, {
    label: trans.__('About nbenv'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => about(parts)
  });
}

/**
 * What is asked before a command; the body is given the notebook's name.
 */
interface IQuestion {
  title: string;
  body: (name: string, model: IEnvironmentModel) => string | Promise<string>;
  label: string;
}

async function confirm(
  { title, body, label }: IQuestion,
  model: IEnvironmentModel
): Promise<boolean> {
  const dialog = new ConsentDialog({
    title,
    body: await body(PathExt.basename(model.path), model),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label })]
  });
  return dialog.ask();
}

async function exportEnvironment(
  { app, client, trans }: ICommandParts,
  model: IEnvironmentModel
): Promise<void> {
  const { contents } = app.serviceManager;
  await showExport({ client, contents, path: model.path, trans });
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
    notify('warning', noServer(trans), trans);
  } else if (found.version !== own) {
    const text = trans.__(
      'The server is running nbenv %1, but this page has version %2 of the extension. Restart the Jupyter server, then reload the page. Until then, some features may not work.',
      found.version,
      own
    );
    notify('warning', text, trans);
  }
}
