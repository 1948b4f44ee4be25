"""Start of JupyterLab with the extension, compared with a start without it.

Needs Chromium: ``python -m benchmarks.lab_start``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from benchmarks import common
from tests.support.browser import open_page
from tests.support.server import JupyterServer


def rows(rounds: int) -> Iterator[common.Row]:
    """Load JupyterLab from two servers in turn, one with the extension disabled."""
    with common.scratch() as folder:
        off = folder / "off"
        labconfig = off / "labconfig"
        labconfig.mkdir(parents=True)
        disabled = json.dumps({"disabledExtensions": {"jupyter-nbenv": True}})
        (labconfig / "page_config.json").write_text(disabled, encoding="utf-8")
        (folder / "root").mkdir()
        on = {"JUPYTER_CONFIG_DIR": str(folder / "on")}
        with (
            JupyterServer(folder / "root", on) as ours,
            JupyterServer(folder / "root", {"JUPYTER_CONFIG_DIR": str(off)}) as plain,
            open_page() as page,
        ):
            names = ("with the extension", "without")
            loads = (lambda: _load(page, ours, 1), lambda: _load(page, plain, 0))
            # The servers keep running, so waiting for background processes would never end.
            found = common.alternate(rounds, dict(zip(names, loads, strict=True)), lambda: None)
    yield found.row("start of JupyterLab", names, "no difference", "")


def _load(page: Page, server: JupyterServer, menus: int) -> float:
    """Load the page and return the seconds; check whether the extension's menu is there."""
    start = time.perf_counter()
    page.goto(f"{server.url}lab?token={server.token}&reset", wait_until="commit")
    page.locator(".jp-Launcher").wait_for(timeout=120_000)
    seconds = time.perf_counter() - start
    expect(page.get_by_role("menuitem", name="Environment", exact=True)).to_have_count(menus)
    page.goto("about:blank")
    return seconds


common.main(rows, __name__)
