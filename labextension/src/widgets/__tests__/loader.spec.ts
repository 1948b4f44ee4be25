/**
 * @jest-environment jsdom
 */
import { PageConfig } from '@jupyterlab/coreutils';
import type { IPageExtension } from '../../api/extensions';
import type { Activation } from '../activation';
import type { Contributions } from '../contributions';
import { isInPage, Loader } from '../loader';
import type { IContainer, Scripts, ShareScope } from '../scripts';

jest.mock('@jupyterlab/coreutils', () => ({
  PageConfig: {
    getOption: jest.fn(() => '[]'),
    Extension: { isDisabled: () => false }
  }
}));
jest.mock('@jupyterlab/ui-components', () => ({ Toolbar: jest.fn() }));

const SHELL = { name: '@jupyterlab/application:ILabShell' };

function extension(
  name: string,
  version = '1.0.0',
  parts: Partial<IPageExtension> = {}
): IPageExtension {
  return {
    name,
    version,
    distribution: name,
    digest: `${name}-${version}`,
    kind: 'widgets',
    load: `static/remoteEntry.${version}.js`,
    extension: './extension',
    mimeExtension: '',
    style: '',
    base: 0,
    schemas: [],
    url: `${name}/${version}`,
    ...parts
  };
}

/** Containers by the address of their script; each notes the scope that it was given. */
class FakeScripts {
  readonly loaded: string[] = [];
  readonly scopes = new Map<string, ShareScope>();
  readonly modules = new Map<string, Record<string, unknown>>();

  async container(_: string, url: string): Promise<IContainer> {
    this.loaded.push(url);
    const modules = this.modules.get(url);
    if (!modules) {
      throw new Error(`${url} could not be loaded.`);
    }
    return {
      init: scope => {
        this.scopes.set(url, scope);
      },
      get: async module => () => modules[module]
    };
  }
}

function parts(page: ShareScope = {}) {
  const scripts = new FakeScripts();
  const activation = {
    confined: jest.fn(async (plugin: { id: string }, found: Contributions) => {
      found.modules.push({ name: plugin.id, version: '1.0.0', exports: {} });
    }),
    addManager: jest.fn(async () => undefined)
  };
  const loader = new Loader(
    page,
    scripts as unknown as Scripts,
    activation as unknown as Activation,
    ({ url }, file) => `${url}/${file}`
  );
  /** Let an extension export plugins. */
  const provide = (each: IPageExtension, modules: Record<string, unknown>) => {
    scripts.modules.set(`${each.url}/${each.load}`, modules);
    return each;
  };
  return { scripts, activation, loader, provide };
}

const plugins = (...made: object[]) => ({ './extension': made });

describe('Loader.load', () => {
  it('activates what is for outputs, and names what is left out', async () => {
    const { activation, loader, provide } = parts();
    const plot = provide(
      extension('plot'),
      plugins({ id: 'plot:widgets' }, { id: 'plot:menu', requires: [SHELL] })
    );
    const [found] = await loader.load([plot]);
    expect(found.modules.map(({ name }) => name)).toEqual(['plot:widgets']);
    expect(found.left).toEqual(['plot:menu']);
    expect(activation.confined).toHaveBeenCalledTimes(1);
  });

  it('takes renderers and styles, too', async () => {
    const { loader, provide } = parts();
    const factory = { mimeTypes: ['a/b'] };
    const map = provide(
      extension('map', '1.0.0', {
        extension: '',
        mimeExtension: './mime',
        style: './style'
      }),
      {
        './mime': {
          __esModule: true,
          default: { id: 'map', rendererFactory: factory, rank: 3 }
        },
        './style': {}
      }
    );
    const [found] = await loader.load([map]);
    expect(found.renderers).toEqual([{ factory, rank: 3 }]);
    expect(found.modules).toEqual([]);
  });

  it('loads each version once for all notebooks that agree', async () => {
    const { scripts, loader, provide } = parts();
    const plot = provide(extension('plot'), plugins({ id: 'plot' }));
    const scale = provide(extension('scale'), plugins({ id: 'scale' }));
    const [first] = await loader.load([plot]);
    const [again, more] = await loader.load([plot, scale]);
    expect(again).toBe(first);
    expect(more.modules[0].name).toBe('scale');
    expect(scripts.loaded).toHaveLength(2);
    const [one, other] = [...scripts.scopes.values()];
    expect(one).toBe(other); // they use one another's modules
  });

  it('keeps two versions of one extension apart', async () => {
    const get = async () => () => undefined;
    const page = { '@jupyter-widgets/base': { '6.0.0': { get, loaded: 1 } } };
    const { scripts, loader, provide } = parts(page);
    for (const version of ['1.0.0', '2.0.0']) {
      const plot = extension('plot', version);
      provide(plot, plugins({ id: `plot ${version}` }));
      const [found] = await loader.load([plot]);
      expect(found.modules[0].name).toBe(`plot ${version}`);
    }
    const [one, other] = [...scripts.scopes.values()];
    expect(one).not.toBe(other);
    // The modules of widgets are the page's for both: a page has one manager.
    expect(one['@jupyter-widgets/base']).toBe(page['@jupyter-widgets/base']);
    expect(other['@jupyter-widgets/base']).toBe(page['@jupyter-widgets/base']);
    expect(page).toEqual({ '@jupyter-widgets/base': expect.anything() });
  });

  it('says why one failed, and loads the others', async () => {
    const { activation, loader, provide } = parts();
    const gone = extension('gone');
    const broken = provide(extension('broken'), plugins({ id: 'broken' }));
    const plot = provide(extension('plot'), plugins({ id: 'plot' }));
    activation.confined.mockRejectedValueOnce(new Error('It is broken.'));
    const found = await loader.load([gone, broken, plot]);
    expect(found.map(each => each.failure)).toEqual([
      'gone/1.0.0/static/remoteEntry.1.0.0.js could not be loaded.',
      'It is broken.',
      ''
    ]);
    expect(found[2].modules).toHaveLength(1);
  });

  it('loads nothing that the server gave the page', async () => {
    const { scripts, loader } = parts();
    const plot = extension('plot');
    const option = JSON.stringify([{ name: 'plot', load: plot.load }]);
    jest.mocked(PageConfig.getOption).mockReturnValue(option);
    expect(isInPage(plot)).toBe(true);
    expect(isInPage(extension('plot', '2.0.0'))).toBe(false);
    expect(await loader.load([plot])).toEqual([]);
    expect(scripts.loaded).toEqual([]);
    jest.mocked(PageConfig.getOption).mockReturnValue('[]');
  });
});

describe('Loader.loadManager', () => {
  it('gives the manager the scope of the page, and activates it later', async () => {
    const page: ShareScope = {};
    const { scripts, activation, loader, provide } = parts(page);
    const manager = provide(
      extension('manager', '5.0.0', { kind: 'manager' }),
      plugins({ id: 'manager' }, { id: 'menu', requires: [SHELL] })
    );
    const activate = await loader.loadManager(manager);
    expect([...scripts.scopes.values()][0]).toBe(page);
    expect(activation.addManager).not.toHaveBeenCalled();
    await activate();
    expect(activation.addManager).toHaveBeenCalledWith([
      { id: 'manager' },
      { id: 'menu', requires: [SHELL] }
    ]);
  });
});
