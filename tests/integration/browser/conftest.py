"""Servers, a package index and pages for browser tests; a screenshot of the page on failure."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, expect

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import bytecode
from tests.conftest import write_notebook
from tests.support.browser import Lab, chromium, launched_with_profile, new_page
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.mirror import fetch
from tests.support.server import JupyterServer
from tests.support.skipping import skip_below

expect.set_options(timeout=30_000)

NOISE = re.compile(
    r"Plugin .* (took [\d.]+ms|is taking too long) to activate"
    r"|Could not restore the debugger state: Canceled future"
    r"|uncaught: Cannot read properties of undefined \(reading 'schema'\)"
)
"""What Lab says where the machine is busy or a kernel restarts, and Notebook 7 at each start."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        path = Path(item.funcargs["tmp_path"], "page.png")
        with contextlib.suppress(Error):  # the page was closed
            page.screenshot(path=path)
        report.sections.append(("page", str(path)))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = "" if chromium() else "this machine has no Chromium"
    skip_below(Path(__file__).parent, items, reason)


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what the browser keeps from one module to the next."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def browser(profile: Path) -> Iterator[BrowserContext]:
    with launched_with_profile(profile) as browser:
        yield browser


@pytest.fixture
def page(browser: BrowserContext, server: JupyterServer) -> Iterator[Page]:
    """Yield a new page, whose console may show no error and no warning from the extension."""
    with new_page(browser) as page:
        page.set_default_timeout(30_000)
        said: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            text = f"{message.type}: {message.text} ({message.location.get('url')})"
            is_ours = message.type == "warning" and "nbenv" in text
            if message.type == "error" or is_ours:
                said.append(text)

        page.on("console", listen)
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        yield page
        assert [text for text in said if not NOISE.search(text)] == []


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheels of a kernel and of tabulate, and made ones with telling names."""
    folder = fetch(tmp_path_factory.mktemp("wheels"), "tabulate==0.9.0")
    index = LocalIndex(folder)
    index.wheel("tabulate", "0.10.0", requires=[])
    index.wheel("scikit-learn", "1.0", modules={"sklearn/__init__.py": "answer = 42\n"})
    return folder


@dataclass
class Used:
    """A machine on which a notebook was run: its index, settings, home, and that notebook."""

    index: LocalIndex
    environ: dict[str, str]
    home: Path
    document: str


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Used]:
    """Yield a machine where a notebook that records tabulate 0.9.0 was written and run."""
    folder = tmp_path_factory.mktemp("used")
    with LocalIndex(folder / "index") as index, pytest.MonkeyPatch.context() as patch:
        index.refill(wheels)
        environ = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(folder / "cache"),
            "UV_HTTP_RETRIES": "0",
        }
        for name, value in {**environ, "NBENV_HOME": str(folder / "home")}.items():
            patch.setenv(name, value)
        path = write_notebook(folder / "work.ipynb", "import tabulate", "print(6 * 7)")
        succeed("install", path, "tabulate==0.9.0")
        succeed("run", path)
        bytecode.keep(NotebookSnapshot.read(NotebookRef(str(path))).environment)
        patch.undo()
        document = json.loads(path.read_text(encoding="utf-8"))
        document["metadata"]["kernelspec"] = KERNELSPEC
        yield Used(index, environ, folder / "home", json.dumps(document))


@pytest.fixture
def index(
    used: Used, wheels: Path, home: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[LocalIndex]:
    """Yield an index of those wheels, which pip and uv use.

    They are in the installer's cache, and what a kernel compiles is kept; unless a test is `cold`.
    """
    used.index.refill(wheels)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in used.environ.items():
            patch.setenv(name, value)
        if request.node.get_closest_marker("cold"):
            patch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        else:
            kept = used.home / "bytecode"
            shutil.copytree(kept, home / "bytecode", copy_function=os.link)
        yield used.index


@pytest.fixture
def recorded(used: Used) -> str:
    """Return a notebook that records tabulate 0.9.0, made on another machine."""
    return used.document


def written(path: Path, kernel: str, *cells: str) -> Path:
    """Write a notebook of a kernel."""
    write_notebook(path, *cells)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["metadata"]["kernelspec"] = {**KERNELSPEC, "name": kernel, "display_name": kernel}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


KERNELSPEC = {"name": "nbenv", "display_name": "Python (own environment)", "language": "python"}


@pytest.fixture
def server(tmp_path: Path, index: LocalIndex, home: Path) -> Iterator[JupyterServer]:
    """Yield a server of a reader's machine: nothing is built and nothing approved on it."""
    root = tmp_path / "root"
    root.mkdir()
    with JupyterServer(root, {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}) as server:
        yield server


@pytest.fixture
def shared(server: JupyterServer, recorded: str) -> Path:
    """Return the recorded notebook, as it came to the reader."""
    path = server.root / "shared.ipynb"
    path.write_text(recorded, encoding="utf-8")
    return path


@pytest.fixture
def own(server: JupyterServer, shared: Path) -> Path:
    """Return the same, with its environment built and approved."""
    succeed("restore", shared)
    return shared


@pytest.fixture
def lab(page: Page, server: JupyterServer) -> Lab:
    """Return JupyterLab in the page, not loaded yet."""
    return Lab(page, server)
