"""A process is known by more than its number: two that had the same one are told apart."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nbenv.home import process_identity
from nbenv.home.process_identity import ProcessIdentity


@pytest.fixture
def ended() -> ProcessIdentity:
    """Return the identity of a process that has ended, and was waited for."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = ProcessIdentity.of(process.pid)
    process.communicate()
    assert identity is not None
    return identity


def test_this_process_is_running() -> None:
    own = ProcessIdentity.own()
    assert (own.pid, own.is_running, own.is_dead, own.is_here) == (os.getpid(), True, False, True)
    found = ProcessIdentity.of(os.getpid())
    assert found is not None
    assert found.to_dict() == own.to_dict()


def test_an_ended_process_is_dead(ended: ProcessIdentity) -> None:
    assert (ended.is_running, ended.is_dead) == (False, True)
    assert ProcessIdentity.of(ended.pid) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_and_a_zombie() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    identity = ProcessIdentity.of(child)
    assert identity is not None
    assert identity.is_running
    assert identity.token() != ProcessIdentity.own().token()
    os.close(writing)  # it ends, and stays as a zombie until it is waited for
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert identity.is_dead
    os.waitpid(child, 0)


@pytest.mark.parametrize("seconds", [-3600, -1.5, 1.5, 3600])
def test_a_number_that_was_given_again_is_another_process(seconds: float) -> None:
    own = ProcessIdentity.own()
    former = ProcessIdentity(own.pid, own.created + seconds, own.machine)
    assert (former.is_running, former.is_dead) == (False, True)


def test_nobody_knows_of_a_process_on_another_machine() -> None:
    own = ProcessIdentity.own()
    other = ProcessIdentity(own.pid, own.created, "another")
    assert (other.is_here, other.is_running, other.is_dead) == (False, False, False)


def test_an_identity_goes_into_a_note_and_a_name(ended: ProcessIdentity) -> None:
    for identity in (ended, ProcessIdentity.own()):
        for again in (
            ProcessIdentity.from_dict({"more": 1, **identity.to_dict()}),
            ProcessIdentity.from_token(identity.token()),
        ):
            assert again is not None
            assert again.to_dict() == pytest.approx(identity.to_dict(), abs=0.01)
            assert again.is_running == identity.is_running


@pytest.mark.parametrize(
    "note",
    [
        None, [], {}, {"process": 7}, {"process": 7, "created": 1.0}, {"created": 1, "machine": ""},
        {"process": "7", "created": 1.0, "machine": ""},
        {"process": 7, "created": "1", "machine": ""},
        {"process": 7, "created": True, "machine": ""},
        {"process": -7, "created": 1.0, "machine": ""},
        {"process": 7.0, "created": 1.0, "machine": ""},
    ],
)  # fmt: skip
def test_a_note_without_a_whole_identity_is_of_nobody(note: object) -> None:
    assert ProcessIdentity.from_dict(note) is None


@pytest.mark.parametrize("token", ["", "7", "7-", "a-b-c", "7-xy-z", "0-1-z", "7-1-z-more"])
def test_another_name_is_of_nobody(token: str) -> None:
    assert ProcessIdentity.from_token(token) is None


@pytest.mark.parametrize("pid", [2**22 + 1, 2**31, 2**70])
def test_a_number_that_no_process_has(pid: int) -> None:
    assert ProcessIdentity.of(pid) is None


def test_the_name_of_a_process_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import ctypes; ctypes.CDLL(None).prctl(15, b') R 1 2 (', 0, 0, 0); print(flush=True);"
        "input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    before = ProcessIdentity.of(process.pid)
    process.stdout.readline()
    assert before is not None
    assert before.is_running
    process.communicate(b"\n")


def test_it_reads_as_its_name() -> None:
    assert ProcessIdentity.own().token() in repr(ProcessIdentity.own())


def test_the_creation_time_is_the_systems() -> None:
    import time

    import psutil

    if sys.platform == "linux":
        since_start = time.clock_gettime(time.CLOCK_BOOTTIME)
        age = since_start - ProcessIdentity.own().created
    else:
        age = time.time() - ProcessIdentity.own().created
    assert age == pytest.approx(time.time() - psutil.Process().create_time(), abs=5)
    assert process_identity._created(os.getpid()) == ProcessIdentity.own().created
