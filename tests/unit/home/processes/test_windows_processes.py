"""Child processes on Windows; what these do there is tested under Wine (tests/wine)."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from nbenv.home.processes import windows_processes
from nbenv.home.processes.windows_processes import end_with_us


@pytest.mark.skipif(sys.platform == "win32", reason="there it does something")
def test_elsewhere_nothing_is_done() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    with end_with_us(process):
        pass
    assert process.wait() == 0


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="sizes of 64-bit Windows")
def test_the_structures_are_as_large_as_those_of_windows() -> None:
    assert ctypes.sizeof(windows_processes._BasicLimits) == 64
    assert ctypes.sizeof(windows_processes._ExtendedLimits) == 144
