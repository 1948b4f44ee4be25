"""Two browsers on one notebook with a collaboration server: both see the same, nothing is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import collaboration
from tests.support.browser import SLOW, Front, chromium, launched, saved
from tests.support.server import JupyterServer

pytestmark = pytest.mark.skipif(chromium() is None, reason="this machine has no Chromium")

RECORD = "window.jupyterapp.shell.currentWidget?.model?.getMetadata('nbenv') ?? null"
CELLS = """[...window.jupyterapp.shell.currentWidget.model.cells].map(cell =>
    [cell.sharedModel.getSource(), (cell.outputs?.length ?? 0) > 0])"""


@pytest.fixture(scope="module", params=collaboration.SERVERS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collaboration.make_python(tmp_path_factory.mktemp("collaboration"), request.param)


@pytest.fixture(scope="module")
def server(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "root" / "below").mkdir(parents=True)
    environ = collaboration.environ(folder / "home")
    environ["JUPYTER_CONFIG_DIR"] = str(folder / "config")
    options = {"LabApp__expose_app_in_browser": True}
    with JupyterServer(folder / "root", environ, python, **options) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def pages(server: JupyterServer, browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Yield two people's pages, which share only the server."""
    contexts = [browser.new_context(viewport={"width": 1200, "height": 800}) for _ in range(2)]
    one, other = (context.new_page() for context in contexts)
    complaints: list[str] = []
    for page in (one, other):
        page.set_default_timeout(30_000)
        # A slow machine's page asks whether to go on waiting for the document.
        waits = page.get_by_role("button", name="Continue waiting")
        page.add_locator_handler(waits, lambda button: button.click())
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.context.set_default_navigation_timeout(60_000)
    yield one, other
    for context in contexts:
        context.close()
    for session in server.request("GET", "api/sessions")[1]:
        server.request("DELETE", f"api/sessions/{session['id']}")
    assert [each for each in complaints if "nbenv" in each] == []


def opened(page: Page, server: JupyterServer, path: str, workspace: str) -> Front:
    where = f"lab/workspaces/{workspace}/tree/{path}"
    page.goto(f"{server.url}{where}?token={server.token}&reset")
    front = Front(page).ready(server, counted=False)
    shows(page, "ready")
    return front


def write(path: Path, *cells: str) -> Path:
    spec = {"name": "nbenv", "display_name": "Python (own environment)", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells],
        metadata={"kernelspec": spec},
    )
    nbformat.write(notebook, path)
    return path


def until(page: Page, what: Callable[[], object], wanted: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    found = what()
    while found != wanted and time.monotonic() < end:
        page.wait_for_timeout(200)
        found = what()
    assert found == wanted


def asked_for(page: Page) -> list[str] | None:
    record = page.evaluate(RECORD)
    return record and record["requirements"]


def asked_for_in_file(path: Path) -> object:
    return saved(path)["metadata"].get("nbenv", {}).get("requirements")


def item(page: Page) -> Any:
    return page.locator(".jp-nbenv-StatusItem .jp-nbenv-Item")


def shows(page: Page, words: str) -> None:
    expect(item(page)).to_have_attribute("aria-label", re.compile(words), timeout=SLOW)


@pytest.mark.timeout(600)
def test_what_one_installs_both_have(pages: tuple[Page, Page], server: JupyterServer) -> None:
    path = write(server.root / "below" / "shared.ipynb", "", "")
    one, other = pages
    front = opened(one, server, "below/shared.ipynb", "one")
    beside = opened(other, server, "below/shared.ipynb", "other")
    shared = other.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    assert shared.endswith("below/shared.ipynb")

    # One person installs in a cell while the other types.
    front.write(0, "%nbenv install tabulate==0.9.0")
    one.keyboard.press("Shift+Enter")
    beside.write(1, "import tabulate; print('has', tabulate.__version__)")
    for page in pages:
        expect(page.locator(".jp-OutputArea:visible").first).to_contain_text(
            "Installed tabulate", timeout=SLOW
        )
        shows(page, "ready")
        until(page, lambda page=page: asked_for(page), ["tabulate==0.9.0"])
    until(one, lambda: asked_for_in_file(path), ["tabulate==0.9.0"])
    assert one.evaluate(RECORD) == other.evaluate(RECORD) == saved(path)["metadata"]["nbenv"]
    other.keyboard.press("Shift+Enter")
    for page in pages:
        expect(page.locator(".jp-OutputArea:visible").nth(1)).to_contain_text("has 0.9.0")

    # The other installs in the panel; an imported package needs a restart, and both pages say so.
    other.evaluate("window.jupyterapp.commands.execute('nbenv:open')")
    field = other.locator(".jp-nbenv-Panel input[type='text']").first
    field.fill("tabulate==0.8.10")
    field.press("Enter")
    other.locator(".jp-nbenv-Panel button.jp-mod-accept").first.click(timeout=SLOW)
    for page in pages:
        until(page, lambda page=page: asked_for(page), ["tabulate==0.8.10"])
        expect(item(page)).to_have_attribute(
            "aria-label", re.compile("restart needed"), timeout=SLOW
        )
    until(one, lambda: asked_for_in_file(path), ["tabulate==0.8.10"])

    # Nothing was lost or duplicated.
    cells = [
        ["%nbenv install tabulate==0.9.0", True],
        ["import tabulate; print('has', tabulate.__version__)", True],
        ["", False],
    ]
    assert one.evaluate(CELLS) == other.evaluate(CELLS) == cells
    sources = [source for source, _ in cells]
    until(one, lambda: ["".join(each["source"]) for each in saved(path)["cells"]], sources)
    before = path.read_bytes()
    one.wait_for_timeout(5000)
    assert path.read_bytes() == before
    assert saved(path)["metadata"]["nbenv"] == one.evaluate(RECORD) == other.evaluate(RECORD)

    # A restart by either restarts it for both.
    one.evaluate("void window.jupyterapp.commands.execute('nbenv:restart')")  # it asks first
    one.locator(".jp-Dialog").get_by_role("button", name="Restart", exact=True).click()
    for page in pages:
        shows(page, "ready")
