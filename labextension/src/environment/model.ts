import { JSONExt, UUID } from '@lumino/coreutils';
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
import { asProblem, ProblemError, ResponseError } from '../api/errors';
import type { Approver, IEnvironmentModel, IProgress, State } from '../tokens';
import type { IDocument } from './document';
import { foundDigest } from './findRequirements';
import { Gate, type Act } from './gate';
import { StaleImports } from './staleImports';
import { stateOf } from './state';

/** Milliseconds until the next look: after an event, at a start, and while a person decides. */
const QUIET = 250;
const SOON = 500;
const LATER = 4000;

/**
 * The environment of one open notebook.
 *
 * Follows the server and the kernel, and keeps the record in the shared model; views only show it.
 */
export class EnvironmentModel implements IEnvironmentModel, IDisposable {
  readonly key = UUID.uuid4();

  constructor(
    private _client: Client,
    private _document: IDocument,
    approver: Approver,
    private _savesAfterChange: () => boolean = () => true,
    private _isServed: () => Promise<boolean> = async () => true
  ) {
    this._gate = new Gate(this, approver);
    this._imports = new StaleImports(result => _document.askKernel(result));
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

  get status(): IStatus | null {
    return this._status;
  }

  get progress(): IProgress | null {
    return this._progress;
  }

  get problem(): IProblem | null {
    const kernels = this.state === 'failed' ? this._status?.kernel.error : null;
    return this._problem ?? kernels ?? null;
  }

  get stale(): IStale[] {
    return this._imports.packages;
  }

  get state(): State {
    const job = this._progress?.job ?? this._status?.job ?? null;
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
   * Ask the server for the current status, and follow the job that is running.
   */
  async refresh(): Promise<void> {
    if (!(await this._isServed())) {
      return;
    }
    const { path, kernel } = this._document;
    try {
      const status = await this._client.status(path, kernel);
      if (this.isDisposed || path !== this._document.path) {
        return;
      }
      this._imports.follow(kernel, status);
      this._status = status;
      await this._keepRecord(status);
    } catch (error) {
      if (!(error instanceof ResponseError)) {
        throw error;
      }
      this._status = null; // no file yet, or one that the server cannot read
    }
    this._changed.emit();
    this._refreshAgain();
    void this._askKernel();
    const job = this._status?.job;
    if (job && !job.done && !this._progress) {
      void this._follow(job).catch(() => undefined);
    }
  }

  private async _askKernel(): Promise<void> {
    if (this._progress) {
      return; // the end of the job will ask
    }
    const record = this._status?.record ?? null;
    if ((await this._imports.ask(record)) && !this.isDisposed) {
      this._changed.emit();
    }
  }

  private _refreshAgain(): void {
    const state = this.state;
    if (state === 'starting') {
      this.refreshSoon(SOON);
    } else if (['approval', 'failed', 'restart'].includes(state)) {
      this.refreshSoon(LATER); // a terminal or another browser may end this state
    }
  }

  /**
   * Take the last event of a command that ran in a cell.
   */
  takeCellEvent(event: { restart?: unknown }): void {
    this._imports.take(event.restart);
    this._problem = null;
    this.refreshSoon();
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
  async run(verb: string, words: string[] = []): Promise<unknown> {
    return this._gate.pass(verb, words, digest =>
      this._run(verb, words, digest)
    );
  }

  async review(): Promise<void> {
    const restore: Act<unknown> = digest => this._run('restore', [], digest);
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

  private async _run(
    verb: string,
    words: string[],
    digest: string | null
  ): Promise<unknown> {
    this._problem = null;
    const requested = { id: '', verb, words, done: false };
    this._progress = { job: requested, phase: '', message: '' };
    this._changed.emit();
    try {
      const job = await this._client.start(this.path, verb, words, [], digest);
      return await this._follow(job);
    } catch (error) {
      this._progress = null;
      if (!(error instanceof ProblemError)) {
        this._problem = asProblem(error);
        this._changed.emit();
      }
      throw error;
    }
  }

  private async _follow(job: IJob): Promise<unknown> {
    this._progress = { job, phase: '', message: '' };
    this._changed.emit();
    let data: unknown = null;
    try {
      for await (const event of this._client.events(job, this.path)) {
        if (event.type === 'progress') {
          this._progress = { job, ...event };
          this._changed.emit();
        } else if (event.type === 'result') {
          data = event.data;
          await this._imports.tell(event);
        } else if (event.type === 'error') {
          this._problem = event.kind === 'Stopped' ? null : event;
          throw new ProblemError(event);
        }
      }
    } finally {
      this._progress = null;
      await this.refresh();
    }
    return data;
  }

  async cancel(): Promise<void> {
    const job = this._progress?.job;
    if (job?.id) {
      await this._client.stop(job, this.path);
    }
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
    this._problem = null;
    this._changed.emit();
  }

  /**
   * Put a record that is not saved yet into the shared model, then save the notebook.
   */
  private async _keepRecord(status: IStatus): Promise<void> {
    if (status.saved || !status.record) {
      return;
    }
    const record = await this._client.record(this.path);
    const shown = this._document.record ?? null;
    if (!record || JSONExt.deepEqual(record, shown)) {
      return;
    }
    this._document.record = record;
    if (this._document.isNamed && this._savesAfterChange()) {
      await this._document.save();
    }
  }

  private _changed = new Signal<IEnvironmentModel, void>(this);
  private _gate: Gate;
  private _imports: StaleImports;
  private _status: IStatus | null = null;
  private _progress: IProgress | null = null;
  private _problem: IProblem | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
