"""The edge of the command line: exit statuses, and no traceback whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn

import pytest

from nbenv.cli.commands import COMMANDS
from nbenv.cli.main import main
from nbenv.errors import ApprovalNeededError
from nbenv.progress import Outcome


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


def does(monkeypatch: pytest.MonkeyPatch, result: Outcome | BaseException) -> None:
    """Let ``nbenv envs`` end like that."""

    def perform(_: object) -> Outcome:
        if isinstance(result, Outcome):
            return result
        raise result

    monkeypatch.setitem(COMMANDS, "envs", replace(COMMANDS["envs"], perform=perform))


def _wrapped() -> RuntimeError:
    """Return an interrupt as older Pythons have it from the making of a class."""
    error = RuntimeError("Error calling __set_name__")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize(
    ("result", "status", "message"),
    [
        (Outcome("Done."), 0, ""),
        (Outcome("Bad news.", failed=True), 1, ""),
        (ApprovalNeededError("Not yet."), 3, "Not yet."),
        (_wrapped(), 1, "Stopped.\nThe notebook and its environment are unchanged."),
        (KeyboardInterrupt(), 1, "Stopped.\nThe notebook and its environment are unchanged."),
        (OSError(28, "No space left on device", "/x"), 1,
         "The operating system reported an error: No space left on device (/x)."),
        (ValueError("oh"), 1, "nbenv failed unexpectedly: ValueError: oh."),
    ],
)  # fmt: skip
def test_exit_statuses(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    result: Outcome | BaseException,
    status: int,
    message: str,
) -> None:
    does(monkeypatch, result)
    assert main(["envs"]) == status
    out, err = capsys.readouterr()
    assert err.startswith(message)
    assert bool(err) == bool(message)
    assert bool(out) == isinstance(result, Outcome)
    assert "Traceback" not in err


def test_wrong_usage_and_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: nbenv COMMAND" in err
    assert main(["frobnicate"]) == 2


def test_a_debugged_bug_shows_its_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBENV_DEBUG", "1")
    does(monkeypatch, ValueError("oh"))
    main(["envs"])
    assert "Traceback" in capsys.readouterr().err


def test_a_request_to_end_stops_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def perform(_: object) -> NoReturn:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("was not stopped")

    monkeypatch.setitem(COMMANDS, "envs", replace(COMMANDS["envs"], perform=perform))
    assert main(["envs"]) == 1
    assert capsys.readouterr().err.startswith("Stopped.")


@pytest.mark.skipif(os.name != "posix", reason="is about a closed pipe")
def test_a_reader_may_leave() -> None:
    """As in ``nbenv list | head -1``."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "nbenv", "envs"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


_INTERRUPTED = """
import os, signal, sys

class Attribute:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGINT)

class Finder:
    def find_spec(self, name, *_):
        if name == "nbenv.cli.main":
            type("Interrupted", (), {"attribute": Attribute()})

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
sys.meta_path.insert(0, Finder())
from nbenv.__main__ import main
sys.exit(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="is about a signal")
def test_an_interrupt_while_loading_leaves_no_traceback() -> None:
    command = [sys.executable, "-c", _INTERRUPTED, "envs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Stopped.\n")


def test_an_ignored_interrupt_stays_ignored() -> None:
    code = (
        "import signal; from nbenv.__main__ import main; "
        "signal.signal(signal.SIGINT, signal.SIG_IGN); main(); "
        "assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN"
    )
    subprocess.run([sys.executable, "-c", code, "envs"], capture_output=True, check=True)
