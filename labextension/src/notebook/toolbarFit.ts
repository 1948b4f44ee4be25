/** Pixels that stay free, so that a rounded width pushes nothing out. */
const MARGIN = 8;

/**
 * Hide the words of the toolbar's item while the toolbar has no room for them.
 *
 * Lab moves the last items into a menu where a toolbar is too narrow: the kernel's name and
 * indicator. They must not go because our item has more to say. Our style sheet then lets the name
 * shrink, too.
 */
export class ToolbarFit {
  constructor(private _item: HTMLElement) {
    this._observe(_item);
  }

  dispose(): void {
    this._observer.disconnect();
  }

  private _fit(): void {
    const toolbar = this._item.closest('.jp-Toolbar');
    const text = this._item.querySelector<HTMLElement>('.jp-nbenv-Item-text');
    if (!toolbar || !text) {
      return;
    }
    const spacer = toolbar.querySelector('.jp-Toolbar-spacer');
    const opener = toolbar.querySelector('.jp-Toolbar-responsive-opener');
    [toolbar, spacer, opener].forEach(each => this._observe(each));
    const isHidden = this._item.classList.contains(NARROW);
    const shown = isHidden ? 0 : text.offsetWidth;
    const blank = spacer ? parseFloat(getComputedStyle(spacer).minWidth) : 0;
    // What is there beyond that is not taken from the kernel's name.
    const room = (spacer?.clientWidth ?? 0) - (blank || 0) + shown;
    const isFull = opener !== null && opener.clientWidth > 0;
    const hides = isFull || room < text.scrollWidth + MARGIN;
    this._item.classList.toggle(NARROW, hides);
  }

  /** Lab adds the parts of a toolbar one by one, and observing one anew would never end. */
  private _observe(part: Element | null): void {
    if (part && !this._observed.has(part)) {
      this._observed.add(part);
      this._observer.observe(part);
    }
  }

  private _observer = new ResizeObserver(() => this._fit());
  private _observed = new WeakSet<Element>();
}

const NARROW = 'jp-mod-narrow';
