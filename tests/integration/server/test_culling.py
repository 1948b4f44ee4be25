"""A server that culls what is idle after seconds: what nbenv works for stays, the rest goes."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from nbenv.environments.store import claim_state
from nbenv.home import approval_store
from nbenv.home.locks import locked
from tests.conftest import write_notebook
from tests.support.api import ask, events, start
from tests.support.commands import succeed
from tests.support.environments import environment_of
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

IDLE = 3
"""Seconds after which this server culls a kernel, even one that is connected or busy."""
LONGER = 2.5 * IDLE
_CULLING = {
    "MappingKernelManager.cull_idle_timeout": IDLE,
    "MappingKernelManager.cull_interval": 1,
    "MappingKernelManager.cull_connected": "True",
    "MappingKernelManager.cull_busy": "True",
}


@pytest.fixture(scope="module")
def ground(
    settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, LocalIndex, JupyterServer]]:
    """Yield a folder, the index, and the server that culls; the settings are this process's too."""
    folder = tmp_path_factory.mktemp("culled")
    (folder / "root").mkdir()
    with LocalIndex(folder / "index") as index, pytest.MonkeyPatch.context() as patch:
        for name, version in (("ipykernel", "7.0"), ("alpha", "1.0"), ("beta", "1.0")):
            index.wheel(name, version)
        patch.setenv("NBENV_HOME", str(folder / "home"))
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_INDEX_URL", index.url)
        patch.setenv("UV_CACHE_DIR", str(folder / "cache"))
        patch.setenv("UV_HTTP_RETRIES", "0")
        with JupyterServer(folder / "root", **_CULLING) as server:
            yield folder, index, server


@pytest.fixture(autouse=True)
def home(ground: tuple[Path, LocalIndex, JupyterServer]) -> Path:
    """Return the ``NBENV_HOME`` of the server that culls."""
    return ground[0] / "home"


@pytest.fixture
def index(ground: tuple[Path, LocalIndex, JupyterServer]) -> Iterator[LocalIndex]:
    ground[1].open()
    ground[1].stall = 0
    yield ground[1]
    ground[1].close()


@pytest.fixture
def server(ground: tuple[Path, LocalIndex, JupyterServer]) -> JupyterServer:
    return ground[2]


def kernels(server: JupyterServer) -> dict[str, Any]:
    return {each["id"]: each for each in server.request("GET", "api/kernels")[1]}


def idle_seconds(server: JupyterServer) -> float:
    """Return for how long the server takes itself to be idle; to ask that is no activity."""
    last = server.request("GET", "api/status")[1]["last_activity"]
    return (datetime.now(timezone.utc) - datetime.fromisoformat(last)).total_seconds()


def wait_until(what: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.2)


def unapproved(path: Path) -> Path:
    """Let a notebook be as a stranger's: recorded, and neither installed nor approved here."""
    succeed("install", path, "alpha")
    shutil.rmtree(environment_of(path).path)
    for approval in approval_store.approved():
        approval_store.revoke(approval.digest)
    return path


def test_what_is_worked_for_outlives_the_cullers(
    server: JupyterServer, index: LocalIndex, home: Path
) -> None:
    """Four kernels for ten seconds: built, worked for by a job, and held by another process.

    What nobody works for is culled meanwhile, a waiting kernel too; and in the end all of it is.
    """
    root = server.root
    idle = unapproved(write_notebook(root / "idle.ipynb", "1"))
    waits = write_notebook(root / "waits.ipynb", "1")
    waits.write_bytes(idle.read_bytes())
    builds = write_notebook(root / "builds.ipynb", "1")
    succeed("install", builds, "beta")
    shutil.rmtree(environment_of(builds).path)
    held = write_notebook(root / "held.ipynb", "1")
    digest = _digest(server)
    shutil.rmtree(home.parent / "cache")
    index.stall = 60

    ids = {"held": server.session("held.ipynb", "python3")["kernel"]["id"]}
    for name in ("idle", "waits", "builds"):
        ids[name] = server.session(f"{name}.ipynb")["kernel"]["id"]
    job = start(server, "waits.ipynb", "restore", digest=digest)
    with locked(claim_state(str(held)).environment):
        time.sleep(LONGER)
        alive = kernels(server)
        assert {name for name, each in ids.items() if each in alive} == {"held", "waits", "builds"}
        assert alive[ids["builds"]]["execution_state"] == "starting"
        assert idle_seconds(server) < IDLE
    index.close()  # the job and the build fail; nothing is at work any more
    assert events(server, job["id"])[-1]["type"] == "error"
    wait_until(lambda: not kernels(server))
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


def _digest(server: JupyterServer) -> str:
    """Return the digest that a page's dialog shows of the notebook."""
    job = start(server, "waits.ipynb", "restore", flags=["dry-run"])
    return str(events(server, job["id"])[-1]["data"]["digest"])


def test_a_job_without_a_kernel_keeps_the_server(
    server: JupyterServer, index: LocalIndex, home: Path
) -> None:
    """The page that began it is closed. A page that only looks is no activity."""
    write_notebook(server.root / "job.ipynb", "1")
    index.stall = 60
    job = start(server, "job.ipynb", "install", "alpha")
    time.sleep(LONGER)
    assert idle_seconds(server) < IDLE
    index.close()
    events(server, job["id"])
    since = time.monotonic()
    while time.monotonic() - since < IDLE:
        ask(server, "status?path=job.ipynb")
        time.sleep(0.5)
    assert idle_seconds(server) > IDLE - 1
