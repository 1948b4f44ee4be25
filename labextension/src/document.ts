import { PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import type { IDocument } from './model';
import { pythonText, readStale } from './python';
import type { IStale } from './tokens';

export const KERNEL = 'nbenv';
const KEY = 'nbenv';
const UNTITLED = /^Untitled\d*\.ipynb$/;

/**
 * An open notebook, as the model sees it.
 */
export class PanelDocument implements IDocument {
  constructor(private _panel: NotebookPanel) {}

  get path(): string {
    return this._panel.context.path;
  }

  get kernel(): string {
    return this._panel.sessionContext.session?.kernel?.id ?? '';
  }

  get isNamed(): boolean {
    // The name alone: with collaboration a drive may stand before the path.
    return !UNTITLED.test(PathExt.basename(this._panel.context.localPath));
  }

  get record(): ReadonlyJSONValue | undefined {
    return this._panel.model?.getMetadata(KEY);
  }

  set record(value: ReadonlyJSONValue | undefined) {
    this._panel.model?.setMetadata(KEY, value);
  }

  async save(): Promise<void> {
    await this._panel.context.save();
  }

  async restart(): Promise<void> {
    await this._panel.sessionContext.session?.kernel?.restart();
  }

  async useOwnKernel(): Promise<void> {
    await this._panel.sessionContext.changeKernel({ name: KERNEL });
  }

  async applied(event: string): Promise<IStale[] | null> {
    const kernel = this._panel.sessionContext.session?.kernel;
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
}
