/**
 * @jest-environment jsdom
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { Token } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { Activation, isForOutputs, pluginsOf, REGISTRY } from '../activation';
import { Contributions } from '../contributions';

jest.mock('@jupyterlab/coreutils', () => ({
  PageConfig: { Extension: { isDisabled: jest.fn(() => false) } }
}));
jest.mock('@jupyterlab/ui-components', () => ({ Toolbar: jest.fn() }));

const RENDERERS = '@jupyterlab/rendermime:IRenderMimeRegistry';
const SETTINGS = '@jupyterlab/coreutils:ISettingRegistry';
const NOTEBOOKS = '@jupyterlab/notebook:INotebookTracker';
const SHELL = '@jupyterlab/application:ILabShell';

type Plugin = Parameters<typeof isForOutputs>[0];
type Activate = Plugin['activate'];

const token = (name: string) => new Token<unknown>(name);

function plugin(
  requires: string[],
  activate: Activate = () => undefined,
  optional: string[] = []
): Plugin {
  const parts = {
    requires: requires.map(token),
    optional: optional.map(token)
  };
  return { id: 'made:plugin', activate, ...parts };
}

/** An application that gives each plugin what it asks for, as Lab does. */
class FakeApp {
  readonly plugins = new Map<string, Plugin>();
  readonly activated: string[] = [];
  readonly commands = { addCommand: jest.fn(), addKeyBinding: jest.fn() };
  readonly shell = { add: jest.fn(), currentWidget: 'a notebook' };
  readonly docRegistry = { addWidgetExtension: jest.fn() };

  constructor(private _services: Record<string, object>) {}

  hasPlugin = (id: string) => this.plugins.has(id);
  registerPlugin = (made: Plugin) => this.plugins.set(made.id, made);
  deregisterPlugin = (id: string) => this.plugins.delete(id);
  activatePlugin = async (id: string) => {
    const {
      requires = [],
      optional = [],
      activate
    } = this.plugins.get(id) as Plugin;
    const services = [...requires, ...optional].map(
      ({ name }) => this._services[name] ?? null
    );
    if (services.slice(0, requires.length).includes(null as never)) {
      throw new Error(`No provider for what ${id} requires`);
    }
    this.activated.push(id);
    await activate(this as unknown as JupyterFrontEnd, ...services);
  };
}

/** A tracker of notebooks, of which some are open. */
class FakeTracker {
  readonly widgetAdded = new Signal<this, string>(this);
  readonly currentWidget: string | null;

  constructor(private _panels: string[]) {
    this.currentWidget = _panels[0] ?? null;
  }

  forEach(look: (panel: string) => void): void {
    this._panels.forEach(look);
  }
}

function parts(services: Record<string, object> = {}, ...panels: string[]) {
  const notebooks = new FakeTracker(panels);
  const app = new FakeApp({ [NOTEBOOKS]: notebooks, ...services });
  const settings = { own: true };
  const activation = new Activation(
    app as unknown as JupyterFrontEnd,
    notebooks as never,
    settings as never
  );
  return { app, activation, settings, notebooks };
}

describe('pluginsOf', () => {
  it('takes one plugin or several, exported in either way', () => {
    const [one, two] = [plugin([]), plugin([])];
    expect(pluginsOf({ __esModule: true, default: [one, two] })).toEqual([
      one,
      two
    ]);
    expect(pluginsOf({ __esModule: true, default: one })).toEqual([one]);
    expect(pluginsOf([one])).toEqual([one]);
    expect(pluginsOf(one)).toEqual([one]);
  });
});

describe('isForOutputs', () => {
  it('is what registers widgets or renderers, and needs nothing else', () => {
    expect(isForOutputs(plugin([REGISTRY]))).toBe(true);
    expect(isForOutputs(plugin([RENDERERS, SETTINGS, NOTEBOOKS]))).toBe(true);
    expect(isForOutputs(plugin([]))).toBe(true);
    expect(isForOutputs(plugin([REGISTRY, SHELL]))).toBe(false);
    expect(isForOutputs(plugin([SHELL]))).toBe(false);
  });

  it('does not ask what is optional', () => {
    expect(isForOutputs(plugin([], undefined, [SHELL]))).toBe(true);
  });

  it('is nothing that a person has disabled', () => {
    jest.mocked(PageConfig.Extension.isDisabled).mockReturnValueOnce(true);
    expect(isForOutputs(plugin([REGISTRY]))).toBe(false);
  });
});

describe('confined', () => {
  it('keeps the modules of widgets instead of registering them', async () => {
    const { app, activation } = parts();
    const found = new Contributions();
    const module = { name: 'plot', version: '1.0.0', exports: {} };
    await activation.confined(
      plugin([REGISTRY], (_, registry) => registry.registerWidget(module)),
      found
    );
    expect(found.modules).toEqual([module]);
    expect(app.plugins.size).toBe(0); // what asked for the services is gone
  });

  it('keeps renderers, and what is added to notebooks alone', async () => {
    const added = jest.fn();
    const { app, activation } = parts({
      [RENDERERS]: { addFactory: added, mimeTypes: ['text/plain'] }
    });
    const found = new Contributions();
    const [factory, extension] = [{ mimeTypes: ['a/b'] }, { createNew: 1 }];
    let seen: unknown;
    await activation.confined(
      plugin([RENDERERS], (application, renderers) => {
        renderers.addFactory(factory, 5);
        seen = [renderers.mimeTypes, application.shell.currentWidget];
        application.docRegistry.addWidgetExtension(
          'Notebook',
          extension as never
        );
        application.docRegistry.addWidgetExtension(
          'Editor',
          extension as never
        );
        application.commands.addCommand('theirs', { execute: () => 1 });
        application.shell.add({} as never, 'left');
      }),
      found
    );
    expect(found.renderers).toEqual([{ factory, rank: 5 }]);
    expect(found.extensions).toEqual([extension]);
    expect(seen).toEqual([['text/plain'], 'a notebook']);
    expect(added).not.toHaveBeenCalled();
    expect(app.docRegistry.addWidgetExtension).not.toHaveBeenCalled();
    expect(app.commands.addCommand).not.toHaveBeenCalled();
    expect(app.shell.add).not.toHaveBeenCalled();
  });

  it('gives settings of its own, and null for what it may not have', async () => {
    const { activation, settings } = parts({ [SHELL]: {}, [SETTINGS]: {} });
    let given: unknown[] = [];
    await activation.confined(
      plugin([SETTINGS], (_, ...services) => (given = services), [SHELL]),
      new Contributions()
    );
    expect(given).toEqual([settings, null]);
  });

  it('leaves nothing behind where a service is missing', async () => {
    const { app, activation } = parts();
    const made = plugin(['@jupyterlab/docmanager:IDocumentManager']);
    await expect(
      activation.confined(made, new Contributions())
    ).rejects.toThrow('No provider');
    expect(app.plugins.size).toBe(0);
  });
});

describe('addManager', () => {
  it('shows it the open notebooks after all its plugins are active', async () => {
    const { app, activation, settings, notebooks } = parts(
      { [SETTINGS]: {} },
      'open.ipynb'
    );
    const events: unknown[] = [];
    const first: Plugin = {
      ...plugin([NOTEBOOKS, SETTINGS], (_, seen, registry) => {
        seen.forEach((panel: string) => events.push(['at once', panel]));
        seen.widgetAdded.connect((_: unknown, panel: string) =>
          events.push(panel)
        );
        events.push(registry === settings, seen.currentWidget);
      }),
      id: 'manager:first'
    };
    const second: Plugin = {
      ...plugin([], () => events.push('second')),
      id: 'manager:second'
    };
    await activation.addManager([first, second]);
    notebooks.widgetAdded.emit('later.ipynb');
    expect(events).toEqual([
      true,
      'open.ipynb',
      'second',
      'open.ipynb',
      'later.ipynb'
    ]);
    expect(app.activated).toEqual(['manager:first', 'manager:second']);
  });

  it('leaves out what the page has, and what is disabled', async () => {
    const { app, activation } = parts();
    const known = { ...plugin([]), id: 'known' };
    app.registerPlugin(known);
    const disabled = { ...plugin([]), id: 'disabled' };
    jest
      .mocked(PageConfig.Extension.isDisabled)
      .mockImplementation(id => id === 'disabled');
    await activation.addManager([known, disabled]);
    expect(app.activated).toEqual([]);
    expect(app.plugins.get('known')).toBe(known);
    jest.mocked(PageConfig.Extension.isDisabled).mockReturnValue(false);
  });
});
