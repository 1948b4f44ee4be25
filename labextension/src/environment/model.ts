import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type {
  IJob,
  IProblem,
  IStale,
  IStatus,
  JobResult
} from '../api/answers';
import type { Client } from '../api/client';
import { ResponseError } from '../api/errors';
import type {
  Approver,
  IEnvironmentModel,
  IProgress,
  IRequest,
  State
} from '../tokens';
import type { IDocument } from './document';
import { foundDigest, RequirementSearch } from './findRequirements';
import { Gate, type Act } from './gate';
import { JobRunner } from './jobRunner';
import { RecordKeeper } from './recordKeeper';
import { StaleImports } from './staleImports';
import { nextLook, stateOf } from './state';

/** Milliseconds until the next look after an event. */
const QUIET = 250;
/** Milliseconds between looks for what another page is about to save. */
const WAITING = 1000;

/**
 * The environment of one open notebook.
 *
 * Follows the server and the kernel, and keeps the record in the shared model; views only show it.
 */
export class EnvironmentModel implements IEnvironmentModel, IDisposable {
  readonly key = UUID.uuid4();
  readonly search: RequirementSearch;

  constructor(
    private _client: Client,
    private _document: IDocument,
    approver: Approver,
    savesAfterChange: () => boolean = () => true,
    private _isServed: () => Promise<boolean> = async () => true
  ) {
    this._gate = new Gate(this, approver);
    this.search = new RequirementSearch(_document, () => this._changed.emit());
    this._imports = new StaleImports(result => _document.askKernel(result));
    this._record = new RecordKeeper(_client, _document, savesAfterChange);
    this._jobs = new JobRunner(_client, {
      path: () => this.path,
      changed: () => this._changed.emit(),
      succeeded: async (result, isAskedHere) => {
        this._record.expect(isAskedHere);
        await this._imports.tell(result);
      },
      ended: settle => this.refresh(settle)
    });
  }

  get changed(): ISignal<IEnvironmentModel, void> {
    return this._changed;
  }

  get path(): string {
    return this._document.path;
  }

  get importsAtOpen(): boolean {
    return this._document.importsAtOpen;
  }

  get isReadOnly(): boolean {
    return this._document.isReadOnly;
  }

  get otherLanguage(): string {
    return this._document.otherLanguage;
  }

  get status(): IStatus | null {
    return this._status;
  }

  get progress(): IProgress | null {
    return this._jobs.current;
  }

  get waiting(): IJob[] {
    return this._jobs.waiting;
  }

  get problem(): IProblem | null {
    const kernels = this.state === 'failed' ? this._status?.kernel.error : null;
    return this._jobs.problem ?? kernels ?? null;
  }

  get failed(): IRequest | null {
    return this._jobs.failed;
  }

  get stale(): IStale[] {
    return this._imports.packages;
  }

  get state(): State {
    const job = this.progress?.job ?? this._status?.job ?? null;
    return stateOf(this._status, job, this.stale);
  }

  get isDisposed(): boolean {
    return this._document.isDisposed;
  }

  dispose(): void {
    this._document.dispose();
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  /**
   * Refresh after a short wait; several calls within it refresh once.
   */
  refreshSoon(delay = QUIET): void {
    clearTimeout(this._timer);
    if (!this.isDisposed) {
      // Lab itself reports a server that cannot be reached.
      const refresh = () => void this.refresh().catch(() => undefined);
      this._timer = setTimeout(refresh, delay);
    }
  }

  /**
   * Ask the server for the current status, and follow the job that is running. `known` is called
   * with the answer, before the views are told.
   */
  async refresh(known: () => void = () => undefined): Promise<void> {
    if (this.otherLanguage) {
      this._status = null;
      this._changed.emit();
      return;
    }
    if (!(await this._isServed())) {
      return;
    }
    const { path, kernel, isDirty } = this._document;
    if (isDirty && path === this._refused) {
      return; // the file still says what the server refused
    }
    try {
      this._refused = null;
      const status = await this._client.status(path, kernel);
      if (this.isDisposed || path !== this._document.path) {
        return;
      }
      this._imports.follow(kernel, status);
      this._status = status;
      known();
      await this._record.keep(status);
      if (kernel && status.kernel.state === 'none' && !status.kernel.remote) {
        void this._document.followSession().catch(() => undefined);
      }
    } catch (error) {
      if (!(error instanceof ResponseError)) {
        throw error;
      }
      this._status = null; // no file yet, or one that the server cannot read
      known();
      this._refused = error.status === 422 ? path : null;
    }
    this._changed.emit();
    const delay = this._record.isWaiting ? WAITING : nextLook(this.state);
    if (delay !== null) {
      this.refreshSoon(delay);
    }
    void this._askKernel();
    const job = this._status?.job;
    if (job && !job.done && !this.progress) {
      void this._jobs.follow(job).catch(() => undefined);
    }
  }

  private async _askKernel(): Promise<void> {
    if (this.progress) {
      return; // the end of the job will ask
    }
    const record = this._status?.record ?? null;
    if ((await this._imports.ask(record)) && !this.isDisposed) {
      this._changed.emit();
    }
  }

  /**
   * Take the last event of a command that ran in a cell, of this page or of another one.
   */
  takeCellEvent(event: { restart?: unknown }, isAskedHere = true): void {
    this._imports.take(event.restart);
    this._record.expect(isAskedHere);
    this._jobs.forgetProblem();
    this.refreshSoon();
  }

  /**
   * Take what the kernel told any page that only a restart brings up to date.
   */
  takeStale(value: unknown): void {
    if (this._imports.take(value)) {
      this._changed.emit();
    }
  }

  /**
   * Forget what the kernel had imported before it restarted.
   */
  takeRestart(): void {
    this._imports.forget();
    this.refreshSoon();
  }

  /**
   * Run a command of nbenv as a job, to its end; return the data of its result.
   *
   * A record that was never approved is shown first. Rejects with a `DeclinedError` when the person
   * does not agree, and with a `ProblemError` when the job fails; `problem` then says why, for the
   * views.
   */
  async run(
    verb: string,
    words: string[] = [],
    flags: string[] = []
  ): Promise<unknown> {
    return this._gate.pass(verb, words, digest =>
      this._jobs.run({ verb, words, flags }, digest)
    );
  }

  async review(): Promise<void> {
    const request = { verb: 'restore', words: [], flags: [] };
    const restore: Act<unknown> = digest => this._jobs.run(request, digest);
    try {
      await this._gate.pass('restore', [], restore, true);
    } catch {
      return; // not agreed to, or `problem` says why
    }
  }

  async ask(
    verb: string,
    words: string[] = [],
    flags: string[] = []
  ): Promise<JobResult> {
    return this._gate.pass(verb, words, async digest => {
      const { path } = this;
      const result = await this._client.query(path, verb, words, flags, digest);
      const agreed = digest ?? foundDigest(verb, result);
      if (agreed !== null) {
        this._gate.keep(verb, words, agreed);
      }
      return result;
    });
  }

  async cancel(job?: IJob): Promise<void> {
    await this._jobs.cancel(job);
  }

  async restart(): Promise<void> {
    await this._document.restart();
    this.takeRestart();
  }

  async useOwnKernel(): Promise<void> {
    await this._document.useOwnKernel();
    this.refreshSoon();
  }

  dismiss(): void {
    this._jobs.forgetProblem();
    this._changed.emit();
  }

  private _changed = new Signal<IEnvironmentModel, void>(this);
  private _gate: Gate;
  private _imports: StaleImports;
  private _record: RecordKeeper;
  private _status: IStatus | null = null;
  /** The path of a file that the server cannot use. */
  private _refused: string | null = null;
  private _jobs: JobRunner;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
