"""A notebook in several pages at once, without collaboration, while one of them moves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Request, expect

from tests.integration.browser.conftest import written
from tests.support.browser import SLOW, Lab, new_page, saved
from tests.support.server import JupyterServer

KERNEL = ".jp-Toolbar-kernelName:visible"
OWN = "Python (own environment)"
INSTALL = "%nbenv install tabulate"
SESSIONS = re.compile(r"/api/sessions\?")
OTHER = "Python 3 (ipykernel)"
_HIDDEN = """isHidden => {
    Object.defineProperty(document, 'hidden', { get: () => isHidden, configurable: true });
    const state = isHidden ? 'hidden' : 'visible';
    Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


class Pages:
    """Two pages of one notebook, and how often each has saved it."""

    def __init__(self, first: Lab, second: Lab, path: Path) -> None:
        self.first, self.second, self.path = first, second, path
        self.saves = {first: 0, second: 0}
        for lab in self.saves:
            lab.page.on("request", lambda each, lab=lab: self._count(lab, each))

    def _count(self, lab: Lab, request: Request) -> None:
        if request.method == "PUT" and "/api/contents/" in request.url:
            self.saves[lab] += 1

    def open(self) -> None:
        for lab in self.saves:
            lab.page.set_default_timeout(SLOW)
            lab.open(self.path.name)
            lab.ready(lab.server)

    def move(self) -> None:
        """Run the notebook in the first page, which installs something and moves it."""
        self.first.cells.first.click()
        self.first.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.first.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(self.first.page.locator(KERNEL)).to_contain_text(OWN, timeout=SLOW)
        expect(self.first.output(1)).to_contain_text("here", timeout=SLOW)
        self.until("nbenv", ["tabulate"])

    def until(self, kernel: str, requirements: list[str]) -> None:
        """Wait until the file says so."""
        for _ in range(100):
            metadata = saved(self.path)["metadata"]
            found = metadata.get("nbenv", {}).get("requirements")
            if (metadata["kernelspec"]["name"], found) == (kernel, requirements):
                return
            self.first.page.wait_for_timeout(100)
        raise AssertionError(metadata)

    def says(self, kernel: str) -> None:
        """Check that the file names a kernel, has the record, and keeps both for some seconds."""
        for _ in range(30):
            metadata = saved(self.path)["metadata"]
            assert metadata["kernelspec"]["name"] == kernel
            assert metadata["nbenv"]["requirements"] == ["tabulate"]
            self.first.page.wait_for_timeout(100)

    def type(self, code: str, *, asks: bool = False) -> None:
        """Type into the second page and save it.

        Lab asks about what the first one has saved only where the second could not know that.
        """
        self.second.write(2, code)
        self.second.save()
        if asks:
            self.second.page.get_by_role("button", name="Overwrite").click()
        for _ in range(50):
            if "".join(saved(self.path)["cells"][2]["source"]) == code:
                return
            self.second.page.wait_for_timeout(100)
        raise AssertionError(saved(self.path)["cells"][2])


@pytest.fixture
def pages(browser: BrowserContext, server: JupyterServer, tmp_path: Path) -> Iterator[Pages]:
    cells = (INSTALL, "import tabulate; print('here')", "# third")
    path = written(server.root / "two.ipynb", "python3", *cells)
    with new_page(browser) as first, new_page(browser) as second:
        yield Pages(Lab(first, server), Lab(second, server), path)


def dialogs(lab: Lab) -> list[str]:
    return lab.page.locator(".jp-Dialog").all_inner_texts()


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_page_that_has_nothing_of_its_own_shows_what_the_other_saved(
    pages: Pages, is_hidden: bool
) -> None:
    """It saves nothing unasked; what is typed there later meets no other version of the file."""
    pages.open()
    pages.second.page.evaluate(_HIDDEN, is_hidden)
    pages.move()
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OWN, timeout=SLOW)
    expect(pages.second.output(0)).to_contain_text("Installed tabulate")
    pages.says("nbenv")
    assert pages.saves[pages.second] == 0
    pages.first.save()  # the output of the cell that ran after the move
    pages.first.page.wait_for_timeout(1500)
    pages.first.write(2, "first = 1")
    assert (dialogs(pages.first), dialogs(pages.second)) == ([], [])


def test_what_is_typed_in_the_other_page_stays(pages: Pages) -> None:
    """It follows to the new kernel, and shows what the first one has saved beside it."""
    pages.open()
    pages.second.write(2, "typed = 1")
    pages.move()
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OWN, timeout=SLOW)
    pages.says("nbenv")
    assert pages.saves[pages.second] == 0
    assert (dialogs(pages.first), dialogs(pages.second)) == ([], [])
    expect(pages.second.cells.nth(2)).to_contain_text("typed = 1")
    expect(pages.second.output(0)).to_contain_text("Installed tabulate")
    pages.type("typed = 2")
    pages.says("nbenv")
    assert "Installed tabulate" in str(saved(pages.path)["cells"][0]["outputs"])
    assert (dialogs(pages.first), dialogs(pages.second)) == ([], [])


def test_installs_of_both_pages_are_saved_beside_each_other(
    browser: BrowserContext, server: JupyterServer
) -> None:
    """Nobody is asked, although each page has outputs that the other has not."""
    cells = (INSTALL, "%nbenv install scikit-learn", "typed = 0")
    path = written(server.root / "both.ipynb", "nbenv", *cells)
    with new_page(browser) as first, new_page(browser) as second:
        pages = Pages(Lab(first, server), Lab(second, server), path)
        pages.open()
        pages.second.write(2, "typed = 1")
        for lab, number in ((pages.first, 0), (pages.second, 1)):
            lab.cells.nth(number).locator(".cm-content").click()
            lab.page.keyboard.press("Control+Enter")
        pages.until("nbenv", ["scikit-learn", "tabulate"])
        for lab in (pages.first, pages.second):
            expect(lab.output(0)).to_contain_text("Installed tabulate")
            expect(lab.output(1)).to_contain_text("Installed scikit-learn")
            expect(lab.cells.nth(2)).to_contain_text("typed = 1")
        assert (dialogs(pages.first), dialogs(pages.second)) == ([], [])
        kept = saved(path)["cells"]
        assert [bool(each["outputs"]) for each in kept] == [True, True, False]
        assert "".join(kept[2]["source"]) == "typed = 1"


def test_two_texts_of_one_cell_are_for_a_person(pages: Pages) -> None:
    pages.open()
    pages.second.write(2, "second = 1")
    pages.first.write(2, "first = 1")
    pages.move()
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OWN, timeout=SLOW)
    expect(pages.second.cells.nth(2)).to_contain_text("second = 1")
    pages.type("second = 2", asks=True)
    pages.says("nbenv")


def test_a_page_that_knows_only_the_former_kernel_does_not_save_its_name(pages: Pages) -> None:
    """It is told old sessions. The same after a move back to the other kernel."""
    pages.open()
    answers_late(pages.second)
    pages.second.write(2, "typed = 0")  # else it would read the file again
    pages.move()
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OTHER)
    expect(pages.second.output(0)).to_contain_text("Installed tabulate")
    pages.type("typed = 1")
    pages.says("nbenv")
    pages.second.page.unroute(SESSIONS)
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OWN, timeout=30_000)
    session = answers_late(pages.second)
    change = {"kernel": {"name": "python3"}}
    server = pages.first.server
    assert server.request("PATCH", f"api/sessions/{session['id']}", change)[0] == 200
    expect(pages.second.page.locator(KERNEL)).to_contain_text(OWN)
    pages.second.write(2, "typed = 2")
    pages.second.save()
    pages.until("python3", ["tabulate"])
    pages.says("python3")


def answers_late(lab: Lab) -> Any:
    """Have a page hear only of the session that there is now; return that."""
    now = lab.server.request("GET", "api/sessions")[1]
    lab.page.route(SESSIONS, lambda each: each.fulfill(json=now))
    return now[0]


def test_a_page_of_another_server(
    browser: BrowserContext, server: JupyterServer, tmp_path: Path
) -> None:
    """It has a kernel of its own there, with variables, and is offered to switch."""
    path = written(
        server.root / "apart.ipynb", "python3", "%nbenv install tabulate", "print('here')", ""
    )
    config = {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    with ExitStack() as stack:
        other = stack.enter_context(JupyterServer(server.root, config))
        first, second = (stack.enter_context(new_page(browser)) for _ in range(2))
        pages = Pages(Lab(first, server), Lab(second, other), path)
        pages.open()
        pages.second.run(2, "table = 6 * 7")
        pages.move()
        pages.type("print('kept', table)", asks=True)
        pages.says("nbenv")
        expect(pages.second.run(2, "print('kept', table)")).to_contain_text("kept 42")
        expect(pages.second.page.locator(KERNEL)).to_contain_text(OTHER)
        expect(pages.second.notice_bar).to_contain_text("is running in another kernel")
