"""Time that the page works for one keystroke in a notebook of 500 cells, with marks and without.

Needs Chromium: ``python -m benchmarks.keystrokes``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
from playwright.sync_api import CDPSession, Page, expect

from benchmarks import common
from tests.support.browser import SLOW, VIEWPORT, Lab, launched
from tests.support.server import JupyterServer

CELLS = 500
TYPED = "x = 1  # some words that a person types"
PAUSE = 1500
"""Milliseconds in which the marks are updated after the last keystroke."""
RENDERING = 15_000
"""Milliseconds in which Lab renders the cells that are not in sight, whenever it is idle."""


def rows(rounds: int) -> Iterator[common.Row]:
    """Type into equal notebooks from two servers in turn, one with the marks turned off."""
    with common.scratch() as folder:
        (folder / "root").mkdir()
        for name in ("with", "without"):  # Lab saves, and asks where another page has saved
            _write(folder / "root" / f"{name}.ipynb")
        places = (_settings(folder / "on", marks=True), _settings(folder / "off", marks=False))
        names = ("with marks", "without")
        with (
            JupyterServer(folder / "root", places[0]) as ours,
            JupyterServer(folder / "root", places[1]) as plain,
            launched() as browser,
        ):
            first, second = (browser.new_page(viewport=VIEWPORT) for _ in range(2))
            typings = (_typing(first, ours, marks=True), _typing(second, plain, marks=False))
            found = common.alternate(rounds, dict(zip(names, typings, strict=True)), lambda: None)
    row = found.row_of_difference(f"one keystroke among {CELLS} cells", names, "≤ 5 ms", "")
    seconds = found.more(*names)
    ours_ms, plain_ms = (f"{found.median(name) * 1000:.1f} ms" for name in names)
    yield replace(
        row, ours=ours_ms, theirs=f"without: {plain_ms}", figure=f"{seconds * 1000:+.1f} ms"
    )


def _write(path: Path) -> None:
    """Write a notebook whose cells all import something."""
    code = "import numpy as np, os\nfrom sklearn.svm import SVC\nprint({})"
    cells = [nbformat.v4.new_code_cell(code.format(number)) for number in range(CELLS)]
    spec = {"name": "nbenv", "display_name": "Python (own environment)", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, path)


def _settings(folder: Path, *, marks: bool) -> dict[str, str]:
    """Return the variables for a server whose user has the marks turned on or off."""
    place = folder / "jupyter-nbenv"
    place.mkdir(parents=True)
    text = json.dumps({"showImportMarks": marks})
    (place / "environments.jupyterlab-settings").write_text(text, encoding="utf-8")
    return {"JUPYTERLAB_SETTINGS_DIR": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config")}


def _typing(page: Page, server: JupyterServer, *, marks: bool) -> Callable[[], float]:
    """Open the notebook; return the measurement."""
    name = "with" if marks else "without"
    lab = Lab(page, server).open(f"{name}.ipynb").ready(server)
    lab.shows("ready")
    if marks:
        expect(page.locator(".jp-nbenv-Mark").first).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(RENDERING)
    session = page.context.new_cdp_session(page)
    # The time of the thread itself, whatever else this machine does meanwhile.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def measure() -> float:
        lab.cells.nth(1).locator(".cm-line").last.click()
        page.keyboard.press("End")
        page.wait_for_timeout(PAUSE)
        before = _busy(session)
        page.keyboard.type(TYPED, delay=60)
        page.wait_for_timeout(PAUSE)
        return (_busy(session) - before) / len(TYPED)

    return measure


def _busy(session: CDPSession) -> float:
    """Return the seconds for which the page's main thread has worked."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


common.main(rows, __name__)
