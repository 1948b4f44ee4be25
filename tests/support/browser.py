"""JupyterLab and Notebook 7 in headless Chromium, as a person uses them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.support.server import JupyterServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SLOW = 90_000
"""Milliseconds for what installs something."""


def chromium() -> str | None:
    """Return the browser of this machine, None when it has none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def open_page() -> Iterator[Page]:
    """Yield a page of a new browser; what its console complained of is in `page.complaints`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        try:
            yield page
        finally:
            browser.close()


class Front:
    """A notebook that is open in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def cells(self) -> Locator:
        """The code cells, top down."""
        return self.page.locator(".jp-CodeCell:visible")

    def ready(self, server: JupyterServer) -> Front:
        """Wait until the notebook is shown and its kernel idle."""
        expect(self.cells.first).to_be_visible(timeout=SLOW)
        for _ in range(SLOW // 200):
            self.page.wait_for_timeout(200)
            status, kernels = server.request("GET", "api/kernels")
            if status != 200:  # some Jupyter Servers fail while a kernel starts
                continue
            if any(k["execution_state"] == "idle" and k["connections"] for k in kernels):
                self.page.wait_for_timeout(500)  # the page hears of it
                return self
        raise AssertionError("No kernel is idle.")

    def write(self, number: int, code: str) -> None:
        """Type code into a cell."""
        self.cells.nth(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def run(self, number: int, code: str) -> Locator:
        """Type code into a cell and run it; return its output, once it ended."""
        self.write(number, code)
        self.page.keyboard.press("Shift+Enter")
        self.ended(number)
        return self.output(number)

    def ended(self, number: int) -> None:
        """Wait until a cell has a number."""
        prompt = self.cells.nth(number).locator(".jp-InputPrompt")
        expect(prompt).not_to_have_text("[*]:", timeout=SLOW)
        expect(prompt).not_to_have_text("[ ]:", timeout=SLOW)

    def output(self, number: int) -> Locator:
        """Return a cell's output."""
        return self.cells.nth(number).locator(".jp-OutputArea")

    def save(self) -> None:
        """Save with the keyboard."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Control+S")
