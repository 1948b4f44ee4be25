"""Processes that the agent on a worker starts, and those that it starts again."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.workers.conftest import WORKERS

KEY, BUNDLE = "nbenv-test", "ab" * 20


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The agent as it is in a worker: behind the source of `nbenv_places`."""
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(tmp_path / "cache"))
    found: Any = ModuleType("_nbenv_test_agent")
    for name in ("nbenv_places.py", "nbenv_agent.py"):
        source = (WORKERS / "worker" / name).read_text(encoding="utf-8")
        exec(compile(source, name, "exec"), vars(found))
    shutil.copytree(WORKERS / "worker", found._folder(BUNDLE))
    yield found
    found.end(KEY)


@pytest.fixture
def starts(agent: Any, tmp_path: Path) -> Callable[[str], Callable[[], int]]:
    """Return a function that has a program kept running, and counts its starts."""

    def keep(code: str) -> Callable[[], int]:
        log = tmp_path / "starts"
        noted = f"import sys, time; open({str(log)!r}, 'a').write('x'); {code}"
        agent.begin(KEY, BUNDLE, sys.executable, ["-c", noted], again=True)
        return lambda: len(log.read_text()) if log.exists() else 0

    return keep


def settled(count: Callable[[], int], *, pause: float = 1.5) -> int:
    """Return a number once it has stayed the same for some seconds."""
    seen, since = count(), time.monotonic()
    end = since + 30
    while time.monotonic() - since < pause:
        assert time.monotonic() < end, f"it still grows: {seen}"
        time.sleep(0.05)
        if count() != seen:
            seen, since = count(), time.monotonic()
    return seen


def test_a_process_that_fails_at_once_is_given_up(
    starts: Callable[[str], Callable[[], int]], agent: Any
) -> None:
    count = starts("sys.exit('no such machine')")
    assert settled(count) == 3
    assert "no such machine" in agent.state(KEY)["error"]


def test_a_process_that_takes_long_to_fail_is_given_up_too(
    starts: Callable[[str], Callable[[], int]], agent: Any
) -> None:
    agent._SHORT = 1.0  # three such lives are longer than that together
    count = starts("time.sleep(.5); sys.exit(1)")
    assert settled(count) == 3


def test_a_process_that_ends_well_is_not_started_again(
    starts: Callable[[str], Callable[[], int]],
) -> None:
    assert settled(starts("pass")) == 1


def test_a_process_that_is_killed_after_a_long_life_is_started_again(
    starts: Callable[[str], Callable[[], int]], agent: Any
) -> None:
    agent._SHORT = 0.0
    count = starts("time.sleep(60)")
    for number in range(1, 6):
        end = time.monotonic() + 20
        while count() < number:
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(agent.process(KEY), signal.SIGKILL)


def sent(agent: Any, content: bytes, who: str) -> list[dict[str, Any]]:
    """Return the calls that send a bundle in two parts."""
    name, half = hashlib.sha256(content).hexdigest()[:32], len(content) // 2
    parts = (content[:half], content[half:])
    return [
        {"bundle": name, "data": data, "who": who, "is_first": not n, "is_last": bool(n)}
        for n, data in enumerate(parts)
    ]


def test_two_kernels_send_the_same_bundle_at_once(agent: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", "{}")
    one, two = (sent(agent, buffer.getvalue(), who) for who in "ab")
    assert agent.place(**one[0]) is True  # and is interrupted
    assert agent.place(**one[0]) is True
    assert agent.place(**two[0]) is True
    assert not agent.has(one[0]["bundle"])
    assert agent.place(**one[1]) is True
    assert agent.place(**two[1]) is True
    assert agent.has(one[0]["bundle"])
    assert not agent._data
    lost = sent(agent, b"x" * 10, "c")[1]
    assert "did not arrive" in agent.place(**lost)["error"]
    assert not agent.has(lost["bundle"])


def test_parts_of_a_bundle_that_nobody_goes_on_sending_are_forgotten(agent: Any) -> None:
    agent.place(**sent(agent, b"x" * 10, "a")[0])
    agent._ABANDONED = -1.0
    agent.place(**sent(agent, b"y" * 10, "b")[0])
    assert [who for who, _ in agent._data] == ["b"]


def test_a_build_goes_on_as_long_as_one_kernel_waits_for_it(agent: Any) -> None:
    waits = Path(agent._folder(BUNDLE), "nbenv_worker.py")
    waits.write_text(
        "import time\ndef there(path): return None\nif __name__ == '__main__': time.sleep(60)"
    )
    for who in "ab":
        agent.make(BUNDLE, who)
    agent.cancel(BUNDLE, "a")
    time.sleep(0.5)
    assert agent.made(BUNDLE) is None
    agent.cancel(BUNDLE, "b")
    end = time.monotonic() + 20
    while agent.made(BUNDLE) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "ended with status" in agent.made(BUNDLE)["error"]


def test_a_process_that_was_stopped_is_not_started_again(
    starts: Callable[[str], Callable[[], int]], agent: Any
) -> None:
    count = starts("time.sleep(60)")
    while not count():
        time.sleep(0.02)
    agent.end(KEY)
    assert settled(count) == 1


def test_what_makes_an_environment_knows_what_its_worker_has_imported(
    agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("engine.core")
    module.__file__ = os.path.join("lib", "site-packages", "engine", "core.py")
    monkeypatch.setitem(sys.modules, "engine.core", module)
    code = "import json, os; print(json.dumps(os.environ['_NBENV_WORKER_IMPORTED'].split(':')))"
    agent._builds[BUNDLE] = build = agent._Build([sys.executable, "-c", code])
    build.process.wait(60)
    assert os.path.join("engine", "core.py") in agent.made(BUNDLE)
