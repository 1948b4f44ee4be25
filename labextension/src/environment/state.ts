import type { IStale, IStatus, IWork, State } from '../tokens';

const RESTORING = ['build', 'restore', 'python'];

/**
 * The state that a notebook's environment is shown in: the kernel's truth first.
 */
export function stateOf(
  status: IStatus | null,
  work: IWork | null,
  stale: IStale[]
): State {
  if (!status) {
    return 'unknown';
  }
  if (work && !work.done) {
    return RESTORING.includes(work.verb) ? 'restoring' : 'changing';
  }
  switch (status.kernel.state) {
    case 'starting':
      return 'starting';
    case 'waiting':
      if (status.recorded && status.ready) {
        return 'starting'; // it was restored: the kernel is about to find it
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
 * Whether the kernel runs in another environment than the notebook has now.
 */
export function isElsewhere(status: IStatus): boolean {
  const { state, environment } = status.kernel;
  const own = status.environment?.split(/[\\/]/).pop();
  return state === 'running' && own !== undefined && environment !== own;
}
