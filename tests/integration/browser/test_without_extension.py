"""A missing or mismatched half of the extension: cells work, and one message says so."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Page, expect

import nbenv
from tests.support.browser import SLOW, Front, chromium, new_page, saved
from tests.support.commands import succeed
from tests.support.server import JupyterServer

pytestmark = pytest.mark.skipif(chromium() is None, reason="this machine has no Chromium")

SERVED = Path(sys.prefix, "share", "jupyter", "labextensions", "jupyter-nbenv")
OTHER = "0.0.9"
WARNING = ".Toastify__toast"


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    with new_page(browser) as page:
        page.set_default_timeout(30_000)
        yield page


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Return the growing list of errors that the browser's console receives."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and found.append(message.text),
    )
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def write(path: Path, kernel: str, *cells: str) -> Path:
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells],
        metadata={"kernelspec": spec},
    )
    nbformat.write(notebook, path)
    return path


def settings(folder: Path, name: str, value: object) -> dict[str, str]:
    """Write a file of Jupyter's settings; return the variable that makes a server read it."""
    path = folder / "settings" / name
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return {"JUPYTER_CONFIG_DIR": str(folder / "settings")}


def opened(page: Page, server: JupyterServer, where: str) -> Front:
    page.goto(f"{server.url}lab/tree/{where}?token={server.token}&reset", timeout=60_000)
    return Front(page).ready(server)


def metadata(path: Path) -> dict[str, object]:
    return saved(path)["metadata"]


def until_recorded(page: Page, path: Path, *requirements: str) -> None:
    found: object = None
    for _ in range(150):
        record = metadata(path).get("nbenv")
        found = record["requirements"] if isinstance(record, dict) else None
        if found == list(requirements):
            return
        page.wait_for_timeout(200)
    raise AssertionError(found)


@pytest.mark.timeout(600)
def test_without_it_everything_works_from_cells(
    page: Page, root: Path, tmp_path: Path, complaints: list[str]
) -> None:
    environ = settings(
        tmp_path, "labconfig/page_config.json", {"disabledExtensions": {"jupyter-nbenv": True}}
    )
    plain = write(root / "plain.ipynb", "python3", "", "", "")
    shared = write(tmp_path / "shared.ipynb", "nbenv", "", "")
    succeed("install", shared, "wheel", environ={"NBENV_HOME": str(tmp_path / "another")})
    shutil.copy(shared, root)
    with JupyterServer(root, environ) as server:
        # From the ordinary kernel into its own; saving records it.
        front = opened(page, server, "plain.ipynb")
        expect(page.locator("[class*='jp-nbenv']")).to_have_count(0)
        front.write(0, "%nbenv install tabulate")
        page.keyboard.press("Shift+Enter")
        expect(front.output(0)).to_contain_text("Installed tabulate", timeout=SLOW)
        kernel = page.locator(".jp-Toolbar-kernelName:visible")
        expect(kernel).to_contain_text("Python (own environment)", timeout=SLOW)
        output = front.run(1, "import tabulate, sys; print('prefix', sys.prefix)")
        expect(output).to_contain_text(os.path.join("home", "envs", "plain"))
        expect(front.run(2, "%nbenv undo")).to_contain_text("Undid the last change", timeout=SLOW)
        expect(front.run(2, "%nbenv install six")).to_contain_text("Installed six", timeout=SLOW)
        front.save()
        until_recorded(page, plain, "six")
        # A shared notebook reports and restores what is missing in its cells.
        front = opened(page, server, "shared.ipynb")
        output = front.run(1, "import wheel")
        expect(output).to_contain_text("Nothing was downloaded or run.", timeout=SLOW)
        front.run(0, "%nbenv restore")
        expect(front.output(0)).to_contain_text("Restored", timeout=SLOW)
        output = front.run(1, "import wheel; print('it is', wheel.__name__)")
        expect(output).to_contain_text("it is wheel")
    assert [each for each in complaints if "nbenv" in each] == []


def served_as(folder: Path, version: str) -> dict[str, str]:
    """Copy the built extension as another version; return the variables to make a server use it."""
    copy = folder / "share" / "labextensions" / "jupyter-nbenv"
    shutil.copytree(SERVED, copy)
    changed = 0
    for path in (copy / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        changed += text.count(nbenv.__version__)
        path.write_text(text.replace(nbenv.__version__, version), encoding="utf-8")
    assert changed, "The extension does not know its version."
    return {"JUPYTER_PATH": str(folder / "share")}


def test_another_version_of_it_is_said_once(page: Page, root: Path, tmp_path: Path) -> None:
    """With either half older, the message names both versions, and cells work."""
    write(root / "a.ipynb", "nbenv", "", "")
    # The other version's files are called as this one's, which the browser has loaded before.
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    with JupyterServer(root, served_as(tmp_path, OTHER)) as server:
        front = opened(page, server, "a.ipynb")
        told = page.locator(WARNING, has_text="The server is running nbenv")
        expect(told).to_have_count(1, timeout=SLOW)
        expect(told).to_contain_text(
            f"The server is running nbenv {nbenv.__version__},"
            f" but this page has version {OTHER} of the extension."
        )
        expect(told).to_contain_text("Restart the Jupyter server, then reload the page")
        expect(front.run(0, "%nbenv install six")).to_contain_text("Installed six", timeout=SLOW)
        until_recorded(page, root / "a.ipynb", "six")
        expect(told).to_have_count(1)


def test_a_server_without_it_is_asked_no_more(
    page: Page, root: Path, tmp_path: Path, complaints: list[str]
) -> None:
    off = {"ServerApp": {"jpserver_extensions": {"nbenv": False}}}
    path = write(root / "a.ipynb", "nbenv", "", "")
    asked: list[str] = []
    page.on("request", lambda request: "nbenv/api" in request.url and asked.append(request.url))
    with JupyterServer(root, settings(tmp_path, "jupyter_server_config.json", off)) as server:
        front = opened(page, server, "a.ipynb")
        told = page.locator(WARNING, has_text="The nbenv server extension is not running.")
        expect(told).to_have_count(1, timeout=SLOW)
        front.run(0, "print('it', 'runs')")
        expect(front.output(0)).to_contain_text("it runs")
        output = front.run(1, "%nbenv install six")
        expect(output).to_contain_text("Installed six", timeout=SLOW)
        expect(front.run(2, "import six; print(six.__name__)")).to_contain_text("six")
        assert isinstance(metadata(path)["nbenv"], dict)  # written at once, since nothing merges it
        expect(told).to_have_count(1)
        assert len(asked) <= 2, asked
        errors = [each for each in complaints if "nbenv" in each or "404" in each]
        assert len(errors) <= 2, errors
