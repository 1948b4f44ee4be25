import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { asProblem } from '../api/errors';
import type { IPageExtension } from '../api/extensions';
import { isForOutputs, pluginsOf, type Activation } from './activation';
import { Contributions, type RendererFactory } from './contributions';
import type { IContainer, Scripts, ShareScope } from './scripts';
import { follow, withdraw } from './shareScope';

type Plugin = JupyterFrontEndPlugin<unknown>;

interface IRenderer {
  id: string;
  rendererFactory: RendererFactory;
  rank?: number;
}

/**
 * Extensions that use one another, at most one version of each, and the modules that they share.
 */
class Family {
  readonly scope: ShareScope = {};
  readonly members = new Map<
    string,
    { digest: string; contributions: Promise<Contributions> }
  >();

  /** Tell whether it has no other version of any of these extensions. */
  fits(extensions: IPageExtension[]): boolean {
    return extensions.every(({ name, digest }) => {
      const member = this.members.get(name);
      return member === undefined || member.digest === digest;
    });
  }
}

/**
 * Loads extensions of environments into the page, each version once for all notebooks that agree
 * about what goes with it.
 */
export class Loader {
  constructor(
    private _page: ShareScope,
    private _scripts: Scripts,
    private _activation: Activation,
    /** Returns the address of a file of an extension. */
    private _urlOf: (extension: IPageExtension, file: string) => string
  ) {}

  /**
   * Load the manager of widgets for the whole page, which has none.
   */
  async loadManager(manager: IPageExtension): Promise<() => Promise<void>> {
    const container = await this._scripts.container(
      manager.name,
      this._urlOf(manager, manager.load)
    );
    await container.init(this._page);
    const plugins = await modulesOf<Plugin>(container, manager.extension);
    return () => this._activation.addManager(plugins);
  }

  /**
   * Load the other extensions of one environment; return what each contributes. One that fails
   * contributes nothing but the reason.
   */
  async load(extensions: IPageExtension[]): Promise<Contributions[]> {
    const wanted = extensions.filter(each => !isInPage(each));
    const family = this._familyOf(wanted);
    const missing = wanted.filter(each => !family.members.has(each.name));
    follow(this._page, family.scope);
    missing.forEach(each => withdraw(family.scope, each.name));
    // All of them first, since they use modules of one another.
    const containers = new Map<IPageExtension, Promise<IContainer>>();
    for (const each of missing) {
      containers.set(each, this._container(each, family));
    }
    await Promise.allSettled(containers.values());
    for (const [each, container] of containers) {
      const contributions = this._contributions(each, container);
      family.members.set(each.name, { digest: each.digest, contributions });
      await contributions;
    }
    const members = wanted.map(({ name }) => family.members.get(name));
    return Promise.all(
      members.flatMap(each => (each ? [each.contributions] : []))
    );
  }

  private _familyOf(extensions: IPageExtension[]): Family {
    const known = this._families.find(each => each.fits(extensions));
    if (known) {
      return known;
    }
    const family = new Family();
    this._families.push(family);
    return family;
  }

  private async _container(
    extension: IPageExtension,
    family: Family
  ): Promise<IContainer> {
    const url = this._urlOf(extension, extension.load);
    const container = await this._scripts.container(extension.name, url);
    await container.init(family.scope);
    return container;
  }

  private async _contributions(
    extension: IPageExtension,
    loading: Promise<IContainer>
  ): Promise<Contributions> {
    const found = new Contributions();
    try {
      const container = await loading;
      for (const plugin of await modulesOf<Plugin>(
        container,
        extension.extension
      )) {
        if (isForOutputs(plugin)) {
          await this._activation.confined(plugin, found);
        } else {
          found.left.push(plugin.id);
        }
      }
      for (const {
        rendererFactory: factory,
        rank
      } of await modulesOf<IRenderer>(container, extension.mimeExtension)) {
        found.renderers.push({ factory, rank });
      }
      await modulesOf(container, extension.style);
    } catch (error) {
      found.failure = asProblem(error).what;
    }
    return found;
  }

  private _families: Family[] = [];
}

/** Return what a module of a container exports; nothing where there is no such module. */
async function modulesOf<T>(
  container: IContainer,
  module: string
): Promise<T[]> {
  return module ? pluginsOf<T>((await container.get(module))()) : [];
}

/**
 * Tell whether the page has the very same build of an extension from its server.
 */
export function isInPage(extension: IPageExtension): boolean {
  const option = PageConfig.getOption('federated_extensions') || '[]';
  const served = JSON.parse(option) as { name: string; load: string }[];
  return served.some(
    ({ name, load }) =>
      name === extension.name &&
      load.split('/').pop() === extension.load.split('/').pop()
  );
}
