import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../api/client';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { askApproval } from './dialog';

/**
 * What to do about an environment that needs approval: ask, restore it at once, or nothing.
 */
export type Policy = 'ask' | 'always' | 'never';

/**
 * Asks once about each environment that needs approval, and restores the approved ones.
 */
export class Approvals {
  constructor(
    private _client: Client,
    private _policy: () => Policy,
    private _trans: TranslationBundle
  ) {}

  /**
   * Watch a model until it is disposed; a second view of the same notebook adds nothing.
   */
  watch(model: IEnvironmentModel): void {
    if (this._asked.has(model)) {
      return;
    }
    this._asked.set(model, '');
    model.changed.connect(() => {
      const record = model.status?.record;
      if (model.state !== 'approval' || !record || model.problem) {
        return;
      }
      const known = this._asked.get(model) === record;
      this._asked.set(model, record);
      // The server's policy, which an administrator may have set, overrules the setting here.
      const policy =
        model.status?.policy === 'never' ? 'never' : this._policy();
      if (!known && policy === 'always') {
        void runShown(model, 'restore');
      } else if (!known && policy === 'ask') {
        void this.review(model);
      }
    });
  }

  /**
   * Show what would be installed, and restore it if the person approves.
   */
  async review(model: IEnvironmentModel): Promise<void> {
    const { status } = model;
    if (!status || this._isOpen) {
      return;
    }
    this._isOpen = true;
    try {
      const preview = this._client.preview(model.path);
      if (await askApproval(status, preview, this._trans)) {
        void runShown(model, 'restore');
      }
    } finally {
      this._isOpen = false;
    }
  }

  private _asked = new WeakMap<IEnvironmentModel, string>();
  private _isOpen = false;
}
