import { asProblem, DeclinedError, isRefusal } from '../api/errors';
import type { IStatus } from '../api/answers';
import type { Approver, IEnvironmentModel } from '../tokens';

/**
 * Do something with an agreement: the digest of the record that the person saw, or null where none
 * was needed.
 */
export type Act<T> = (digest: string | null) => Promise<T>;

/**
 * Tell whether what a notebook records was never approved on the server's machine.
 *
 * This alone decides whether to ask, and not what the kernel does or which button was pressed. It
 * may be out of date, since the server refuses what is not approved there.
 */
export function needsApproval(status: IStatus | null): boolean {
  return !!status?.recorded && !status.approved && status.policy !== 'always';
}

/**
 * Lets nothing start on a record that was neither approved before nor shown and agreed to.
 */
export class Gate {
  constructor(
    private _model: IEnvironmentModel & { readonly isDisposed: boolean },
    private _approver: Approver
  ) {}

  /**
   * Keep an agreement to what was shown for a change, until that change is made or another one is
   * asked for.
   */
  keep(verb: string, words: string[], digest: string): void {
    this._kept = { change: JSON.stringify([verb, words]), digest };
  }

  /**
   * Start a change, with the agreement that was kept for it, or ask for one where that is needed.
   *
   * Nobody is asked twice about the same record when what they agreed to has failed: the next step,
   * such as another Python, takes the same agreement.
   *
   * Rejects with a `DeclinedError` when the person does not agree.
   */
  async pass<T>(
    verb: string,
    words: string[],
    act: Act<T>,
    isForced = false
  ): Promise<T> {
    const kept = this._kept;
    this._kept = null;
    if (!isForced && kept?.change === JSON.stringify([verb, words])) {
      return this._try(verb, act, kept.digest);
    }
    const asks = isForced || needsApproval(this._model.status);
    const failed = isForced ? null : this._failed;
    const digest = asks
      ? (failed ?? (await this._agree(verb, isForced, false)))
      : null;
    return this._try(verb, act, digest);
  }

  /**
   * Act; when the server finds another record than the one agreed to, show that one and ask again.
   */
  private async _try<T>(
    verb: string,
    act: Act<T>,
    digest: string | null
  ): Promise<T> {
    this._failed = null;
    try {
      return await act(digest);
    } catch (error) {
      if (!isRefusal(error) && asProblem(error).kind !== 'Stopped') {
        this._failed = digest;
      }
      if (!isRefusal(error) || this._model.isDisposed) {
        throw error;
      }
      await this._model.refresh();
      if (!this._model.status?.recorded) {
        throw error; // there is nothing to show
      }
      const isChanged = digest !== null && asProblem(error).digest !== digest;
      const shown = await this._agree(verb, true, isChanged);
      if (shown === digest) {
        throw error; // refused although it is what was agreed to
      }
      return this._try(verb, act, shown);
    }
  }

  private async _agree(
    verb: string,
    isForced: boolean,
    isChanged: boolean
  ): Promise<string> {
    const question = { verb, isForced, isChanged };
    const digest = await this._approver(this._model, question);
    if (digest === null || this._model.isDisposed) {
      throw new DeclinedError();
    }
    return digest;
  }

  private _kept: { change: string; digest: string } | null = null;
  /** What was agreed to for the last change, if that failed and was not cancelled. */
  private _failed: string | null = null;
}
