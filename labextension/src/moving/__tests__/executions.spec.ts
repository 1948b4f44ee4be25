import type { Cell } from '@jupyterlab/cells';
import { Signal } from '@lumino/signaling';
import { Executions, type IExecuted } from '../executions';

interface INotebook {
  name: string;
}
const NOTEBOOK = { name: 'a' };
const FAILED = { errorName: 'ModuleNotFoundError' };
const SKIPPED = {};

function parts() {
  const scheduled = new Signal<object, { notebook: INotebook; cell: Cell }>({});
  const executed = new Signal<object, IExecuted<INotebook>>({});
  const executions = new Executions<INotebook>({ scheduled, executed });
  const run = (...cells: Cell[]) =>
    cells.forEach(cell => scheduled.emit({ notebook: NOTEBOOK, cell }));
  const end = (cell: Cell, error: { errorName?: string } | null = null) =>
    executed.emit({ notebook: NOTEBOOK, cell, error });
  return { executions, run, end };
}

function cells(count: number): Cell[] {
  return Array.from({ length: count }, () => ({ isDisposed: false }) as Cell);
}

it('knows what was skipped behind a failed cell', () => {
  const { executions, run, end } = parts();
  const [first, failed, second, third] = cells(4);
  run(first, failed, second, third);
  end(first);
  end(failed, FAILED);
  const behind = executions.behind(NOTEBOOK);
  end(second, SKIPPED);
  end(third, SKIPPED);
  expect(behind()).toEqual([second, third]);
  expect(executions.isBusy(NOTEBOOK)).toBe(false);
});

it('knows what ran in the present kernel, in the order of the first time', () => {
  const { executions, run, end } = parts();
  const [heading, first, second, failed, third] = cells(5);
  end(heading); // Markdown, which is not scheduled
  run(second, first, failed, third);
  end(second);
  end(first);
  end(failed, FAILED);
  end(third, SKIPPED);
  run(second);
  end(second);
  expect(executions.ran(NOTEBOOK)).toEqual([second, first]);
  run(first);
  end(first, FAILED);
  expect(executions.ran(NOTEBOOK)).toEqual([second]);
  executions.forget(NOTEBOOK);
  expect(executions.ran(NOTEBOOK)).toEqual([]);
});

it('leaves out what was run again or deleted meanwhile', () => {
  const { executions, run, end } = parts();
  const [failed, second, third, fourth] = cells(4);
  run(failed, second, third, fourth);
  end(failed, FAILED);
  const behind = executions.behind(NOTEBOOK);
  [second, third, fourth].forEach(cell => end(cell, SKIPPED));
  run(third);
  end(third);
  (fourth as { isDisposed: boolean }).isDisposed = true;
  expect(behind()).toEqual([second]);
  expect(executions.behind(NOTEBOOK)()).toEqual([]); // of the cell that was run last
});

it('returns what waits behind a command that moves the notebook, once', () => {
  const { executions, run, end } = parts();
  const [command, second, third] = cells(3);
  run(command, second, third);
  end(command);
  end(second, SKIPPED);
  expect(executions.isBusy(NOTEBOOK)).toBe(true);
  expect(executions.unfinished(NOTEBOOK)).toEqual([second, third]);
  expect(executions.isBusy(NOTEBOOK)).toBe(false);
});

it('keeps notebooks apart', () => {
  const { executions, run } = parts();
  run(...cells(1));
  expect(executions.isBusy({ name: 'b' })).toBe(false);
});
