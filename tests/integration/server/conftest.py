"""Servers that many tests share: each test finds one with an empty root and an empty home."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

DISTRIBUTIONS = ("alpha", "beta")


@dataclass
class Shared:
    """A running server, and what it lives in."""

    folder: Path
    server: JupyterServer
    environ: Mapping[str, str]
    index: LocalIndex | None = None

    def clear(self) -> None:
        """End all kernels and remove all files, but not the server's note that it is there."""
        for session in self.server.request("GET", "api/sessions")[1]:
            self.server.request("DELETE", f"api/sessions/{session['id']}")
        for kernel in self.server.request("GET", "api/kernels")[1]:
            self.server.request("DELETE", f"api/kernels/{kernel['id']}")
        for folder in ("home", "root", "cache"):
            for path in (self.folder / folder).glob("*"):
                if path.is_symlink() or not path.is_dir():
                    path.unlink()
                elif path.name != "servers":
                    shutil.rmtree(path)
        if self.index:
            self.index.stall, self.index.failures = 0, 0
            self.index.requests.clear()


@contextmanager
def _shared(folder: Path, index: LocalIndex | None, **environ: str) -> Iterator[Shared]:
    environ["NBENV_HOME"] = str(folder / "home")
    (folder / "root").mkdir()
    with JupyterServer(folder / "root", environ) as server:
        yield Shared(folder, server, environ, index)


@pytest.fixture(scope="session")
def plain(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A server whose environments come from the machine's own index."""
    with _shared(tmp_path_factory.mktemp("plain"), None) as shared:
        yield shared


@pytest.fixture(scope="session")
def local(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A server whose environments come from a local index; their kernel is a stub."""
    folder = tmp_path_factory.mktemp("local")
    with LocalIndex(folder / "index") as index:
        for name, version in (("ipykernel", "7.0"), *((name, "1.0") for name in DISTRIBUTIONS)):
            index.wheel(name, version)
        environ = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(folder / "cache"),
            "UV_HTTP_RETRIES": "0",
        }
        with _shared(folder, index, **environ) as shared:
            yield shared


@pytest.fixture(autouse=True)
def home(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return the ``NBENV_HOME`` of the shared server, or of the test where it uses none."""
    name = next((each for each in ("plain", "local") if each in request.fixturenames), None)
    shared: Shared | None = request.getfixturevalue(name) if name else None
    told = shared.environ if shared else {"NBENV_HOME": str(tmp_path / "home")}
    for variable, value in told.items():
        monkeypatch.setenv(variable, value)
    yield Path(told["NBENV_HOME"])
    if shared:
        shared.clear()


@pytest.fixture
def server(plain: Shared) -> JupyterServer:
    """Return a server that other tests use too, with nothing of theirs."""
    return plain.server
