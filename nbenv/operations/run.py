"""Run a notebook in its own environment, without a server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, UnavailableError, UsageError
from nbenv.home import paths, variables
from nbenv.operations.fallback import fall_back
from nbenv.operations.move_python import move
from nbenv.operations.restore import prepare
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["Recover", "run"]

Recover = Callable[[NotebookRef, CellExecutionError], Steps[bool]]
"""Told of a cell's error: whether it mended the environment, so that the cell runs again."""

_STARTUP = 300
"""Seconds that a kernel may take to start; the first start compiles what it imports."""


def run(
    source: str,
    out: str | None = None,
    python: str | None = None,
    fallback: str | None = None,
    recover: Recover | None = None,
) -> Steps[Outcome]:
    """Restore the notebook's environment and execute it; `out` is an ``.ipynb`` or ``.html`` file.

    With a `python`, or with a `fallback` where the exact environment cannot be had, a copy is
    restored like that and run; the notebook itself is not written.
    """
    if out and Path(out).suffix not in (".ipynb", ".html"):
        raise UsageError(f"{out} is neither an .ipynb nor an .html file.")
    target, report = yield from _ready(NotebookRef(source), python, fallback)
    document = _read(target.notebook)
    cells = sum(cell.cell_type == "code" for cell in document.cells)
    yield Progress("run", f"Running {cells} code cell{'' if cells == 1 else 's'} …")
    failure = yield from _execute(document, target, recover)
    if out:
        _write(document, Path(out))
    wrote = f" Wrote {out}." if out else ""
    if failure:
        raise NbenvError(f"{source} stopped at an error.", failure, wrote.strip())
    version = document.metadata.get("language_info", {}).get("version", "")
    return Outcome(
        f"Ran {source} with Python {version}: {cells} code cells.{wrote}",
        text="\n".join([*report, *_shown(document)]),
        data={"notebook": source, "cells": cells, "out": out, "python": version},
    )


# -- the environment


def _ready(
    target: NotebookRef, python: str | None, fallback: str | None
) -> Steps[tuple[NotebookRef, list[str]]]:
    """Restore; return what to run, the notebook or a copy, and the report of a fallback."""
    recorded = NotebookSnapshot.read(target).spec.python
    if python not in (None, "auto", recorded):
        yield Progress("python", f"Recorded with Python {recorded}; trying {python} …")
        moved = _copy(target, str(python))
        yield from move(moved, str(python))
        return moved, []
    fallback = fallback or ("python" if python == "auto" else None)
    try:
        yield from prepare(target, consent=True)
    except UnavailableError as error:
        if fallback is None:
            raise
        unavailable = error
    else:
        return target, []
    yield Progress("resolve", " ".join(f"{unavailable.what} {unavailable.why}".split()))
    copy = _copy(target, fallback)
    report = yield from fall_back(copy, fallback, unavailable)
    return copy, [report.text, ""]


def _copy(target: NotebookRef, kind: str) -> NotebookRef:
    folder = os.path.join(paths.home(), "runs")
    paths.make_private(folder)
    stem = f"{Path(target.notebook).stem}-{paths.key(target.notebook)}-{kind}"
    copy = os.path.join(folder, f"{stem}.ipynb")
    shutil.copyfile(target.notebook, copy)
    os.chmod(copy, 0o600)
    return NotebookRef(copy, base=str(target.folder))


# -- the run


def _read(path: str) -> nbformat.NotebookNode:
    document: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return document


def _execute(
    document: nbformat.NotebookNode, target: NotebookRef, recover: Recover | None
) -> Steps[str | None]:
    """Execute all cells in place; return what stopped it, None when nothing did."""
    client = NotebookClient(
        document,
        kernel_name="nbenv",
        timeout=None,
        startup_timeout=_STARTUP,
        resources={"metadata": {"path": str(target.folder)}},
    )
    environ = {**os.environ, variables.NOTEBOOK: os.path.abspath(target.notebook)}
    environ.pop("JPY_SESSION_NAME", None)
    try:
        with client.setup_kernel(env=environ):
            for number, cell in enumerate(document.cells):
                while (failed := _executed(client, cell, number)) is not None:
                    if recover is None or not (yield from recover(target, failed)):
                        return f"{failed.ename}: {failed.evalue}"
            client.set_widgets_metadata()
            _note_language(client, document)
    except (DeadKernelError, CellTimeoutError) as error:
        return str(error)
    except RuntimeError as error:  # nbclient's word for a kernel that did not come up
        raise NbenvError(f"The notebook's kernel did not start: {error}") from None
    return None


def _note_language(client: NotebookClient, document: nbformat.NotebookNode) -> None:
    assert client.kc is not None, "the kernel runs"
    info = client.wait_for_reply(client.kc.kernel_info())
    if info is not None:
        document.metadata["language_info"] = info["content"]["language_info"]


def _executed(
    client: NotebookClient, cell: nbformat.NotebookNode, number: int
) -> CellExecutionError | None:
    """Execute one cell; return its error."""
    try:
        client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
    except CellExecutionError as error:
        return error
    return None


def _write(document: nbformat.NotebookNode, path: Path) -> None:
    if path.suffix == ".html":
        from nbconvert.exporters import HTMLExporter  # slow, and not needed for a notebook

        text, _ = HTMLExporter().from_notebook_node(document)  # type: ignore[no-untyped-call]
    else:
        text = f"{nbformat.writes(document)}\n"  # type: ignore[no-untyped-call]
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NbenvError(f"{path} cannot be written.", f"{error.strerror}.") from None


def _shown(document: nbformat.NotebookNode) -> Iterator[str]:
    """Yield what the cells printed, and in place of pictures that there are some."""
    for cell in document.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield output.text.rstrip()
            elif data := output.get("data"):
                kinds = [kind for kind in data if kind.startswith("image/")]
                yield f"[{kinds[0]}]" if kinds else str(data.get("text/plain", "")).rstrip()
