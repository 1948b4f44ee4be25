import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Token } from '@lumino/coreutils';
import { whereItFits } from '../pluginParts';

jest.mock('@jupyterlab/services', () => ({}));
jest.mock('@jupyterlab/translation', () => ({}));

const NEEDED = new Token<string>('needed');
const USEFUL = new Token<string>('useful');

const PLUGIN: JupyterFrontEndPlugin<string> = {
  id: 'a',
  requires: [NEEDED],
  optional: [USEFUL],
  activate: (_: JupyterFrontEnd, ...services: unknown[]) => services.join()
};

it('does nothing in a page without what a plugin requires', async () => {
  const { requires, optional, activate } = whereItFits(PLUGIN);
  expect([requires, optional]).toEqual([[], [NEEDED, USEFUL]]);
  const app = {} as JupyterFrontEnd;
  expect(await activate(app, 'tracker', null)).toBe('tracker,');
  expect(await activate(app, null, 'palette')).toBeNull();
});
