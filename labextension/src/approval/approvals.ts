import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../api/client';
import { runShown } from '../environment/run';
import type { Approver, IApprovalQuestion, IEnvironmentModel } from '../tokens';
import { askApproval } from './dialog';

/**
 * What to do about an environment that needs approval: ask, restore it at once, or nothing.
 */
export type Policy = 'ask' | 'always' | 'never';

/**
 * Shows environments that need approval, and asks once by itself about each that a kernel needs.
 */
export class Approvals {
  constructor(
    private _client: Client,
    private _policy: () => Policy,
    private _trans: TranslationBundle
  ) {}

  /**
   * Show what a notebook records, and ask; the settings may agree instead of the person.
   */
  readonly approve: Approver = async (model, question) => {
    if (this._open.has(model)) {
      return null; // one question about a notebook at a time
    }
    this._open.add(model);
    try {
      return await this._ask(model, question);
    } finally {
      this._open.delete(model);
    }
  };

  private async _ask(
    model: IEnvironmentModel,
    question: IApprovalQuestion
  ): Promise<string | null> {
    if (!question.isForced && this._policyOf(model) === 'always') {
      return (await this._client.preview(model.path)).digest;
    }
    return askApproval({
      client: this._client,
      path: model.path,
      question,
      trans: this._trans
    });
  }

  /** The server's policy, which an administrator may have set, overrules the setting here. */
  private _policyOf(model: IEnvironmentModel): Policy {
    return model.status?.policy === 'never' ? 'never' : this._policy();
  }

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
      const policy = this._policyOf(model);
      if (!known && policy === 'always') {
        void runShown(model, 'restore');
      } else if (!known && policy === 'ask') {
        void model.review();
      }
    });
  }

  private _asked = new WeakMap<IEnvironmentModel, string>();
  private _open = new WeakSet<IEnvironmentModel>();
}
