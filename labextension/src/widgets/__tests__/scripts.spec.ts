/**
 * @jest-environment jsdom
 */
import { Scripts, type IContainer } from '../scripts';

const ROOT = 'http://localhost/nbenv/api/extensions/';

/** A page whose scripts run when they are added, as the bundler of extensions writes them. */
class FakePage {
  currentScript: { src: string } | null = null;
  readonly global: Record<string, unknown> = {};
  readonly head = { appendChild: (script: FakeScript) => this._add(script) };
  /** What the script of each address does. */
  readonly code = new Map<string, () => void>();

  createElement(): FakeScript {
    return { src: '' };
  }

  run(url: string): void {
    this.currentScript = { src: url };
    this.code.get(url)?.();
    this.currentScript = null;
  }

  private _add(script: FakeScript): void {
    if (!this.code.has(script.src)) {
      script.onerror?.();
      return;
    }
    this.run(script.src);
    script.onload?.();
  }
}

interface FakeScript {
  src: string;
  onload?: () => void;
  onerror?: () => void;
}

type Chunks = { push: (chunk: string) => void };

/** Add the scripts of an extension; return what gets the chunks that its runtime was handed. */
function extension(page: FakePage, url: string, version: string): string[] {
  const seen: string[] = [];
  const { global } = page;
  page.code.set(`${url}/entry.js`, () => {
    const containers = (global._JUPYTERLAB ??= {}) as Record<string, unknown>;
    containers.bqplot = { version };
    const chunks = (global.webpackChunkbqplot ??= []) as Chunks & string[];
    const before = chunks.push.bind(chunks);
    chunks.forEach(each => seen.push(each));
    chunks.push = chunk => {
      before(chunk);
      seen.push(chunk);
      return 0;
    };
  });
  page.code.set(`${url}/chunk.js`, () => {
    const chunks = (global.webpackChunkbqplot ??= []) as Chunks;
    chunks.push(version);
  });
  return seen;
}

function scripts(page: FakePage): Scripts {
  return new Scripts(ROOT, page as unknown as Document, page.global);
}

describe('Scripts', () => {
  it('keep the parts of two versions apart, and of the server’s own', async () => {
    const page = new FakePage();
    const served = 'http://localhost/lab/extensions/bqplot';
    const [first, second] = [`${ROOT}a-1/1`, `${ROOT}b-1/2`];
    const seen = [served, first, second].map((url, index) =>
      extension(page, url, `v${index}`)
    );
    page.run(`${served}/entry.js`);
    const loading = scripts(page);
    await loading.container('bqplot', `${first}/entry.js`);
    await loading.container('bqplot', `${second}/entry.js`);
    for (const url of [first, second, served, first]) {
      page.run(`${url}/chunk.js`);
    }
    expect(seen).toEqual([['v0'], ['v1', 'v1'], ['v2']]);
  });

  it('take containers out of the page, and put back what was there', async () => {
    const page = new FakePage();
    extension(page, `${ROOT}a-1/1`, 'new');
    const loading = scripts(page);
    const found = loading.container('bqplot', `${ROOT}a-1/1/entry.js`);
    expect(await found).toEqual({ version: 'new' });
    expect(page.global._JUPYTERLAB).toEqual({});
    const served = {} as IContainer;
    (page.global._JUPYTERLAB as Record<string, unknown>).bqplot = served;
    await loading.container('bqplot', `${ROOT}a-1/1/entry.js`);
    const containers = page.global._JUPYTERLAB as Record<string, unknown>;
    expect(containers.bqplot).toBe(served);
  });

  it('say what could not be loaded, and what is no extension', async () => {
    const page = new FakePage();
    page.code.set(`${ROOT}a-1/1/other.js`, () => undefined);
    const loading = scripts(page);
    await expect(
      loading.container('bqplot', `${ROOT}a-1/1/gone.js`)
    ).rejects.toThrow('gone.js could not be loaded.');
    await expect(
      loading.container('bqplot', `${ROOT}a-1/1/other.js`)
    ).rejects.toThrow('other.js is not the script of an extension.');
  });
});
