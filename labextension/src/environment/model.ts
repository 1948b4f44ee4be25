import { JSONExt, UUID, type ReadonlyJSONValue } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { AnswerError } from '../api/errors';
import { asProblem, ProblemError, type Client } from '../api/client';
import { stateOf } from './state';
import type {
  IEnvironmentModel,
  IProblem,
  IProgress,
  IStale,
  IStatus,
  IWork,
  State
} from '../tokens';

/**
 * What the model needs of an open notebook.
 */
export interface IDocument {
  readonly path: string;
  readonly kernel: string;
  /** Whether the notebook has a name of its own, and so may be saved unasked. */
  readonly isNamed: boolean;
  /** Whether the cells imported something when the notebook was opened. */
  readonly importsAtOpen: boolean;
  record: ReadonlyJSONValue | undefined;
  save(): Promise<void>;
  restart(): Promise<void>;
  useOwnKernel(): Promise<void>;
  /**
   * Tell the kernel of a change made outside it (the event's JSON, or nothing); return what only a
   * restart brings up to date, null when the kernel does not say.
   */
  applied(event: string): Promise<IStale[] | null>;
}

const QUIET = 250;
const SOON = 500;
const LATER = 4000;

/**
 * The environment of one open notebook: follows the server and the kernel, and keeps the record in
 * the shared model. Views only show it.
 */
export class EnvironmentModel implements IEnvironmentModel, IDisposable {
  readonly key = UUID.uuid4();

  constructor(
    private _client: Client,
    private _document: IDocument,
    private _savesAfterChange: () => boolean = () => true,
    private _isServed: () => Promise<boolean> = async () => true
  ) {}

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
    const waits = this.state === 'failed' ? this._status?.kernel.error : null;
    return this._problem ?? waits ?? null;
  }

  get stale(): IStale[] {
    return this._stale;
  }

  get state(): State {
    const work = this._progress?.work ?? this._status?.job ?? null;
    return stateOf(this._status, work, this._stale);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  /**
   * Look again soon; many calls in a row look once.
   */
  touch(delay = QUIET): void {
    clearTimeout(this._timer);
    if (!this._isDisposed) {
      // A server that cannot be reached is Lab's to tell of, not ours again and again.
      const look = () => void this.refresh().catch(() => undefined);
      this._timer = setTimeout(look, delay);
    }
  }

  /**
   * Ask the server what is true now, and follow what goes on.
   */
  async refresh(): Promise<void> {
    if (!(await this._isServed())) {
      return;
    }
    const { path, kernel } = this._document;
    try {
      const status = await this._client.status(path, kernel);
      if (this._isDisposed || path !== this._document.path) {
        return;
      }
      this._takeKernel(kernel, status);
      this._status = status;
      await this._keepRecord(status);
    } catch (error) {
      if (!(error instanceof AnswerError)) {
        throw error;
      }
      this._status = null; // no file yet, or one that the server cannot read
    }
    this._changed.emit();
    this._lookAgain();
    void this._askKernel();
    const work = this._status?.job;
    if (work && !work.done && !this._progress) {
      void this._follow(work).catch(() => undefined);
    }
  }

  /**
   * Ask a kernel that this page has not asked since the last change: another browser may have
   * made that, or this page before it was loaded again.
   */
  private async _askKernel(): Promise<void> {
    const asked = this._kernel && `${this._kernel} ${this._status?.record}`;
    if (!asked || asked === this._asked || this._progress) {
      return;
    }
    this._asked = asked;
    const stale = await this._document.applied('').catch(() => null);
    if (stale && asked === this._asked && !this._isDisposed) {
      this._stale = stale;
      this._changed.emit();
    }
  }

  private _lookAgain(): void {
    const state = this.state;
    if (state === 'starting') {
      this.touch(SOON);
    } else if (['approval', 'failed', 'restart'].includes(state)) {
      this.touch(LATER); // a terminal or another browser may do it meanwhile
    }
  }

  /** What a kernel has imported is its own, and goes with it. */
  private _takeKernel(kernel: string, status: IStatus): void {
    const { state: runs, started = '' } = status.kernel;
    const now = runs === 'running' ? `${kernel} ${started}` : '';
    const same =
      now === this._kernel && this._environment === status.kernel.environment;
    this._kernel = now;
    this._environment = status.kernel.environment;
    if (!same) {
      this._stale = [];
      this._asked = '';
    }
  }

  /**
   * Note that a cell's command ended: its last event.
   */
  noted(event: { restart?: unknown }): void {
    if (Array.isArray(event.restart)) {
      this._stale = event.restart as IStale[];
    }
    this._problem = null;
    this.touch();
  }

  /**
   * Forget what the kernel had imported: it was restarted.
   */
  restarted(): void {
    this._stale = [];
    this._asked = '';
    this.touch();
  }

  /**
   * Run a verb as a job to its end; return the data of its result.
   *
   * Rejects with a `ProblemError` when it fails; `problem` then says why, for the views.
   */
  async run(
    verb: string,
    words: string[] = [],
    flags: string[] = []
  ): Promise<unknown> {
    this._problem = null;
    const started = { id: '', verb, words, done: false };
    this._progress = { work: started, phase: '', message: '' };
    this._changed.emit();
    try {
      const work = await this._client.start(this.path, verb, words, flags);
      return await this._follow(work);
    } catch (error) {
      this._progress = null;
      if (!(error instanceof ProblemError)) {
        this._problem = asProblem(error);
        this._changed.emit();
      }
      throw error;
    }
  }

  private async _follow(work: IWork): Promise<unknown> {
    this._progress = { work, phase: '', message: '' };
    this._changed.emit();
    let data: unknown = null;
    try {
      for await (const event of this._client.events(work, this.path)) {
        if (event.type === 'progress') {
          this._progress = { work, ...event };
          this._changed.emit();
        } else if (event.type === 'result') {
          data = event.data;
          if (event.changes?.length && this._kernel) {
            const told = JSON.stringify(event);
            this._stale = (await this._document.applied(told)) ?? this._stale;
          }
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
    const work = this._progress?.work;
    if (work?.id) {
      await this._client.stop(work, this.path);
    }
  }

  async restart(): Promise<void> {
    await this._document.restart();
    this.restarted();
  }

  async useOwnKernel(): Promise<void> {
    await this._document.useOwnKernel();
    this.touch();
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
    if (!record || JSONExt.deepEqual(record as never, this._shown())) {
      return;
    }
    this._document.record = record as ReadonlyJSONValue;
    if (this._document.isNamed && this._savesAfterChange()) {
      await this._document.save();
    }
  }

  private _shown(): never {
    return (this._document.record ?? null) as never;
  }

  private _changed = new Signal<IEnvironmentModel, void>(this);
  private _status: IStatus | null = null;
  private _progress: IProgress | null = null;
  private _problem: IProblem | null = null;
  private _stale: IStale[] = [];
  private _kernel = '';
  private _asked = '';
  private _environment: string | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}
