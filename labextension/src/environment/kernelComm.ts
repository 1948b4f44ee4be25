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

/** After each of these a kernel is another process, which knows nothing of the question. */
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
        finish();
      }
    };
    comm.onMsg = ({ content }) => {
      answer = readStale((content.data as { stale?: unknown }).stale);
    };
    // The kernel closes the comm when it has answered; to leave before that would have Lab
    // complain of a comm that it does not know.
    comm.onClose = finish;
    kernel.statusChanged.connect(onStatus);
    kernel.disposed.connect(finish);
    signal.addEventListener('abort', finish);
    const opened = comm.open({ event });
    // The kernel is done with the message, or never will be: no answer comes after that.
    opened.done.then(finish, finish);
  });
}
