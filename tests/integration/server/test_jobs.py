"""Jobs of a real server: stopped, left alone, or their notebook moved or deleted meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from nbenv.environments import store
from nbenv.server import jobs
from tests.conftest import write_notebook
from tests.integration.server.conftest import Shared
from tests.support.api import ask, events, following, start, stop
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

LONG = 60.0
"""Seconds that a stalled index takes for an answer: more than any of these tests."""


@pytest.fixture
def server(local: Shared) -> JupyterServer:
    """Return a server whose environments come from the local index; their kernel is a stub."""
    return local.server


@pytest.fixture
def index(local: Shared) -> LocalIndex:
    """Return that server's index."""
    assert local.index is not None
    return local.index


def all_of(server: JupyterServer, home: Path, name: str) -> object:
    """Return what an install changes: the notebook, what is said of it, and environments' files."""
    status = ask(server, f"status?path={name}")
    files = sorted(
        (str(path.relative_to(home)), path.lstat().st_size)
        for path in (home / "envs").rglob("*")
        # These name the nbenv that wrote them: this checkout, or what the server runs.
        if "__pycache__" not in path.parts and path.name not in ("_nbenv_pip.py", "00-nbenv.py")
    )
    return (server.root / name).read_bytes(), status, files


def children(server: JupyterServer) -> list[psutil.Process]:
    """Return the processes that the server's jobs left running."""
    return psutil.Process(server.process).children(recursive=True)


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("It did not happen.")


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_stopped_in_any_phase(
    server: JupyterServer, home: Path, index: LocalIndex, first: bool
) -> None:
    for phase in ["begun", "resolve", *(["create"] if first else []), "install"]:
        name, package = f"{phase}.ipynb", f"at-{phase}"
        wheel = index.wheel(package, "1.0")  # a new one, which no cache has
        path = write_notebook(server.root / name, "1")
        if not first:
            succeed("install", path, "alpha")
        before = all_of(server, home, name)
        if phase in {"create", "install"}:
            index.slow = {wheel.name}
        else:
            index.stall = LONG
        _stop_in(phase, start(server, name, "install", package)["id"], server)
        assert all_of(server, home, name) == before, phase
        assert children(server) == []
        # And it can be done again.
        index.stall, index.slow = 0, set()
        last = events(server, start(server, name, "install", package)["id"])[-1]
        assert last["summary"].startswith(f"Installed {package}")


def _stop_in(phase: str, job: str, server: JupyterServer) -> None:
    with following(server, job) as told:
        while phase != "begun" and next(told).get("phase") != phase:
            pass
        assert stop(server, job)["done"] is True
    last = events(server, job)[-1]
    assert (last["type"], last["kind"]) == ("error", "Stopped"), last


def test_readers_may_go_and_come(server: JupyterServer, index: LocalIndex) -> None:
    """A page is closed, another one shows the same work, from its first event on."""
    write_notebook(server.root / "a.ipynb", "1")
    index.stall = 1
    job = start(server, "a.ipynb", "install", "alpha")
    with following(server, job["id"]) as told:
        first = next(told)
    found = ask(server, "status?path=a.ipynb")["job"]
    about = {"id": job["id"], "verb": "install", "words": ["alpha"], "done": False}
    assert found == {**about, "queued": False}
    told_again = events(server, found["id"])
    assert told_again[0] == first
    assert told_again[-1]["summary"].startswith("Installed alpha")
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


def test_a_server_that_ends_leaves_nothing_half_made(
    tmp_path: Path, home: Path, index: LocalIndex
) -> None:
    path = write_notebook(tmp_path / "root" / "a.ipynb", "1")
    with JupyterServer(path.parent) as server:
        index.stall = LONG
        start(server, "a.ipynb", "install", "alpha")
        [job] = wait_for(lambda: [p for p in children(server) if "nbenv.cli" in str(p.cmdline())])
        time.sleep(1.5)
        running = [job, *job.children(recursive=True)]
    _, alive = psutil.wait_procs(running, timeout=20)
    assert alive == []
    index.stall = 0
    assert succeed("status", path, "--json").json["recorded"] is False
    assert not list((home / "envs").glob("*"))
    assert "Installed alpha" in succeed("install", path, "alpha").out


def test_a_server_that_was_killed_leaves_no_job_behind(
    tmp_path: Path, home: Path, index: LocalIndex
) -> None:
    """Its jobs find that nobody reads what they say, and put everything back."""
    path = write_notebook(tmp_path / "root" / "a.ipynb", "1")
    with JupyterServer(path.parent) as server:
        index.stall = 3
        start(server, "a.ipynb", "install", "alpha")
        [job] = wait_for(lambda: [p for p in children(server) if "nbenv.cli" in str(p.cmdline())])
        os.kill(server.process, 9)
    job.wait(60)
    index.stall = 0
    assert path.read_bytes() == write_notebook(path, "1").read_bytes()
    assert "Installed alpha" in succeed("install", path, "alpha").out
    assert succeed("status", path, "--json").json["drift"] == []


def test_a_job_follows_its_renamed_notebook(server: JupyterServer, index: LocalIndex) -> None:
    """Its folder is renamed too, and another notebook takes the old name."""
    write_notebook(server.root / "folder" / "a.ipynb", "1")
    index.stall = 2
    job = start(server, "folder/a.ipynb", "install", "alpha")
    time.sleep(1)
    server.request("PATCH", "api/contents/folder/a.ipynb", {"path": "folder/b.ipynb"})
    server.request("PATCH", "api/contents/folder", {"path": "other"})
    write_notebook(server.root / "folder" / "a.ipynb", "another")
    found = wait_for(lambda: ask(server, "status?path=other/b.ipynb")["job"])
    assert found["id"] == job["id"]
    body = {"path": "other/b.ipynb", "verb": "install", "words": ["beta"]}
    waiting = server.request("POST", "nbenv/api/jobs", body)[1]
    assert (waiting["queued"], stop(server, waiting["id"])["done"]) == (True, True)
    assert events(server, job["id"])[-1]["type"] == "result"
    assert ask(server, "record?path=other/b.ipynb")["record"]["requirements"] == ["alpha"]
    assert ask(server, "record?path=folder/a.ipynb")["record"] is None
    index.stall = 0
    undone = events(server, start(server, "other/b.ipynb", "undo")["id"])[-1]
    assert undone["changes"][0]["name"] == "alpha"  # its history came along


def test_a_deleted_notebooks_job_is_stopped(server: JupyterServer, index: LocalIndex) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")
    index.stall = LONG
    job = start(server, "a.ipynb", "install", "alpha")
    time.sleep(1)
    assert server.request("DELETE", "api/contents/a.ipynb")[0] == 204
    last = events(server, job["id"])[-1]
    assert last["kind"] == "Stopped"
    assert store.read_state(str(path)) is None
    write_notebook(path, "another")
    assert ask(server, "status?path=a.ipynb")["recorded"] is False


def test_looks_are_not_without_end(server: JupyterServer, index: LocalIndex) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    index.stall = LONG
    body = {"path": "a.ipynb", "verb": "install", "words": ["alpha"], "flags": ["dry-run"]}
    answers = [server.request("POST", "nbenv/api/jobs", body) for _ in range(17)]
    assert [status for status, _ in answers] == [*[201] * 16, 429]
    assert "Try again" in answers[-1][1]["message"]
    for _, job in answers[:-1]:
        assert stop(server, job["id"])["done"] is True


def test_a_killed_job_ends_too(server: JupyterServer, index: LocalIndex) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    index.stall = LONG
    job = start(server, "a.ipynb", "install", "alpha")
    with following(server, job["id"]) as told:
        next(told)
        child = next(p for p in children(server) if "nbenv.cli" in str(p.cmdline()))
        for process in (*child.children(), child):
            process.kill()
        last = list(told)[-1]
    assert last["what"] == "nbenv ended without a result."
    assert ask(server, "status?path=a.ipynb")["job"] is None
    index.stall = 0
    assert (
        events(server, start(server, "a.ipynb", "install", "alpha")["id"])[-1]["type"] == "result"
    )


def test_what_is_kept_of_a_job_has_an_end(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.stall = 0.3
    monkeypatch.setattr(jobs, "_MOST_EVENTS", 4)
    monkeypatch.setattr(jobs, "QUIET", 0.05)

    async def run() -> list[dict[str, Any] | None]:
        job = jobs.Job(str(notebook), "install", ["alpha"])
        job.start()
        live = [event async for event in job.follow(0)]
        later = [event async for event in job.follow(0)]
        said = [event for event in live if event]
        assert len(live) > len(said)  # it was quiet, and its follower heard that
        assert len(said) > 4
        assert later == said[-len(later) :]
        return later

    later = asyncio.run(run())
    assert 0 < len(later) <= 4
    assert later[-1] is not None
    assert later[-1]["summary"].startswith("Installed alpha")
