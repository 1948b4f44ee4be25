import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { TARGET } from '../environment/kernelComm';
import type { Executions } from './executions';
import type { Moves } from './moves';

/**
 * Moves a notebook when a command in a cell asks for it, with the cells that wait behind that one.
 *
 * Only the page that ran the cell does, as others may show the same notebook.
 */
export class CellMoves {
  constructor(
    private _moves: Moves,
    private _executions: Executions<Notebook>
  ) {}

  /**
   * Follow a notebook that was opened.
   */
  watch(panel: NotebookPanel): void {
    const { content, sessionContext } = panel;
    const forget = () => this._executions.forget(content);
    sessionContext.kernelChanged.connect(forget);
    sessionContext.statusChanged.connect((_, status) => {
      if (['restarting', 'autorestarting'].includes(status)) {
        forget();
      }
    });
    sessionContext.iopubMessage.connect((_, message) => {
      const kernel = sessionContext.session?.kernel;
      if (kernel && this._isAsked(panel, kernel, message)) {
        void this._move(panel, kernel).catch(() => undefined);
      }
    });
  }

  private _isAsked(
    panel: NotebookPanel,
    kernel: Kernel.IKernelConnection,
    message: Pick<KernelMessage.IMessage, 'content' | 'parent_header'>
  ): boolean {
    const { transient } = message.content as {
      transient?: { nbenv?: { move?: unknown } };
    };
    const { session } = message.parent_header as { session?: string };
    return (
      transient?.nbenv?.move === 'now' &&
      session === kernel.clientId &&
      this._executions.isBusy(panel.content) // of several views, the one that ran the cell
    );
  }

  private async _move(
    panel: NotebookPanel,
    kernel: Kernel.IKernelConnection
  ): Promise<void> {
    if (await take(kernel)) {
      const again = this._executions.unfinished(panel.content);
      await this._moves.change(panel, true);
      await this._moves.run(panel, again);
    }
  }
}

/**
 * Take the move from the kernel, which otherwise asks the server itself.
 *
 * Resolves to whether the page is to move the notebook, once the kernel has taken the message; that
 * waits behind the cell and those it skips.
 */
async function take(kernel: Kernel.IKernelConnection): Promise<boolean> {
  if (!kernel.handleComms) {
    return false; // another connection of this page has the comms
  }
  const comm = kernel.createComm(TARGET);
  comm.commsOverSubshells = 'disabled' as Kernel.IComm['commsOverSubshells'];
  return new Promise(resolve => {
    let isGranted = false;
    const finish = () => {
      comm.dispose();
      opened.dispose();
      resolve(isGranted);
    };
    comm.onMsg = ({ content }) => {
      isGranted = (content.data as { granted?: unknown }).granted === true;
    };
    // Not at the answer: Lab reports an error if the kernel then closes a comm that is gone.
    comm.onClose = finish;
    const opened = comm.open({ moving: true });
    opened.done.then(finish, finish);
  });
}
