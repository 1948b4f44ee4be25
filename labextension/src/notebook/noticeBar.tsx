import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { INoticeProps } from './noticeActions';
import { Notice } from './notices';

/**
 * The notice bar between a notebook's toolbar and its cells: what happens to its environment, and
 * the next step. It takes no room when there is nothing to say.
 */
export class NoticeBar extends ReactWidget {
  constructor(private _props: INoticeProps) {
    super();
    this.addClass('jp-nbenv-Strip');
    const fit = () => this._fit();
    this._resizes = new ResizeObserver(fit);
    this._mutations = new MutationObserver(fit);
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this._props.model.changed}>
        {() => <Notice {...this._props} />}
      </UseSignal>
    );
  }

  dispose(): void {
    this._resizes.disconnect();
    this._mutations.disconnect();
    super.dispose();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._resizes.observe(this.node);
    this._mutations.observe(this.node, {
      childList: true,
      subtree: true,
      characterData: true
    });
  }

  /** The header above the cells is a box layout, which does not measure the text itself. */
  private _fit(): void {
    const height = this.node.firstElementChild?.scrollHeight ?? 0;
    const wanted = `${height}px`;
    if (this.node.style.minHeight !== wanted) {
      this.node.style.minHeight = wanted;
      this.parent?.fit();
    }
  }

  private _resizes: ResizeObserver;
  private _mutations: MutationObserver;
}
