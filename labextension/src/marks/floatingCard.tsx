import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

/** The pixels that a card may need. */
const WIDTH = 380;
const HEIGHT = 320;

/**
 * What a card shows.
 */
export interface ICardOptions {
  label: string;
  content: (close: () => void) => JSX.Element;
  /** Take the focus back; without it, what had the focus before gets it. */
  focusBack?: () => void;
}

/**
 * A dialog beside an element, which a click elsewhere or Escape closes.
 */
export class FloatingCard extends ReactWidget {
  constructor(private _options: ICardOptions) {
    super();
    this.addClass('jp-nbenv-Card');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', _options.label);
  }

  /**
   * Show it below an element, or above it where there is no room; it takes the focus.
   */
  showAt(anchor: HTMLElement): void {
    this._former = document.activeElement;
    Widget.attach(this, document.body);
    const { left, bottom } = anchor.getBoundingClientRect();
    const { style } = this.node;
    const { innerHeight, innerWidth } = window;
    style.left = `${Math.max(8, Math.min(left, innerWidth - WIDTH))}px`;
    style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - HEIGHT))}px`;
    document.addEventListener('mousedown', this._onMouseDown, true);
    this.node.addEventListener('keydown', this._onKeyDown);
    this.node.focus();
  }

  render(): JSX.Element {
    return this._options.content(() => this.dispose());
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('mousedown', this._onMouseDown, true);
    const hadFocus = this.node.contains(document.activeElement);
    super.dispose();
    if (hadFocus) {
      this._focusBack();
    }
  }

  private _focusBack(): void {
    if (this._options.focusBack) {
      this._options.focusBack();
    } else {
      (this._former as HTMLElement | null)?.focus();
    }
  }

  private _onMouseDown = (event: MouseEvent): void => {
    if (!this.node.contains(event.target as Node)) {
      this.dispose();
    }
  };

  private _onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation(); // it is none of the notebook's shortcuts
    if (event.key === 'Escape') {
      this.dispose();
    }
  };

  private _former: Element | null = null;
}
