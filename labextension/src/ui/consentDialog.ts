import { Dialog } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';

/** Milliseconds that what is asked must have been visible: a double click on a page must not agree. */
const MOMENT = 600;

/**
 * A dialog that asks for an agreement: its last button works only after a moment, and once there is
 * something to agree to. Enter and Escape mean no.
 */
export class ConsentDialog extends Dialog<unknown> {
  constructor(
    options: Partial<Dialog.IOptions<unknown>>,
    private _hasContent = true
  ) {
    super({ ...options, defaultButton: 0, hasClose: true });
    this._update();
  }

  /**
   * Say whether what would be agreed to is shown, each time that something else is.
   */
  allow(hasContent: boolean): void {
    this._hasContent = hasContent;
    this._settle();
  }

  /**
   * Resolve to whether the person agreed.
   */
  async ask(): Promise<boolean> {
    return (await this.launch()).button.accept;
  }

  /**
   * End the dialog with a button, unless that would agree too early.
   */
  resolve(index?: number): void {
    if (!index || this._isReady) {
      super.resolve(index);
    }
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    // The dialog itself does so when its body has been rendered: until then, Escape would go to
    // what is behind it.
    this.node.querySelector<HTMLElement>('button.jp-mod-reject')?.focus();
    this._settle();
  }

  protected onBeforeDetach(message: Message): void {
    clearTimeout(this._timer);
    super.onBeforeDetach(message);
  }

  /** Begin the moment in which nothing can be agreed to. */
  private _settle(): void {
    clearTimeout(this._timer);
    this._isSettled = false;
    this._update();
    this._timer = setTimeout(() => {
      this._isSettled = true;
      this._update();
    }, MOMENT);
  }

  private get _isReady(): boolean {
    return this._hasContent && this._isSettled;
  }

  private _update(): void {
    const footer = this.node.querySelector('.jp-Dialog-footer');
    const button = footer?.querySelector('button.jp-mod-accept');
    // It keeps the focus, which would otherwise leave the dialog at the last button.
    button?.setAttribute('aria-disabled', String(!this._isReady));
    button?.classList.add('jp-nbenv-Agree');
  }

  private _isSettled = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
