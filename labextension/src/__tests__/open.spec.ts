import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PromiseDelegate } from '@lumino/coreutils';
import { addCommands, type ICommandParts } from '../commands';
import { CommandIDs } from '../tokens';
import { nullTranslator } from './translator';

jest.mock('@jupyterlab/apputils', () => ({}));
jest.mock('../exportDialog', () => ({}));
jest.mock('../ui/consentDialog', () => ({}));

it('shows the panel only after the layout was restored', async () => {
  const restored = new PromiseDelegate<void>();
  const commands = new Map<string, { execute: () => unknown }>();
  const addCommand = (id: string, each: { execute: () => unknown }) =>
    commands.set(id, each);
  const open = jest.fn();
  addCommands({
    app: {
      restored: restored.promise,
      commands: { addCommand }
    } as unknown as JupyterFrontEnd,
    trans: nullTranslator,
    open
  } as unknown as ICommandParts);
  const opened = commands.get(CommandIDs.open)?.execute();
  await Promise.resolve();
  expect(open).not.toHaveBeenCalled();
  restored.resolve();
  await opened;
  expect(open).toHaveBeenCalledTimes(1);
});
