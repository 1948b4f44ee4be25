import type { IJob, IStale, IStatus } from '../api/answers';
import type { State } from '../tokens';

const RESTORING = ['build', 'restore'];

/** Milliseconds until the next look at a start, and while a person decides. */
const SOON = 500;
const LATER = 4000;

/**
 * Derive the state to show for a notebook's environment, first of all from what its kernel is.
 */
export function stateOf(
  status: IStatus | null,
  job: IJob | null,
  stale: IStale[]
): State {
  if (!status) {
    return 'unknown';
  }
  if (job && !job.done) {
    return RESTORING.includes(job.verb) ? 'restoring' : 'changing';
  }
  switch (status.kernel.state) {
    case 'starting':
      return 'starting';
    case 'waiting':
      if (status.recorded && status.ready) {
        return 'starting'; // restored: the waiting kernel is about to notice
      }
      return status.kernel.error?.kind === 'ApprovalNeeded'
        ? 'approval'
        : 'failed';
    case 'ordinary':
      return status.recorded ? 'other' : 'none';
    case 'none':
      return status.recorded ? 'stopped' : 'none';
    case 'running':
      return runningState(status, stale);
  }
}

function runningState(status: IStatus, stale: IStale[]): State {
  if (stale.length > 0 || isElsewhere(status)) {
    return 'restart';
  }
  const differs = status.drift.length > 0 || status.stale.length > 0;
  return status.recorded && (!status.ready || differs) ? 'changed' : 'ready';
}

/**
 * Tell whether the kernel runs in an environment other than the notebook's current one.
 */
export function isElsewhere(status: IStatus): boolean {
  const { state, environment } = status.kernel;
  if (status.kernel.behind) {
    return true;
  }
  const own = status.environment?.split(/[\\/]/).pop();
  return state === 'running' && own !== undefined && environment !== own;
}

/**
 * Return the milliseconds after which a state may have ended by itself, null where events tell.
 */
export function nextLook(state: State): number | null {
  if (state === 'starting') {
    return SOON;
  }
  // A terminal or another browser may end these.
  return ['approval', 'failed', 'restart'].includes(state) ? LATER : null;
}
