"""A process that stands for its child: signals, its end, and the end of both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests.support.processes import all_end, is_alive

CODE = (
    "import os, sys; from nbenv.kernel.supervision import posix_child; "
    "posix_child.end_as(posix_child.run([sys.executable, '-c', sys.argv[1]], dict(os.environ)))"
)
WAITS = "import time; print('here', flush=True); time.sleep(60)"
SAYS = (
    "import signal, time; heard = []; signal.signal(signal.SIG{0}, lambda *_: heard.append(1))\n"
    "print('here', flush=True)\nwhile not heard: time.sleep(0.01)\n"
    "time.sleep(0.3); print(len(heard), flush=True)"
)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="for POSIX")


def started(code: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def test_it_ends_as_its_child_does() -> None:
    process = started("print('here', flush=True); raise SystemExit(7)")
    assert process.wait(30) == 7
    process = started("import os; print('here', flush=True); os.kill(os.getpid(), 15)")
    assert process.wait(30) == -15
    process = started("import os; print('here', flush=True); os.kill(os.getpid(), 9)")
    assert process.wait(30) == -9


@pytest.mark.parametrize("name", ["INT", "TERM", "USR1"])
@pytest.mark.parametrize("to_group", [False, True])
def test_a_signal_reaches_the_child_once(name: str, to_group: bool) -> None:
    process = started(SAYS.format(name))
    send = os.killpg if to_group else os.kill
    send(process.pid, getattr(signal, f"SIG{name}"))
    out, _ = process.communicate(timeout=30)
    assert out == "1\n"


@pytest.mark.parametrize("to_group", [False, True])
def test_killed_it_leaves_nothing(to_group: bool) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '60']); " + WAITS
    process = started(code)
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) >= 3  # the guard, the child and what that started
    (os.killpg if to_group else os.kill)(process.pid, signal.SIGKILL)
    process.wait(30)
    assert all_end(*below)


def test_what_the_child_leaves_running_goes_on() -> None:
    process = started(
        "import subprocess; "
        "child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL); "
        "print('here', flush=True); print(child.pid, flush=True)"
    )
    assert process.wait(30) == 0
    assert process.stdout is not None
    left = psutil.Process(int(process.stdout.read()))
    assert is_alive(left)
    left.kill()
