import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { IStale } from '../api/answers';
import { readStale } from './kernelReplies';

/**
 * The comm target by which a kernel of ours can be asked.
 */
export const TARGET = 'nbenv';

/**
 * What is used of a kernel.
 */
export type ICommKernel = Pick<
  Kernel.IKernelConnection,
  'createComm' | 'disposed' | 'handleComms' | 'isDisposed' | 'statusChanged'
>;

/** After each of these a kernel is another process, which may know nothing of the question. */
const NEW_PROCESS = ['restarting', 'autorestarting', 'starting', 'dead'];

/**
 * Ask a kernel which packages only a restart updates; `event` is the result of a job that changed
 * the environment from outside the kernel, or null.
 *
 * Resolves to null when the kernel gives no valid answer: it has no such target, it stopped or
 * restarted, or `signal` ended the wait. There is no timeout, because the question waits behind
 * the cell that runs, which may take hours.
 */
export function askKernel(
  kernel: ICommKernel,
  event: JSONObject | null,
  signal: AbortSignal
): Promise<IStale[] | null> {
  // Lab lets one connection to a kernel use comms; others, such as a console's, cannot ask.
  if (signal.aborted || kernel.isDisposed || !kernel.handleComms) {
    return Promise.resolve(null);
  }
  const comm = kernel.createComm(TARGET);
  // A subshell would answer while a cell runs, beside imports that the answer depends on.
  comm.commsOverSubshells = 'disabled' as Kernel.IComm['commsOverSubshells'];
  return new Promise(resolve => {
    let answer: IStale[] | null = null;
    const finish = () => {
      kernel.statusChanged.disconnect(onStatus);
      kernel.disposed.disconnect(finish);
      signal.removeEventListener('abort', finish);
      comm.dispose();
      opened.dispose();
      resolve(answer);
    };
    const onStatus = (_: unknown, status: Kernel.Status) => {
      if (NEW_PROCESS.includes(status)) {
        // The comm stays: a kernel that is just starting may have the question and close it.
        resolve(null);
      }
    };
    comm.onMsg = ({ content }) => {
      answer = readStale((content.data as { stale?: unknown }).stale);
    };
    // Not at the answer: Lab reports an error if the kernel then closes a comm that is gone.
    comm.onClose = finish;
    kernel.statusChanged.connect(onStatus);
    kernel.disposed.connect(finish);
    signal.addEventListener('abort', finish);
    const opened = comm.open({ event });
    // Once the kernel is done with the message, or Lab gave it up, no answer comes.
    opened.done.then(finish, finish);
  });
}
