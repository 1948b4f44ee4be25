"""Tests of what counts as activity of a server and its kernels; others have real cullers."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbenv.environments.store import claim_state
from nbenv.home import paths
from nbenv.home.locks import is_changing, locked
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.activity import SETTING, ActivityKeeper, interval
from nbenv.server.kernel_builds import building_processes
from tests.conftest import write_notebook
from tests.unit.server.conftest import LAUNCHER, Start


class Manager(dict[str, Any]):
    """A kernel manager of kernels that are processes of a test."""

    def add(self, name: str, process: Any) -> Any:
        provisioner = LocalProvisioner()
        provisioner.process, provisioner.pid = process, process.pid
        self[name] = SimpleNamespace(provisioner=provisioner, last_activity=None)
        return self[name]

    def list_kernel_ids(self) -> list[str]:
        return list(self)

    def get_kernel(self, identifier: str) -> Any:
        return self[identifier]


class App:
    """What is used of a server; each of its sessions is of a notebook and a kernel."""

    def __init__(self, contents: Any) -> None:
        self.log = logging.getLogger("test")
        self.contents_manager = contents
        self.kernel_manager = Manager()
        self.sessions: list[Any] = []
        self.session_manager = SimpleNamespace(list_sessions=self._list)
        self.web_app = SimpleNamespace(settings={})

    async def _list(self) -> list[Any]:
        return self.sessions

    def add(self, name: str, process: Any, path: str = "") -> Any:
        if path:
            self.sessions.append({"path": path, "kernel": {"id": name}})
        return self.kernel_manager.add(name, process)


@pytest.fixture
def app(contents: Any) -> App:
    return App(contents)


def look(app: Any, *working: str) -> bool:
    """Look once; return whether the server was found to be active."""
    jobs: Any = SimpleNamespace(working_on=lambda: frozenset(working))
    app.web_app.settings.clear()
    asyncio.run(ActivityKeeper(app, jobs).look())
    return SETTING in app.web_app.settings


def report(process: int, name: str = "any") -> Path:
    """Write what a starting kernel reports; its notebook may be one that no session has."""
    identity = ProcessIdentity.of(process)
    assert identity is not None
    path = Path(paths.progress_path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "started", **identity.to_dict()}) + "\n", encoding="utf-8")
    return path


def test_an_idle_server_stays_idle(app: App, start: Start) -> None:
    assert not look(app)
    kernel = app.add("k", start("other"), "a.ipynb")
    waiting = app.add("w", start(LAUNCHER), "b.ipynb")  # for its user, and builds nothing
    assert not look(app)
    assert kernel.last_activity is waiting.last_activity is None


def test_a_job_is_activity_of_the_server_and_its_notebooks_kernel(app: App, start: Start) -> None:
    root = Path(app.contents_manager.root_dir)
    kernel, other = app.add("k", start("x"), "a.ipynb"), app.add("o", start("x"), "b.ipynb")
    assert look(app, str(root / "a.ipynb"))
    assert kernel.last_activity is not None and other.last_activity is None
    assert look(app, str(root / "c.ipynb"))  # of no kernel


def test_the_build_of_a_kernel_without_a_session(app: App, start: Start) -> None:
    kernel, other = app.add("k", start(LAUNCHER)), app.add("o", start(LAUNCHER))
    path = report(kernel.provisioner.pid)
    assert look(app)
    assert kernel.last_activity is not None and other.last_activity is None
    path.write_text("{}\n", encoding="utf-8")
    assert not look(app)


def test_a_change_by_another_process(app: App, start: Start) -> None:
    notebook = write_notebook(Path(app.contents_manager.root_dir) / "a.ipynb", "1")
    identifier = claim_state(str(notebook)).environment
    python = Path(paths.environment_path(identifier)) / "bin" / "python"
    python.parent.mkdir(parents=True)
    by_session = app.add("s", start("x"), "a.ipynb")
    by_environment = app.add("e", start("x", python=python))
    assert not look(app)
    with locked(identifier):
        assert look(app)
        assert by_session.last_activity and by_environment.last_activity
        assert is_changing(paths.key(str(notebook)))
    assert not look(app)


def test_a_home_that_is_no_folder(app: App, start: Start, home: Path) -> None:
    home.write_text("", encoding="utf-8")
    app.add("k", start(LAUNCHER), "a.ipynb")
    assert not look(app)
    assert building_processes() == set()


def test_reports_of_the_dead_and_broken_ones(start: Start) -> None:
    process = start(LAUNCHER)
    report(process.pid)
    report(start("other").pid, "ended")  # it goes on with another command
    Path(paths.progress_path("broken")).write_bytes(b"\xff")
    Path(paths.progress_path("x")).with_suffix(".begun").write_text("{}", encoding="utf-8")
    assert building_processes() == {process.pid}


@pytest.mark.parametrize(
    ("culling", "stopping", "hub", "seconds"),
    [
        (0, 0, "", 30),
        (600, 3600, "300", 30),
        (60, 0, "", 20),
        (600, 45, "300", 15),
        (600, 0, "6", 2),
        (1, 0, "", 1),
        (0, 0, "soon", 30),
    ],
)
def test_nobody_acts_between_two_looks(
    culling: int, stopping: int, hub: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_ACTIVITY_INTERVAL", hub)
    manager = SimpleNamespace(cull_idle_timeout=culling)
    app: Any = SimpleNamespace(kernel_manager=manager, shutdown_no_activity_timeout=stopping)
    assert interval(app) == seconds
