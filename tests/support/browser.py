"""JupyterLab and Notebook 7 in headless Chromium, operated as a person does."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from typing_extensions import Self

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
VIEWPORT: ViewportSize = {"width": 1500, "height": 850}
SLOW = 90_000
"""Milliseconds to allow for whatever installs something."""


def chromium() -> str | None:
    """Return the path of this machine's browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser that keeps nothing: its contexts are people with nothing in common."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def launched_with_profile(folder: Path) -> Iterator[BrowserContext]:
    """Yield a person's browser, which has what it loaded and compiled before, as people's have.

    To compile JupyterLab takes a page half of its time.
    """
    with sync_playwright() as playwright:
        person = playwright.chromium.launch_persistent_context(
            folder, executable_path=chromium(), args=FLAGS, viewport=VIEWPORT
        )
        try:
            yield person
        finally:
            person.close()


@contextmanager
def new_page(person: BrowserContext) -> Iterator[Page]:
    """Yield a new page of a browser, which forgets what former pages stored.

    A page that is open already shares storage with it, as in the windows of one browser.
    """
    page = person.new_page()
    if len(person.pages) == 2:  # besides the empty one that it starts with
        person.clear_cookies()
        person.clear_permissions()
        tools = person.new_cdp_session(page)
        kinds = "local_storage,indexeddb,service_workers"
        tools.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": kinds})
        tools.detach()
    try:
        yield page
    finally:
        page.close()


@contextmanager
def open_page() -> Iterator[Page]:
    """Yield a page of a new browser."""
    with launched() as browser:
        yield browser.new_page(viewport=VIEWPORT)


def saved(path: Path) -> Any:
    """Return a saved notebook; retry, since Jupyter writes it in place and it may be incomplete."""
    for _ in range(50):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.1)
    return json.loads(path.read_text(encoding="utf-8"))


class Front:
    """A notebook open in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def cells(self) -> Locator:
        """The code cells, from the top."""
        return self.page.locator(".jp-CodeCell:visible")

    def ready(self, server: JupyterServer, *, counted: bool = True) -> Self:
        """Wait until the notebook is shown and its kernel idle.

        With a server that does not count the connections of a kernel, the page itself shows that.
        """
        expect(self.cells.first).to_be_visible(timeout=SLOW)
        for _ in range(SLOW // 200):
            self.page.wait_for_timeout(200)
            status, kernels = server.request("GET", "api/kernels")
            if status != 200:  # some Jupyter Servers fail while a kernel starts
                continue
            idle = [each for each in kernels if each["execution_state"] == "idle"]
            if any(each["connections"] or not counted for each in idle):
                self.page.wait_for_timeout(500)  # until the page knows too
                return self
        raise AssertionError("No kernel is idle.")

    def write(self, number: int, code: str) -> None:
        """Type code into a cell."""
        # At the start of a line: a mark may be in the middle.
        self.cells.nth(number).locator(".cm-content").click(position={"x": 8, "y": 8})
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def run(self, number: int, code: str) -> Locator:
        """Type code into a cell, run it to its end, and return its output."""
        self.write(number, code)
        self.page.keyboard.press("Shift+Enter")
        self.ended(number)
        return self.output(number)

    def ended(self, number: int) -> None:
        """Wait until a cell has been executed and shows its number."""
        prompt = self.cells.nth(number).locator(".jp-InputPrompt")
        expect(prompt).not_to_have_text("[*]:", timeout=SLOW)
        expect(prompt).not_to_have_text("[ ]:", timeout=SLOW)

    def output(self, number: int) -> Locator:
        """Return a cell's output."""
        return self.cells.nth(number).locator(".jp-OutputArea")

    def save(self) -> None:
        """Save with the keyboard shortcut."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Control+S")


def expect_labels(marks: Locator, labels: Sequence[str], timeout: float | None = None) -> None:
    """Wait until marks beside imports have these labels, which are no text of the editor."""
    expect(marks).to_have_count(len(labels), timeout=timeout)
    for number, label in enumerate(labels):
        expect(marks.nth(number)).to_have_attribute("data-label", label, timeout=timeout)


class Lab(Front):
    """JupyterLab with the extension."""

    def __init__(self, page: Page, server: JupyterServer) -> None:
        super().__init__(page)
        self.server = server

    def open(self, path: str = "", where: str = "lab/tree") -> Lab:
        """Load the page with a notebook, or JupyterLab alone."""
        place = f"{where}/{path}" if path else "lab"
        self.page.goto(f"{self.server.url}{place}?token={self.server.token}&reset")
        if path:
            expect(self.cells.first).to_be_visible(timeout=SLOW)
        return self

    @property
    def approval(self) -> Locator:
        """The dialog that asks whether to restore."""
        return self.page.locator(".jp-Dialog:has(.jp-nbenv-Approval)")

    @property
    def notice_bar(self) -> Locator:
        """The notice bar between the toolbar and the cells."""
        return self.page.locator(".jp-nbenv-Notice:visible")

    @property
    def item(self) -> Locator:
        """The toolbar's item."""
        return self.page.locator(".jp-nbenv-ToolbarItem .jp-nbenv-Item:visible")

    @property
    def status_item(self) -> Locator:
        """The status bar's item."""
        return self.page.locator(".jp-nbenv-StatusItem .jp-nbenv-Item:visible")

    @property
    def panel(self) -> Locator:
        """The Environment panel."""
        return self.page.locator(".jp-nbenv-Panel")

    def show_panel(self) -> Locator:
        """Open the panel with the toolbar's item, once it has stopped moving."""
        self.wait_until_still(self.item)
        self.item.click()
        expect(self.panel).to_be_visible()
        return self.panel

    def wait_until_still(self, place: Locator, calm: float = 1.0) -> None:
        """Wait until a place has not moved for some seconds.

        Lab lays a toolbar out anew when an item comes late, such as the debugger's once the kernel
        has started. A click that was aimed before would meet another item.
        """
        expect(place).to_be_visible(timeout=SLOW)
        last, since = place.bounding_box(), time.monotonic()
        deadline = since + SLOW / 1000
        while time.monotonic() < min(since + calm, deadline):
            self.page.wait_for_timeout(100)
            if (box := place.bounding_box()) != last:
                last, since = box, time.monotonic()

    def shows(self, words: str, timeout: float = SLOW) -> None:
        """Wait until the toolbar's item says these words: its icon stands for some of them."""
        said = re.compile(re.escape(words))
        expect(self.item).to_have_attribute("aria-label", said, timeout=timeout)

    def choose(self, panel: Locator, package: str, entry: str) -> None:
        """Choose an entry of a package's menu in the panel."""
        self.press(panel, f"More for {package}")
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def press(self, place: Locator, label: str) -> None:
        """Click the button with this label."""
        place.get_by_role("button", name=label, exact=True).click()

    def begin(self, number: int, code: str) -> None:
        """Type code into a cell and run it, without waiting for it to end."""
        self.write(number, code)
        self.page.keyboard.press("Control+Enter")
