"""Run a notebook in its own environment, without a server."""

from __future__ import annotations

import os
import re
import shlex
import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from nbenv.adopt.missing_package import missing_package
from nbenv.core.file_names import is_text_notebook
from nbenv.core.typed.parameters import inject
from nbenv.engine.consent import agreed_by_command
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.kernel_log import passed_on_stderr
from nbenv.errors import NbenvError, UnavailableError, UsageError
from nbenv.home import paths, private_files, variables
from nbenv.notebook.cell_errors import causes, shown_errors
from nbenv.notebook.outputs import output_texts
from nbenv.notebook.result_file import check_writable, write_result
from nbenv.notebook.text_cells import read_text_notebook
from nbenv.notebook.unfinished_saves import read_again, whole_content
from nbenv.operations.fallback import fall_back
from nbenv.operations.move_python import move
from nbenv.operations.restore import prepare
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["Again", "CellFailure", "Recover", "run"]


class Again(Enum):
    """The part of a run to repeat after the environment was changed: one cell, or all of them."""

    NOTHING = "nothing"
    CELL = "cell"
    ALL = "all"


@dataclass(frozen=True)
class CellFailure:
    """An error in the cell of a number; one that does not stop the run is only shown.

    `causes` are the class and text of further errors that the cell shows.
    """

    name: str
    message: str
    number: int
    stops: bool = True
    causes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


Recover = Callable[[NotebookRef, CellFailure], Steps[Again]]
"""Called with the error of a cell; may change the environment, and returns what to run again."""

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_STARTUP = 300
"""Seconds that a kernel may take to start; the first start compiles what it imports."""


def run(
    source: str,
    out: str | None = None,
    python: str | None = None,
    fallback: str | None = None,
    recover: Recover | None = None,
    *,
    agreed: str | None = None,
    values: Mapping[str, object] | None = None,
) -> Steps[Outcome]:
    """Restore a notebook's environment, and execute the notebook in it.

    Parameters
    ----------
    source
        The notebook's path; the file itself is not written.
    out
        The file for the executed notebook, an ``.ipynb`` or ``.html`` file.
    python
        Another Python to run a copy with, as ``"3.12"``; or ``"auto"``: the nearest one that keeps
        the locked versions, if the recorded one is not available.
    fallback
        The fallback that a copy is run with if the exact environment is not available.
    recover
        Called when a cell fails.
    agreed
        As in `nbenv.operations.restore.restore`.
    values
        Parameters that the notebook declares, for a cell after its defaults.

    Raises
    ------
    UsageError
        `out` has another suffix.
    NbenvError
        The environment could not be restored, or a cell failed.
    """
    if out and Path(out).suffix not in (".ipynb", ".html"):
        raise UsageError(f"{out} is neither an .ipynb nor an .html file.")
    if out:
        check_writable(out)
    ref, report = yield from _restore_for_run(NotebookRef(source), python, fallback, agreed)
    content = _read_content(ref.notebook)
    if values:
        inject(content, values)
        content.cells = [nbformat.from_dict(cell) for cell in content.cells]
    cells = sum(cell.cell_type == "code" for cell in content.cells)
    shown = f"{cells} code cell{'' if cells == 1 else 's'}"
    yield Progress("run", f"Running {shown}…")
    failure = yield from _execute(content, ref, recover)
    if out:
        _write_content(content, Path(out))
    wrote = f" Wrote {out}." if out else ""
    if failure:
        advice = _advice(source, failure, ref) if recover is None else ""
        raise NbenvError(
            f"{source} stopped at an error.", failure, f"{wrote.strip()} {advice}".strip()
        )
    version = content.metadata.get("language_info", {}).get("version", "")
    return Outcome(
        f"Ran {source} with Python {version}: {shown}.{wrote}",
        text="\n".join([*report, *output_texts(content.cells)]),
        data={"notebook": source, "cells": cells, "out": out, "python": version},
    )


def _advice(source: str, failure: str, ref: NotebookRef) -> str:
    """Return what to do about a module that is missing, "" where its package is not known."""
    found = _MISSING.match(failure)
    package = missing_package(found[1], ref.folder) if found else None
    if package is None:
        return ""
    notebook = shlex.quote(source)
    return (
        f"Install it: nbenv install {notebook} {package}, or everything that is missing: "
        f"nbenv run --adopt {notebook}"
    )


# -- the environment


def _restore_for_run(
    ref: NotebookRef, python: str | None, fallback: str | None, agreed: str | None = None
) -> Steps[tuple[NotebookRef, list[str]]]:
    """Restore; return the notebook to run, which may be a copy, and the report of a fallback."""
    anyway = agreed is not None  # a clean room has the recorded build, whatever the machine has
    agreed = yield from agreed_by_command(ref, agreed)
    recorded = NotebookSnapshot.read(ref).spec.python
    if python not in (None, "auto", recorded):
        yield Progress("python", f"Recorded with Python {recorded}; trying {python}…")
        moved = _copy(ref, str(python))
        yield from move(moved, str(python), agreed)
        return moved, []
    fallback = fallback or ("python" if python == "auto" else None)
    try:
        yield from prepare(ref, agreed, anyway=anyway)
    except UnavailableError as error:
        if fallback is None:
            raise
        unavailable = error
    else:
        return ref, []
    yield Progress("resolve", " ".join(f"{unavailable.what} {unavailable.why}".split()))
    copy = _copy(ref, fallback)
    report = yield from fall_back(copy, fallback, unavailable, agreed)
    return copy, [report.text, ""]


def _copy(ref: NotebookRef, kind: str) -> NotebookRef:
    """Copy the notebook; the name is the same in each run, so that its environment is reused."""
    folder = os.path.join(paths.home(), "runs")
    private_files.make_private(folder)
    stem = f"{Path(ref.notebook).stem}-{paths.key(ref.notebook)}-{kind}"
    copy = os.path.join(folder, stem + Path(ref.notebook).suffix)
    Path(copy).write_bytes(whole_content(ref.notebook))
    os.chmod(copy, 0o600)
    return NotebookRef(copy, base=str(ref.folder))


# -- the execution


def _read_content(path: str) -> nbformat.NotebookNode:
    if is_text_notebook(path):
        return read_text_notebook(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about cells without an id, which nobody has to mind
        content: nbformat.NotebookNode = read_again(path, partial(nbformat.read, path, 4))
    for cell in content.cells:
        cell.setdefault("source", "")  # nbclient wants one, whatever wrote the file
    return content


def _execute(
    content: nbformat.NotebookNode, ref: NotebookRef, recover: Recover | None
) -> Steps[str | None]:
    """Execute all cells in place; return the error that stopped it, None if there was none."""
    with passed_on_stderr() as log:
        before = deepcopy(content.cells)
        while True:
            client = NotebookClient(
                content,
                kernel_name="nbenv",
                kernel_manager_class=_manager_logging_to(log),
                timeout=None,
                startup_timeout=_STARTUP,
                resources={"metadata": {"path": str(ref.folder)}},
            )
            failed = yield from _executed(client, content, ref, recover)
            if not isinstance(failed, Again):
                return failed
            content.cells = deepcopy(before)


def _manager_logging_to(log: int) -> type[AsyncKernelManager]:
    """Return a class of managers whose kernels write their standard error to a descriptor."""

    class Manager(AsyncKernelManager):
        async def start_kernel(self, **options: object) -> None:  # type: ignore[override]
            await super().start_kernel(**{"stderr": log, **options})

    return Manager


def _executed(
    client: NotebookClient,
    content: nbformat.NotebookNode,
    ref: NotebookRef,
    recover: Recover | None,
) -> Steps[str | Again | None]:
    """Return the error that stopped it, or `Again.ALL` if another kernel has to run all cells."""
    environ = {**os.environ, variables.NOTEBOOK: os.path.abspath(ref.notebook)}
    environ.pop("JPY_SESSION_NAME", None)  # within Jupyter it would name another notebook
    try:
        with client.setup_kernel(env=environ):
            for number, cell in enumerate(content.cells):
                again = Again.CELL
                while again is Again.CELL:
                    failed = _execute_cell(client, cell, number)
                    again = Again.NOTHING
                    if failed is not None and recover is not None:
                        again = yield from recover(ref, failed)
                if again is Again.ALL:
                    return again
                if failed is not None and failed.stops:
                    return str(failed)
            client.set_widgets_metadata()
            _note_language(client, content)
    except (DeadKernelError, CellTimeoutError) as error:
        return str(error)
    except RuntimeError as error:  # so nbclient reports a kernel that did not start
        raise NbenvError(f"The notebook's kernel did not start: {error}") from None
    return None


def _note_language(client: NotebookClient, content: nbformat.NotebookNode) -> None:
    assert client.kc is not None, "the kernel is running"
    info = client.wait_for_reply(client.kc.kernel_info())
    if info is not None:
        content.metadata["language_info"] = info["content"]["language_info"]


def _execute_cell(
    client: NotebookClient, cell: nbformat.NotebookNode, number: int
) -> CellFailure | None:
    """Execute one cell; return its error, which may be one that it only shows."""
    try:
        client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
    except CellExecutionError as error:
        further = tuple(dict.fromkeys(causes(cell.outputs)))
        told = (error.ename, error.evalue)
        if error.ename == "NoneType" and further:  # shown without being raised
            told = further[0]
        return CellFailure(*told, number, causes=further)
    if "raises-exception" in cell.get("metadata", {}).get("tags", ()):
        return None
    shown = next(shown_errors(cell.get("outputs", ())), None)
    return CellFailure(*shown, number, stops=False) if shown else None


def _write_content(content: nbformat.NotebookNode, path: Path) -> None:
    if path.suffix == ".html":
        from nbconvert.exporters import HTMLExporter  # slow, and a notebook does not need it

        text, _ = HTMLExporter().from_notebook_node(content)  # type: ignore[no-untyped-call]
    else:
        text = f"{nbformat.writes(content)}\n"
    write_result(path, text.encode("utf-8", "surrogatepass"))
