"""Completion and hover know each notebook's packages: jupyter_lsp with a real pylsp."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import write_notebook
from tests.integration.server.conftest import Shared
from tests.support.commands import succeed
from tests.support.language_client import LanguageClient, serving_language

PYLSP = (sys.executable, "-m", "pylsp")
CODE = "import alpha\nalpha.only"
END = (1, len("alpha.only"))


@pytest.fixture(scope="module")
def serving(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A server with pylsp, and an index with two versions of a package."""
    folder = tmp_path_factory.mktemp("language")
    with serving_language(folder, "pylsp", PYLSP) as (server, environ, index):
        yield Shared(folder, server, environ, index)


@pytest.fixture
def root(serving: Shared, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the server's folder, with its variables set for commands."""
    for name, value in serving.environ.items():
        monkeypatch.setenv(name, value)
    return serving.server.root


def test_each_notebook_has_its_own_packages(serving: Shared, root: Path) -> None:
    for name, version in (("a", "1.0"), ("sub folder/b", "2.0")):
        succeed("install", write_notebook(root / f"{name}.ipynb", "1"), f"alpha=={version}")
    write_notebook(root / "none.ipynb", "1")
    with LanguageClient(serving.server, "pylsp") as client:
        first, second = client.open("a.ipynb", CODE), client.open("sub folder/b.ipynb", CODE)
        assert client.names(first, *END) == {"only_1"}
        assert client.names(second, *END) == {"only_2"}
        assert client.names(client.open("none.ipynb", CODE), *END) == set()
        assert client.names(client.open("RTC:a.ipynb", CODE), *END) == {"only_1"}
        client.change(first, "import alpha\nalpha.only_1()")
        assert "Documented in 1.0" in client.hover(first, 1, 8)


def test_an_open_notebook_gets_what_is_installed_now(serving: Shared, root: Path) -> None:
    notebook = write_notebook(root / "new.ipynb", "1")
    with LanguageClient(serving.server, "pylsp") as client:
        uri = client.open("new.ipynb", "")
        client.change(uri, CODE)
        assert client.names(uri, *END) == set()
        for version in ("1.0", "2.0"):
            succeed("install", notebook, f"alpha=={version}")
            time.sleep(1.1)  # environments are looked up once a second
            assert client.names(uri, *END) == {f"only_{version[0]}"}
        succeed("uninstall", notebook, "alpha")
        time.sleep(1.1)
        assert client.names(uri, *END) == set()


def test_servers_end_with_the_notebooks_and_with_the_page(serving: Shared, root: Path) -> None:
    succeed("install", write_notebook(root / "end.ipynb", "1"), "alpha==1.0")
    with LanguageClient(serving.server, "pylsp") as client:
        uri = client.open("end.ipynb", CODE)
        assert client.names(uri, *END) == {"only_1"}
        assert len(running(serving)) == 2
        client.close(uri)
        until(lambda: len(running(serving)) == 1)
        assert client.names(client.open("end.ipynb", CODE), *END) == {"only_1"}
    until(lambda: not running(serving))


def running(serving: Shared) -> list[psutil.Process]:
    """Return the language servers that the server has."""
    children = psutil.Process(serving.server.process).children(recursive=True)
    return [each for each in children if words_of(each)[-2:] == ["-m", "pylsp"] and is_last(each)]


def is_last(process: psutil.Process) -> bool:
    return "--" not in words_of(process)  # the router has the words of the server behind its own


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(is_so: object) -> None:
    """Wait until something is so, for 20 s."""
    assert callable(is_so)
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)
