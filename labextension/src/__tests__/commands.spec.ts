import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Client } from '../api/client';
import { addCommands } from '../commands';
import { CommandIDs, type IEnvironments } from '../tokens';
import { status } from './parts';
import { nullTranslator } from './translator';

const answers: boolean[] = [];
const titles: string[] = [];

jest.mock('@jupyterlab/apputils', () => ({
  Dialog: { cancelButton: () => ({}), okButton: () => ({}) },
  Notification: {},
  showDialog: jest.fn()
}));
jest.mock('@jupyterlab/coreutils', () => ({
  PathExt: { basename: (path: string) => path }
}));
jest.mock('../exportDialog', () => ({ showExport: jest.fn() }));
jest.mock('../ui/consentDialog', () => ({
  ConsentDialog: class {
    constructor(options: { title: string }) {
      titles.push(options.title);
    }
    ask = async () => answers.shift() ?? false;
  }
}));

interface ICommand {
  execute: (args: unknown) => unknown;
  isEnabled?: () => boolean;
}

/** Commands on a model that notes what it was asked to do. */
function parts(state: string, recorded = true) {
  const done: string[] = [];
  const model = {
    path: 'a.ipynb',
    state,
    status: status({ recorded }),
    run: async (verb: string) => void done.push(`run ${verb}`),
    review: async () => void done.push('review'),
    restart: async () => void done.push('restart')
  };
  const commands = new Map<string, ICommand>();
  const restored = new PromiseDelegate<void>();
  const open = jest.fn();
  addCommands({
    app: {
      restored: restored.promise,
      commands: {
        addCommand: (id: string, each: ICommand) => commands.set(id, each)
      },
      serviceManager: {}
    } as unknown as JupyterFrontEnd,
    client: {
      version: async () => ({ version: '1', exports: [] }),
      history: async () => []
    } as unknown as Client,
    environments: { current: model } as unknown as IEnvironments,
    trans: nullTranslator,
    version: '1',
    open,
    showImports: () => undefined,
    switchKernel: async () => void done.push('switch')
  });
  /** As Lab's command linker does, which looks at nothing before. */
  const execute = (id: string) =>
    Promise.resolve(commands.get(id)?.execute({ internal: true }));
  return { done, commands, execute, restored, open };
}

/** What each command does once the person agrees, and the state in which it can. */
const CHANGING: [string, string, string][] = [
  [CommandIDs.upgrade, 'ready', 'run upgrade'],
  [CommandIDs.undo, 'ready', 'run undo'],
  [CommandIDs.redo, 'ready', 'run redo'],
  [CommandIDs.restart, 'restart', 'restart']
];

beforeEach(() => {
  answers.length = titles.length = 0;
});

it.each(CHANGING)('%s does nothing unless agreed to', async (id, state) => {
  const { done, execute } = parts(state);
  await execute(id);
  expect(titles).toHaveLength(1);
  expect(done).toEqual([]);
});

it.each(CHANGING)('%s does it when agreed to', async (id, state, action) => {
  const { done, execute } = parts(state);
  answers.push(true);
  await execute(id);
  expect(done).toEqual([action]);
});

it.each(['approval', 'other', 'stopped', 'ready', 'failed'])(
  'restoring shows the record first in the state %s',
  async state => {
    const { done, execute } = parts(state);
    await execute(CommandIDs.restore);
    expect(done).toEqual(['review']);
  }
);

it('leaves the question to what switches the kernel', async () => {
  const { done, execute } = parts('other');
  await execute(CommandIDs.useKernel);
  expect([done, titles]).toEqual([['switch'], []]);
});

it('shows the panel only after the layout was restored', async () => {
  const { execute, restored, open } = parts('ready');
  const opened = execute(CommandIDs.open);
  await Promise.resolve();
  expect(open).not.toHaveBeenCalled();
  restored.resolve();
  await opened;
  expect(open).toHaveBeenCalledTimes(1);
});

it('asks nothing where a command is disabled', async () => {
  const { done, execute, restored } = parts('ready', false);
  restored.resolve();
  answers.push(true, true, true, true, true);
  for (const id of Object.values(CommandIDs)) {
    await execute(id);
  }
  expect(done).toEqual([]);
});

it('knows of each command whether it changes something', () => {
  const asking = [CommandIDs.restore, CommandIDs.useKernel];
  const changing = [...asking, ...CHANGING.map(([id]) => id)];
  const { open, imports, about } = CommandIDs;
  const harmless = [open, imports, CommandIDs.export, about];
  const { commands } = parts('ready');
  expect([...commands.keys()].sort()).toEqual(
    [...changing, ...harmless].sort()
  );
});
