import type { IJob, JobEvent } from '../api/answers';
import { PHASES, type IProgress } from '../tokens';

/** The phase of a job that waits for the one before it. */
const QUEUED = 'queued';

type ProgressEvent = Extract<JobEvent, { type: 'progress' }>;

/**
 * The jobs of one notebook that are not done yet, and how far each of them is.
 */
export class Jobs {
  /** The job that is running, or else the one that runs next. */
  get current(): IProgress | null {
    const running = this._all.find(each => each.phase !== QUEUED);
    return running ?? this._all[0] ?? null;
  }

  /** The jobs behind it. What was asked for twice is one job of the server. */
  get waiting(): IJob[] {
    const { current } = this;
    const seen = new Set([current?.job.id]);
    return this._all
      .filter(each => each !== current)
      .map(each => each.job)
      .filter(({ id }) => !id || (!seen.has(id) && seen.add(id)));
  }

  /** Add a job, before the server has answered; the result stands for it. */
  begin(job: IJob): IProgress {
    const isQueued = this._all.length > 0;
    const phase = isQueued ? QUEUED : '';
    const added: IProgress = { job, phase, message: '' };
    this._all.push(added);
    return added;
  }

  /**
   * Take an event of a job. A job may resolve again after it began to install: its phase, as it is
   * shown, does not go back.
   */
  take(progress: IProgress, event: ProgressEvent): void {
    const { phase, message, done, total, left } = event;
    const isBefore = PHASES.indexOf(phase) < PHASES.indexOf(progress.phase);
    Object.assign(progress, { message, done, total, left });
    progress.phase = isBefore ? progress.phase : phase;
  }

  end(progress: IProgress): void {
    this._all = this._all.filter(each => each !== progress);
  }

  private _all: IProgress[] = [];
}
