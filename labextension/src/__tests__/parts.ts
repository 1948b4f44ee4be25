import type { IJob, IKernelStatus, IStatus } from '../api/answers';

/**
 * Return the status of a notebook whose kernel runs in its environment, with what a test changes.
 */
export function status(
  parts: Partial<IStatus> = {},
  kernel: IKernelStatus = { state: 'running', environment: 'work-1' }
): IStatus {
  return {
    recorded: true,
    record: 'digest',
    saved: true,
    approved: true,
    ready: true,
    python: '3.11',
    requirements: ['six'],
    indexes: [],
    locked: 30,
    installed: 30,
    environment: '/home/x/envs/work-1',
    stale: [],
    drift: [],
    policy: 'ask',
    kernel,
    job: null,
    ...parts
  };
}

/**
 * Return a job that is running.
 */
export function job(verb: string): IJob {
  return { id: 'id', verb, words: [], done: false };
}
