"""A process that waits for its child, where it can do no more; the rest is tested under Wine."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from nbenv.kernel.supervision import windows_child


def test_the_childs_status_is_its_own() -> None:
    before = signal.getsignal(signal.SIGINT)
    code = "import os; raise SystemExit(int(os.environ['STATUS']))"
    status = windows_child.run([sys.executable, "-c", code], {**os.environ, "STATUS": "7"})
    assert status == 7
    with pytest.raises(SystemExit) as end:
        windows_child.end_as(status)
    assert end.value.code == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_is_left_to_the_child() -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGINT)"
    assert windows_child.run([sys.executable, "-c", code], dict(os.environ)) == 0


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        windows_child.run(["/no/such/python"], {})
