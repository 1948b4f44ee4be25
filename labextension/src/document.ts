import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import type { IDocument } from './model';
import { pythonText, readStale } from './python';
import type { IStale } from './tokens';

export const KERNEL = 'nbenv';
const KEY = 'nbenv';
const UNTITLED = /^Untitled\d*\.ipynb$/;

export type Context = DocumentRegistry.IContext<INotebookModel>;

/**
 * An open notebook, as the model sees it: one, however many views show it.
 */
export class OpenDocument implements IDocument {
  constructor(private _context: Context) {}

  get path(): string {
    return this._context.path;
  }

  get kernel(): string {
    return this._context.sessionContext.session?.kernel?.id ?? '';
  }

  get isNamed(): boolean {
    return !UNTITLED.test(PathExt.basename(this.path));
  }

  get record(): ReadonlyJSONValue | undefined {
    return this._context.model.getMetadata(KEY);
  }

  set record(value: ReadonlyJSONValue | undefined) {
    this._context.model.setMetadata(KEY, value);
  }

  async save(): Promise<void> {
    await this._context.save();
  }

  async restart(): Promise<void> {
    await this._context.sessionContext.session?.kernel?.restart();
  }

  async useOwnKernel(): Promise<void> {
    await this._context.sessionContext.changeKernel({ name: KERNEL });
  }

  async applied(event: string): Promise<IStale[]> {
    const kernel = this._context.sessionContext.session?.kernel;
    if (!kernel) {
      return [];
    }
    const call = `__import__('sys').modules['_nbenv_boot'].load('client').applied(${pythonText(event)})`;
    const reply = await kernel.requestExecute({
      code: '',
      silent: true,
      store_history: false,
      user_expressions: { nbenv: call }
    }).done;
    return readStale(reply.content);
  }
}
