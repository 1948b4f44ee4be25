import type { IJob, IProblem, JobResult } from '../api/answers';
import type { Client } from '../api/client';
import { asProblem, ProblemError } from '../api/errors';
import type { IProgress, IRequest } from '../tokens';
import { Jobs } from './jobs';

/**
 * What the runner needs of the notebook's model.
 */
export interface IJobHooks {
  /** The notebook's path, as it is now. */
  path: () => string;
  /** What is shown has changed. */
  changed: () => void;
  /** A job has ended well, which this page or another one asked for. */
  succeeded: (result: JobResult, isAskedHere: boolean) => Promise<void>;
  /** A job has ended; call `settle` as soon as it is known what has become of the environment. */
  ended: (settle: () => void) => Promise<void>;
}

/**
 * Runs the jobs of one notebook and follows them to their ends; keeps why the last one failed.
 */
export class JobRunner {
  constructor(
    private _client: Client,
    private _hooks: IJobHooks
  ) {}

  get current(): IProgress | null {
    return this._jobs.current;
  }

  get waiting(): IJob[] {
    return this._jobs.waiting;
  }

  get problem(): IProblem | null {
    return this._problem;
  }

  /** What was asked for when that problem arose, if this page did. */
  get failed(): IRequest | null {
    return this._problem && this._failed;
  }

  forgetProblem(): void {
    this._problem = null;
  }

  /**
   * Run a command to its end; return the data of its result. `digest` is what the person agreed to.
   */
  async run(request: IRequest, digest: string | null): Promise<unknown> {
    const { verb, words, flags } = request;
    this._problem = null;
    const progress = this._jobs.begin({ id: '', verb, words, done: false });
    this._hooks.changed();
    try {
      const path = this._hooks.path();
      progress.job = await this._client.start(path, verb, words, flags, digest);
      return await this._follow(progress, request);
    } catch (error) {
      this._jobs.end(progress);
      if (!(error instanceof ProblemError)) {
        this._fail(asProblem(error), request);
      }
      this._hooks.changed();
      throw error;
    }
  }

  /**
   * Follow a job that was started elsewhere.
   */
  async follow(job: IJob): Promise<unknown> {
    return this._follow(this._jobs.begin(job), null);
  }

  async cancel(job: IJob | undefined = this.current?.job): Promise<void> {
    if (job?.id) {
      await this._client.stop(job, this._hooks.path());
    }
  }

  private async _follow(
    progress: IProgress,
    request: IRequest | null
  ): Promise<unknown> {
    const { changed, ended, path, succeeded } = this._hooks;
    changed();
    let data: unknown = null;
    try {
      for await (const event of this._client.events(progress.job, path())) {
        if (event.type === 'progress') {
          this._jobs.take(progress, event);
          changed();
        } else if (event.type === 'result') {
          data = event.data;
          await succeeded(event, request !== null);
        } else if (event.type === 'error') {
          this._fail(event.kind === 'Stopped' ? null : event, request);
          throw new ProblemError(event);
        }
      }
    } finally {
      // Until then it counts as running: the status of before asks for what it has just done.
      const settle = () => this._jobs.end(progress);
      await ended(settle).finally(settle);
    }
    return data;
  }

  private _fail(problem: IProblem | null, request: IRequest | null): void {
    this._problem = problem;
    this._failed = request;
  }

  private _jobs = new Jobs();
  private _problem: IProblem | null = null;
  private _failed: IRequest | null = null;
}
