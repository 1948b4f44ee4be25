/**
 * The modules that containers share: name, version, and what gets the module.
 */
export type ShareScope = Record<string, Record<string, IShared>>;

/** One version of a shared module. */
export interface IShared {
  get: () => Promise<() => unknown> | (() => unknown);
  /** The container that brought it. */
  from?: string;
  loaded?: unknown;
}

/**
 * What the script of a prebuilt extension makes.
 * https://webpack.js.org/concepts/module-federation/#dynamic-remote-containers
 */
export interface IContainer {
  init(scope: ShareScope): unknown;
  get(module: string): Promise<() => unknown>;
}

type Global = Record<string, unknown>;

/** The arrays by which the scripts of a container's parts hand over modules. */
const CHUNKS = /^(web|rs)packChunk/;

/**
 * Runs the scripts of extensions, so that two versions of one do not disturb each other.
 *
 * Their bundlers name what they put into the page after the extension alone: its container, which a
 * later version would replace, and an array to which the scripts of its parts add modules, by
 * numbers that mean something else in another version. So the container is taken out, and each
 * script gets the array that belongs to its own address.
 */
export class Scripts {
  /**
   * `root` is the address below which environments' extensions are, each in the folder of an
   * environment and a digest.
   */
  constructor(
    private _root: string,
    private _page: Document = document,
    private _global: Global = window as unknown as Global
  ) {}

  /**
   * Load the script of a container, and return what it made.
   */
  async container(name: string, url: string): Promise<IContainer> {
    this._separate('');
    const before = this._containers[name];
    return new Promise((resolve, reject) => {
      const script = this._page.createElement('script');
      script.async = true;
      script.src = url;
      script.onerror = () => reject(new Error(`${url} could not be loaded.`));
      // Follows at once, before any other script runs.
      script.onload = () => {
        this._separate(this._ownerOf(script.src));
        const made = this._containers[name];
        if (before) {
          this._containers[name] = before;
        } else {
          Reflect.deleteProperty(this._containers, name);
        }
        if (made && made !== before) {
          resolve(made);
        } else {
          reject(new Error(`${url} is not the script of an extension.`));
        }
      };
      this._page.head.appendChild(script);
    });
  }

  private get _containers(): Record<string, IContainer> {
    return (this._global._JUPYTERLAB ??= {}) as Record<string, IContainer>;
  }

  /** Let scripts share the arrays of chunks with those of the same address only. */
  private _separate(owner: string): void {
    for (const name of Object.getOwnPropertyNames(this._global)) {
      if (!CHUNKS.test(name)) {
        continue;
      }
      const known = Object.getOwnPropertyDescriptor(this._global, name);
      if (!known?.configurable || !('value' in known)) {
        continue; // separated already
      }
      const arrays = new Map([[owner, known.value as unknown]]);
      Object.defineProperty(this._global, name, {
        configurable: true,
        get: () => arrays.get(this._running),
        set: (value: unknown) => arrays.set(this._running, value)
      });
    }
  }

  /** The owner of the script that is running. */
  private get _running(): string {
    const script = this._page.currentScript as HTMLScriptElement | null;
    return this._ownerOf(script?.src ?? '');
  }

  /** The folder of an environment's extension, '' for all other scripts. */
  private _ownerOf(url: string): string {
    if (!url.startsWith(this._root)) {
      return '';
    }
    return url.slice(this._root.length).split('/').slice(0, 2).join('/');
  }
}
