"""Run a notebook for each row of a table in containers of its environment's image."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from nbenv.containers.notebook_container import RESULT, NotebookContainer, notebook_container
from nbenv.containers.run_options import RunOptions, check_output, reason_in
from nbenv.engine.document import NotebookRef
from nbenv.home.scratch import scratch_folder
from nbenv.operations.running.sweep_results import Row, SweepResults, check_folder, fingerprint
from nbenv.progress import Outcome, Progress, Steps, drain

__all__ = ["sweep_in_image"]

_Ended = tuple[dict[str, Any], bytes]
"""How a row went, and its notebook."""


def sweep_in_image(
    source: str,
    options: RunOptions,
    values: Sequence[dict[str, object]],
    jobs: int | None,
    agreed: str | None = None,
) -> Steps[Outcome]:
    """Run a notebook with the parameters of each row, each in a container of its own.

    A row that fails does not end the others, and one that is done already is not run again.

    Parameters
    ----------
    source
        The notebook's path.
    options
        The engine, the folder of the results, and what each container is asked for.
    values
        The parameters of each row, in the types of their defaults.
    jobs
        How many rows run at once, at most; by default one.
    agreed
        As in `nbenv.operations.restore.restore`.

    Raises
    ------
    UsageError
        No folder is named, or what is to be mounted does not exist.
    NbenvError
        The image could not be built, or the folder cannot be written; rows that are done are kept.
    """
    folder = check_folder(options.output)
    check_output(source, None)
    results = SweepResults(folder, source, fingerprint(NotebookRef(source)), values)
    todo = yield from results.begin()
    if todo:
        container = yield from notebook_container(source, options, agreed)
        with results.going_on_later():
            yield from _Containers(container).run_rows(todo, results, jobs or 1)
    return results.outcome()


class _Containers:
    """The containers of one sweep."""

    def __init__(self, container: NotebookContainer) -> None:
        self._container = container
        self._name = f"nbenv-{uuid.uuid4().hex[:12]}"
        self._is_stopped = False

    def run_rows(self, todo: Sequence[Row], results: SweepResults, jobs: int) -> Steps[None]:
        """Run rows, so many at once, and keep each that has ended."""
        with ThreadPoolExecutor(jobs) as pool:
            rows = {pool.submit(self._run, row): row for row in todo}
            try:
                open_ = set(rows)
                while open_:
                    ended, open_ = wait(open_, return_when=FIRST_COMPLETED)
                    for each in ended:
                        how, notebook = each.result()
                        line = results.keep(rows[each]["row"], how, notebook)
                        rows.pop(each)
                        yield Progress("run", f"{len(todo) - len(rows)} of {len(todo)}: {line}")
            except BaseException:
                self._stop(rows)
                raise

    def _run(self, row: Row) -> _Ended:
        begun = time.monotonic()
        with scratch_folder() as scratch:
            if self._is_stopped:
                return {}, b""
            steps = self._container.run(Path(scratch), row["parameters"], self._name_of(row))
            done = drain(steps)
            result = Path(scratch, RESULT)
            notebook = result.read_bytes() if result.exists() else b""
        error = reason_in(done.err.splitlines(), done.status) if done.status else ""
        how = {
            "status": "failed" if done.status else "done",
            "error": error,
            "seconds": round(time.monotonic() - begun, 2),
        }
        return how, notebook

    def _stop(self, rows: Mapping[Future[_Ended], Row]) -> None:
        """Stop what runs; one that the engine is about to start is stopped as soon as it runs."""
        self._is_stopped = True
        while open_ := [row for each, row in rows.items() if not each.cancel() and not each.done()]:
            self._container.engine.stop(*map(self._name_of, open_))
            wait(rows, timeout=1)

    def _name_of(self, row: Row) -> str:
        return f"{self._name}-{row['row']}"
