import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../api/client';
import { askApproval } from './dialog';
import type { IEnvironmentModel } from '../tokens';

/**
 * When a notebook's environment waits for approval: ask, restore at once, or leave it.
 */
export type Policy = 'ask' | 'always' | 'never';

/**
 * Asks once for each environment that a notebook brings, and restores what is agreed to.
 */
export class Approvals {
  constructor(
    private _client: Client,
    private _policy: () => Policy,
    private _trans: TranslationBundle
  ) {}

  /**
   * Watch a model until it goes; again, for another view of the same notebook, changes nothing.
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
      // What the server is told by its administrator or its user goes before the setting here.
      const policy =
        model.status?.policy === 'never' ? 'never' : this._policy();
      if (!known && policy === 'always') {
        void restore(model);
      } else if (!known && policy === 'ask') {
        void this.review(model);
      }
    });
  }

  /**
   * Show what would be installed, and restore it when that is agreed to.
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
        void restore(model);
      }
    } finally {
      this._isOpen = false;
    }
  }

  private _asked = new WeakMap<IEnvironmentModel, string>();
  private _isOpen = false;
}

async function restore(model: IEnvironmentModel): Promise<void> {
  await model.run('restore').catch(() => undefined); // the strip shows what went wrong
}
