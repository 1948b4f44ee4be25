"""Run a notebook once for each row of a table, several at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from nbenv.engine.consent import agreed_by_command
from nbenv.engine.document import NotebookRef
from nbenv.operations.restore import prepare
from nbenv.operations.running.given_parameters import GivenParameters, read_sweep
from nbenv.operations.running.row_process import RowProcesses
from nbenv.operations.running.sweep_results import (
    Row,
    SweepResults,
    check_folder,
    fingerprint,
    row_line,
)
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["Keep", "Runner", "SweepOptions", "sweep"]

Keep = Callable[[int, Mapping[str, object], bytes], str]
"""`SweepResults.keep`: takes a row that was run, and returns a line to show."""
Runner = Callable[[NotebookRef, Sequence[Row], Keep], Steps[None]]
"""Runs rows elsewhere than in processes of this machine."""


@dataclass(frozen=True)
class SweepOptions:
    """The options of a sweep: the file of its rows, how many run at once, and the folder."""

    sweep: str
    output: str | None
    jobs: int | None = None


def sweep(
    source: str, options: SweepOptions, given: GivenParameters, runner: Runner | None = None
) -> Steps[Outcome]:
    """Run a notebook with the parameters of each row, each in a kernel of its own.

    A row that fails does not end the others. A row that is done already, for the same environment,
    code and parameters, is not run again.

    Parameters
    ----------
    source
        The notebook's path.
    options
        The rows, and where the results go.
    given
        Parameters that all rows have.
    runner
        What runs the rows, such as a cluster; by default processes of this machine.

    Raises
    ------
    UsageError
        The rows do not fit the notebook, or no folder is named.
    NbenvError
        The environment could not be restored, or the folder cannot be written.
    """
    output = check_folder(options.output)
    ref = NotebookRef(os.path.abspath(source))
    values = given.values(ref.notebook, read_sweep(options.sweep))
    agreed = yield from agreed_by_command(ref, None)
    yield from prepare(ref, agreed)
    folder = SweepResults(output, source, fingerprint(ref), values)
    todo = yield from folder.begin()
    with folder.going_on_later():
        if runner is None:
            yield from _run_rows(ref, folder, todo, options.jobs or 1)
        elif todo:
            yield from runner(ref, todo, folder.keep)
    return folder.outcome()


def _run_rows(
    ref: NotebookRef, folder: SweepResults, todo: Sequence[Row], jobs: int
) -> Steps[None]:
    processes = RowProcesses()
    with ThreadPoolExecutor(jobs) as pool:
        futures = {
            pool.submit(processes.run, ref.notebook, folder.path_of(row), row["parameters"]): row
            for row in todo
        }
        try:
            for number, future in enumerate(as_completed(futures), 1):
                row = futures[future]
                row |= future.result()
                folder.write()
                yield Progress("run", f"{number} of {len(todo)}: {row_line(row)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.stop()
            raise
