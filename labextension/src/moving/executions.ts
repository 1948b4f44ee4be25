import type { Cell } from '@jupyterlab/cells';
import type { ISignal } from '@lumino/signaling';

/**
 * What Lab's notebook actions say of a cell.
 */
export interface IExecuted<N> {
  notebook: N;
  cell: Cell;
  error?: { errorName?: string } | null;
}

/**
 * The signals of Lab's notebook actions.
 */
export interface IExecutionSignals<N> {
  scheduled: ISignal<unknown, { notebook: N; cell: Cell }>;
  executed: ISignal<unknown, IExecuted<N>>;
}

/** The cells that a kernel skipped because of the one before; `run` counts how often each was run. */
type Skipped = { cell: Cell; run: number }[];

interface IQueue {
  waiting: Set<Cell>;
  skipped: Skipped;
  /** What ran to its end, in the order of the first time. */
  ran: Set<Cell>;
}

/**
 * Knows which cells were run, and never got a result of their own.
 *
 * A kernel skips what is queued behind a failed cell, and behind a command that moves the notebook.
 */
export class Executions<N extends object> {
  constructor({ scheduled, executed }: IExecutionSignals<N>) {
    scheduled.connect((_, { notebook, cell }) => {
      this._runs.set(cell, this._run(cell) + 1);
      this._of(notebook).waiting.add(cell);
    });
    executed.connect((_, { notebook, cell, error }) => {
      const queue = this._of(notebook);
      const isCode = queue.waiting.delete(cell); // only code is scheduled
      if (error) {
        queue.ran.delete(cell);
      } else if (isCode) {
        queue.ran.add(cell);
      }
      if (error && !error.errorName) {
        queue.skipped.push({ cell, run: this._run(cell) });
      } else {
        queue.skipped = [];
      }
    });
  }

  /**
   * Tell whether a notebook's kernel has cells to run.
   */
  isBusy(notebook: N): boolean {
    return this._of(notebook).waiting.size > 0;
  }

  /**
   * Follow what is skipped because of the cell that was executed last; the returned function gives
   * what of it was not run again since, and is still there.
   */
  behind(notebook: N): () => Cell[] {
    const { skipped } = this._of(notebook);
    return () =>
      skipped
        .filter(({ cell, run }) => !cell.isDisposed && this._run(cell) === run)
        .map(({ cell }) => cell);
  }

  /**
   * Return what ran to its end in the present kernel, in that order, as far as this page knows.
   */
  ran(notebook: N): Cell[] {
    return [...this._of(notebook).ran].filter(cell => !cell.isDisposed);
  }

  /**
   * Forget what ran in a kernel that was replaced or restarted.
   */
  forget(notebook: N): void {
    this._of(notebook).ran.clear();
  }

  /**
   * Return all that has no result: what was skipped behind the last result, and what still waits.
   */
  unfinished(notebook: N): Cell[] {
    const waiting = [...this._of(notebook).waiting];
    this._of(notebook).waiting.clear();
    return [...this.behind(notebook)(), ...waiting].filter(
      cell => !cell.isDisposed
    );
  }

  private _run(cell: Cell): number {
    return this._runs.get(cell) ?? 0;
  }

  private _of(notebook: N): IQueue {
    const queue = this._queues.get(notebook) ?? {
      waiting: new Set(),
      skipped: [],
      ran: new Set()
    };
    this._queues.set(notebook, queue);
    return queue;
  }

  private _runs = new WeakMap<Cell, number>();
  private _queues = new WeakMap<N, IQueue>();
}
