import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import type { IDocument } from './model';
import { pythonText, readStale } from './kernelReplies';
import type { IStale } from '../tokens';

export const KERNEL = 'nbenv';
const KEY = 'nbenv';
const IMPORT = /^\s*(import|from)\s+\w/m;
const UNTITLED = /^Untitled\d*\.ipynb$/;

export type Context = DocumentRegistry.IContext<INotebookModel>;

/**
 * An open notebook, as the model sees it: one, however many views show it.
 */
export class OpenDocument implements IDocument {
  constructor(private _context: Context) {
    void _context.ready.then(() => {
      this._importsAtOpen = [...(_context.model?.cells ?? [])].some(
        cell =>
          cell.type === 'code' && IMPORT.test(cell.sharedModel.getSource())
      );
    });
  }

  get importsAtOpen(): boolean {
    return this._importsAtOpen;
  }

  get path(): string {
    return this._context.path;
  }

  get kernel(): string {
    return this._context.sessionContext.session?.kernel?.id ?? '';
  }

  get isNamed(): boolean {
    // The name alone: with collaboration a drive may stand before the path.
    return !UNTITLED.test(PathExt.basename(this._context.localPath));
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

  async applied(event: string): Promise<IStale[] | null> {
    const kernel = this._context.sessionContext.session?.kernel;
    if (!kernel) {
      return null;
    }
    const call = `__import__('sys').modules['_nbenv_boot'].load('client').applied(${pythonText(event)})`;
    const reply = await kernel.requestExecute({
      code: '',
      silent: true,
      store_history: false,
      user_expressions: { nbenv: call }
    }).done;
    // After a failed cell what waits behind it is turned down, this too.
    return reply.content.status === 'ok' ? readStale(reply.content) : null;
  }

  private _importsAtOpen = false;
}
