"""Builds of starting kernels, as their reports show them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from nbenv.home import paths
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server import kernel_builds
from nbenv.server.kernel_builds import KernelBuild
from tests.unit.server.conftest import LAUNCHER, Start

STEP = {"type": "progress", "phase": "install", "message": "Installing…"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_builds, "_LOOK", 0.01)
    monkeypatch.setattr(kernel_builds, "_QUIET", 3)


@pytest.fixture
def build(notebook: Path) -> KernelBuild:
    return KernelBuild(str(notebook))


def report(build: KernelBuild, *events: Any) -> Path:
    """Write what a starting kernel reports."""
    path = Path(paths.progress_path(paths.key(build.notebook)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    return path


def started(process: int) -> dict[str, object]:
    """Return the first line of a report, as the launcher with that number writes it."""
    identity = ProcessIdentity.of(process)
    assert identity is not None
    return {"type": "started", **identity.to_dict()}


def test_no_report_no_build(build: KernelBuild) -> None:
    assert not build.is_running
    assert build.about == {
        "id": f"build-{paths.key(build.notebook)}", "verb": "build", "words": [], "done": True
    }  # fmt: skip


def test_the_launcher_that_reports_is_running(build: KernelBuild, start: Start) -> None:
    process = start(LAUNCHER)
    report(build, started(process.pid))
    assert build.process == process.pid
    assert build.about["done"] is False
    process.kill()
    process.wait()
    assert not build.is_running  # a killed one leaves its report


def test_another_process_of_the_same_number_is_not_it(build: KernelBuild, start: Start) -> None:
    report(build, started(start("something else").pid))
    assert not build.is_running
    line = started(start(LAUNCHER).pid)
    report(build, {**line, "created": float(str(line["created"])) - 60})
    assert not build.is_running
    report(build, {"type": "started", "process": line["process"]})  # of a former version
    assert not build.is_running


@pytest.mark.parametrize("text", ["", "{", "[]\n", '{"process": "1"}\n', '{"process": 0}\n'])
def test_a_report_that_cannot_be_read(build: KernelBuild, text: str) -> None:
    report(build).write_text(text, encoding="utf-8")
    assert not build.is_running


async def followed(build: KernelBuild, first: int) -> list[Any]:
    return [event async for event in build.follow(first)]


def test_a_report_is_followed_to_its_end(build: KernelBuild, start: Start) -> None:
    process = start(LAUNCHER)
    first = started(process.pid)
    path = report(build, first, STEP)

    async def run() -> list[Any]:
        following = asyncio.create_task(followed(build, 1))
        await asyncio.sleep(0.2)  # it is quiet
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**STEP, "phase": "é"})[:20])  # half a line
            file.flush()
            await asyncio.sleep(0.1)
            file.write(json.dumps({**STEP, "phase": "é"})[20:] + "\n")
        await asyncio.sleep(0.1)
        process.kill()
        process.wait()
        return await following

    found = asyncio.run(run())
    assert found[0] == STEP
    assert [event for event in found[1:] if event] == [
        {**STEP, "phase": "é"},
        {"type": "result", "summary": ""},
    ]
    assert None in found


@pytest.mark.skipif(os.name == "nt", reason="only the kernel's manager can interrupt it there")
def test_a_stop_interrupts_the_kernel(build: KernelBuild, start: Start) -> None:
    process = start(LAUNCHER)
    report(build, started(process.pid))
    began = time.monotonic()
    asyncio.run(build.stop())
    assert time.monotonic() - began < 10
    assert process.wait() == -signal.SIGINT
    asyncio.run(build.stop())  # nothing is left to stop
