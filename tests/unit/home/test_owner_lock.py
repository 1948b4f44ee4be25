"""Locks where the file system has none: one owner at a time, and none that is dead."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.home import owner_lock, paths
from nbenv.home.locks import is_locked, locked
from nbenv.home.owner_lock import has_owner, is_unsupported, owned
from nbenv.home.process_identity import ProcessIdentity

OWN = ProcessIdentity.own()
HOLD = """
import errno, fcntl, sys
def flock(*_): raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = flock
from nbenv.home.locks import locked
with locked("one"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["ENOLCK", "EOPNOTSUPP", "ENOSYS"])
def no_flock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(getattr(errno, request.param), "as on a network drive")

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.fixture
def lock(tmp_path: Path) -> str:
    return str(tmp_path / "one.owner")


def left(lock: str, **other: object) -> None:
    Path(lock).write_text(json.dumps({**OWN.to_dict(), **other}), encoding="utf-8")


@pytest.fixture
def holder(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a process that holds the lock ``one``."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_home_without_flock_is_locked_all_the_same(home: Path, no_flock: None) -> None:
    assert not is_locked("one")
    with locked("one"):
        assert is_locked("one")
        assert not is_locked("two")
    assert not is_locked("one")
    assert not list(home.glob("locks/*.owner*"))


def test_another_process_is_waited_for(
    holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    got = threading.Event()

    def wait() -> None:
        with owned(os.path.join(paths.home(), "locks", "one.owner")):
            got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not got.wait(0.3)
    holder.communicate("")
    assert got.wait(10)
    thread.join()


def test_the_lock_of_a_killed_process_is_taken_over(
    holder: subprocess.Popen[str], no_flock: None
) -> None:
    assert is_locked("one")
    holder.kill()
    holder.wait()
    assert not is_locked("one")
    start = time.monotonic()
    with locked("one"):
        assert is_locked("one")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_recycled_number_holds_nothing(lock: str, seconds: float) -> None:
    left(lock, created=OWN.created + seconds)
    assert not has_owner(lock)
    with owned(lock):
        assert has_owner(lock)
    assert not os.path.exists(lock)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"process": 1}', None])
def test_a_silent_owner_elsewhere_is_taken_over(
    lock: str, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is None:
        left(lock, machine="another")
    else:
        Path(lock).write_text(text, encoding="utf-8")
    assert has_owner(lock)
    monkeypatch.setattr(owner_lock, "_SILENCE", 0.3)
    start = time.monotonic()
    with owned(lock):
        assert 0.3 < time.monotonic() - start < 5
    os.utime(lock, (0, 0)) if os.path.exists(lock) else None
    assert not has_owner(lock)


def test_an_owner_elsewhere_that_is_not_silent_is_waited_for(
    lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(lock, machine="another")
    monkeypatch.setattr(owner_lock, "_SILENCE", 0.4)
    got = threading.Event()

    def wait() -> None:
        with owned(lock):
            got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    for _ in range(10):
        assert not got.wait(0.1)
        os.utime(lock)
    os.unlink(lock)  # released
    assert got.wait(5)
    thread.join()


def test_the_owner_touches_its_lock(lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_lock, "_BEAT", 0.05)
    with owned(lock):
        os.utime(lock, (0, 0))
        time.sleep(0.3)
        assert os.stat(lock).st_mtime > 0


def test_one_at_a_time(lock: str) -> None:
    left(lock, created=OWN.created - 60)  # and all find a dead owner first
    inside, most = [0], [0]

    def work() -> None:
        with owned(lock):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [1]


def test_other_errors_are_errors() -> None:
    assert not is_unsupported(PermissionError(errno.EACCES, "no"))
    assert is_unsupported(OSError(errno.ENOTSUP, "no"))
