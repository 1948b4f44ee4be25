"""The jobs of a server, with commands that do what a test says."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbenv.home import paths
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server import jobs
from nbenv.server.jobs import Job, Jobs, TooManyJobsError

RESULT = {"type": "result", "summary": "Done."}
STOPPED = {"type": "error", "kind": "Stopped"}


class Process:
    """A command that says what it is given; None ends it."""

    def __init__(self, *given: object, agreed: str) -> None:
        self.given = given
        self.said: queue.Queue[Any] = queue.Queue()
        self.calls: list[str] = []

    def events(self) -> Iterator[Any]:
        yield from iter(self.said.get, None)

    def stop(self) -> None:
        self.calls.append("stop")
        self.end(STOPPED)

    def kill(self) -> None:
        self.calls.append("kill")
        self.end()

    def wait(self, seconds: float) -> None:
        self.calls.append("wait")

    def end(self, *events: Any) -> None:
        for event in (*events, None):
            self.said.put(event)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "JobProcess", Process)


def process_of(job: Job) -> Any:
    return job.child


async def events(job: Job, first: int = 0) -> list[Any]:
    return [event async for event in job.follow(first)]


async def began(job: Job) -> None:
    """Wait until a job that waits has its turn."""
    while job.is_queued:
        await asyncio.sleep(0.01)


async def ended(job: Job, *said: Any) -> list[Any]:
    """End a job; return all of its events."""
    process_of(job).end(*said)
    return await events(job)


# -- one job


def test_events_are_kept_for_whoever_comes_later() -> None:
    async def run() -> None:
        job = Job("/x/a.ipynb", "install")
        job.start()
        process_of(job).said.put({"n": 1})
        early = asyncio.create_task(events(job))
        assert await ended(job, {"n": 2}, RESULT) == [{"n": 1}, {"n": 2}, RESULT]
        assert await early == await events(job)
        assert await events(job, 2) == [RESULT]
        assert await events(job, 9) == []
        assert job.about["done"] is True

    asyncio.run(run())


def test_a_quiet_job_lets_its_follower_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "QUIET", 0.01)

    async def run() -> None:
        job = Job("/x/a.ipynb", "install")
        job.start()
        following = job.follow(0)
        assert await anext(following) is None
        process_of(job).end(RESULT)
        assert [event async for event in following if event] == [RESULT]

    asyncio.run(run())


def test_of_a_long_job_the_first_events_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_MOST_EVENTS", 10)

    async def run() -> None:
        job = Job("/x/a.ipynb", "install")
        job.start()
        await ended(job, *({"n": n} for n in range(100)))
        kept = await events(job, 0)  # whoever followed from the start may have seen more
        assert kept[-1] == {"n": 99}
        assert 5 <= len(kept) <= 10
        assert await events(job, 98) == [{"n": 98}, {"n": 99}]  # numbers stay what they were

    asyncio.run(run())


def test_what_a_job_is_holds_no_password() -> None:
    job = Job("/x/a.ipynb", "install", ["x @ https://me:secret@host.invalid/x.whl"])
    assert "secret" not in str(job.about)
    assert (job.about["verb"], job.about["done"]) == ("install", False)


def test_a_stop_waits_until_all_is_put_back() -> None:
    async def run() -> None:
        job = Job("/x/a.ipynb", "install")
        job.start()
        await job.stop()
        assert (job.is_done, process_of(job).calls) == (True, ["stop"])
        assert await events(job) == [STOPPED]

    asyncio.run(run())


def test_what_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_PATIENCE", 0.01)
    monkeypatch.setattr(Process, "stop", lambda self: self.calls.append("stop"))

    async def run() -> None:
        job = Job("/x/a.ipynb", "install")
        job.start()
        await job.stop()
        assert (job.is_done, process_of(job).calls) == (True, ["stop", "kill"])

    asyncio.run(run())


@pytest.mark.parametrize("changes", [True, False])
def test_a_change_is_announced_to_waiting_kernels(notebook: Path, changes: bool) -> None:
    begun = Path(paths.begun_path(paths.key(str(notebook))))

    async def run() -> None:
        job = Job(str(notebook), "restore", changes=changes)
        job.start()
        process_of(job).said.put({"n": 1})
        await anext(job.follow(0))
        known = paths.read_json(str(begun))
        assert known == (ProcessIdentity.own().to_dict() if changes else None)
        await ended(job)
        assert not begun.exists()

    asyncio.run(run())


# -- all jobs


def test_one_change_of_an_environment_at_a_time() -> None:
    async def run() -> None:
        server = Jobs()
        job = server.start(Job("/x/a.ipynb", "install", ["a"]))
        second = server.start(Job("/x/a.ipynb", "install", ["b"]))
        third = server.start(Job("/x/a.ipynb", "undo"))
        assert server.running("/x/a.ipynb") is job
        assert [each.about["queued"] for each in (job, second, third)] == [False, True, True]
        looks = server.start(Job("/x/a.ipynb", "outdated", changes=False))
        other = server.start(Job("/x/b.ipynb", "install"))
        assert not (looks.is_queued or other.is_queued)
        for each in (looks, other):
            await ended(each)
        await ended(job, STOPPED)  # a failure keeps nothing from its turn
        await began(second)
        assert third.is_queued
        assert server.running("/x/a.ipynb") is second
        [waited, *rest] = await ended(second, RESULT)
        assert (waited["phase"], waited["message"]) == (
            "queued",
            "Waiting for nbenv install to finish…",
        )
        assert rest == [RESULT]
        await began(third)
        await ended(third)
        assert server.at("/x/a.ipynb") is None

    asyncio.run(run())


def test_asking_twice_for_the_same_starts_it_once() -> None:
    async def run() -> None:
        server = Jobs()
        job = server.start(Job("/x/a.ipynb", "install", ["a"]))
        assert server.start(Job("/x/a.ipynb", "install", ["a"])) is job
        assert server.start(Job("/x/a.ipynb", "install", ["a"], agreed="0" * 32)) is not job
        server.close()

    asyncio.run(run())


def test_the_same_after_another_change_has_a_turn_of_its_own() -> None:
    """An install, its removal and the install again: the last one counts."""

    async def run() -> None:
        server = Jobs()
        job = server.start(Job("/x/a.ipynb", "install", ["a"]))
        removal = server.start(Job("/x/a.ipynb", "uninstall", ["a"]))
        again = server.start(Job("/x/a.ipynb", "install", ["a"]))
        assert again not in (job, removal)
        assert server.start(Job("/x/a.ipynb", "install", ["a"])) is again
        for each in (job, removal, again):
            await began(each)
            await ended(each, RESULT)
        assert server.at("/x/a.ipynb") is None

    asyncio.run(run())


def test_a_job_that_waits_can_be_stopped_and_follows_its_notebook() -> None:
    async def run() -> None:
        server = Jobs()
        job = server.start(Job("/x/a.ipynb", "install"))
        stopped, moved = (server.start(Job("/x/a.ipynb", verb)) for verb in ("undo", "upgrade"))
        await stopped.stop()
        assert stopped.is_done
        assert (await events(stopped))[-1]["kind"] == "Stopped"
        assert process_of(stopped).calls == []
        await asyncio.sleep(0.05)
        assert moved.is_queued  # the first one is still running
        server.moved("/x/a.ipynb", "/x/b.ipynb")
        await ended(job)
        await began(moved)
        assert process_of(moved).given[0] == "/x/b.ipynb"
        await ended(moved)

    asyncio.run(run())


def test_what_waits_is_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_WAITING", 1)

    async def run() -> None:
        server = Jobs()
        for verb in ("install", "undo"):
            server.start(Job("/x/a.ipynb", verb))
        with pytest.raises(TooManyJobsError):
            server.start(Job("/x/a.ipynb", "upgrade"))
        server.close()

    asyncio.run(run())


def test_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_AT_ONCE", 2)
    monkeypatch.setattr(jobs, "_KEPT", 1)

    async def run() -> None:
        server = Jobs()
        first, second = (server.start(Job(f"/x/{name}.ipynb", "list")) for name in "ab")
        with pytest.raises(TooManyJobsError):
            server.start(Job("/x/c.ipynb", "list"))
        await ended(first)
        await ended(second)
        third = server.start(Job("/x/c.ipynb", "list"))
        await ended(third)
        assert server.get(first.identifier) is None  # forgotten
        assert server.get(second.identifier) is second

    asyncio.run(run())


def test_jobs_follow_renames_and_end_with_what_is_deleted() -> None:
    async def run() -> None:
        server = Jobs()
        job = server.start(Job("/x/folder/a.ipynb", "install"))
        near = server.start(Job("/x/folder2/a.ipynb", "install"))
        server.moved("/x/folder", "/x/other")
        assert (job.notebook, near.notebook) == ("/x/other/a.ipynb", "/x/folder2/a.ipynb")
        assert server.at("/x/other/a.ipynb") is job
        server.deleted("/x/other")
        assert await events(job) == [STOPPED]
        assert process_of(near).calls == []
        server.close()
        assert process_of(near).calls == ["stop", "wait"]
        await events(near)

    asyncio.run(run())
