"""A command that stops once its standard input is closed."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import signal, subprocess, sys, time
from nbenv.cli.stop_by_input import watch_input
def stop(number, _):
    raise KeyboardInterrupt
signal.signal(signal.SIGTERM, stop)
watch_input()
try:
    subprocess.run([sys.executable, "-c", "import sys; print('read', repr(sys.stdin.read()))"])
    print("here", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("put back", flush=True)
"""


def started(**environ: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )
    assert process.stdout is not None
    return process


def read(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_end_of_its_input_stops_it() -> None:
    process = started(NBENV_STOPPABLE="1")
    assert read(process) == "read ''\n"  # what it starts reads nothing of that
    assert read(process) == "here\n"
    out, _ = process.communicate(timeout=30)
    assert out == "put back\n"


def test_input_is_not_touched_where_nobody_asked() -> None:
    process = started()
    assert process.stdin is not None
    process.stdin.close()
    assert [read(process), read(process)] == ["read ''\n", "here\n"]
    process.kill()
    process.wait()
