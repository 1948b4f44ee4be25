"""One change of an environment at a time, also after one was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbenv.errors import BrokenEnvironmentError
from nbenv.home.locks import is_locked, locked, unwritable

HOLD = "import sys; from nbenv.home.locks import locked; c = locked('one'); c.__enter__(); "


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the lock, from when it says so until it is told to end."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("held")
        yield child
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()


def test_a_lock_is_of_one_environment() -> None:
    assert not is_locked("one")
    with locked("one"):
        assert is_locked("one")
        assert not is_locked("two")
    assert not is_locked("one")


def test_asking_creates_nothing(home: Path) -> None:
    assert not is_locked("one")
    assert not home.exists()


def test_another_process_waits_for_its_end() -> None:
    with process("print('held', flush=True); sys.stdin.read()") as child:
        assert is_locked("one")
        got = threading.Event()

        def wait() -> None:
            with locked("one"):
                got.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert not got.wait(0.2)
        assert child.stdin is not None
        child.stdin.close()
        assert got.wait(30)
        thread.join()


@pytest.mark.skipif(os.name != "posix", reason="Windows ends locks with the process")
def test_an_orphaned_installer_keeps_the_lock() -> None:
    code = (
        "import subprocess; i = subprocess.Popen(['cat'], stdin=sys.stdin, close_fds=False); "
        "print('held', i.pid, flush=True); import os; os._exit(1)"
    )
    with process(code) as child:
        child.wait()
        assert is_locked("one")
        assert child.stdin is not None
        child.stdin.close()  # which ends the orphan
        with locked("one"):
            pass
    assert not is_locked("one")


def test_a_home_that_cannot_be_written(home: Path) -> None:
    home.write_text("a file where the folder would be", encoding="utf-8")
    with pytest.raises(BrokenEnvironmentError, match="cannot write"), locked("one"):
        pytest.fail("it was locked")


def test_the_message_names_the_folder_and_the_setting(home: Path) -> None:
    message = str(unwritable(PermissionError(13, "Permission denied")))
    assert str(home) in message
    assert "NBENV_HOME" in message
