"""The log of a kernel, passed on without what every kernel writes."""

from __future__ import annotations

import os

import pytest

from nbenv.engine.kernel_log import is_noise, passed_on_stderr

NOISE = [
    "[IPKernelApp] WARNING | Kernel is running over TCP without encryption. All communication",
    "0.00s - Debugger warning: It seems that frozen modules are being used, which may",
    "0.00s - make the debugger miss breakpoints. Please pass -Xfrozen_modules=off",
    "0.00s - to python to disable frozen modules.",
    "0.00s - Note: Debugging will proceed. Set PYDEVD_DISABLE_FILE_VALIDATION=1 to disable this",
    "/x/site-packages/zmq/_future.py:679: RuntimeWarning: ",
    "/x/site-packages/jupyter_client/connect.py:22: DeprecationWarning: odd",
]
REASONS = [
    "[IPKernelApp] ERROR | Exception in message handler:",
    "Traceback (most recent call last):",
    "ModuleNotFoundError: No module named 'zmq'",
    "Kernel died",
    "0.50s - loading the model",
    "/tmp/ipykernel_1/1.py:1: UserWarning: own",
    "/x/site-packages/pandas/core.py:3: FutureWarning: own",
    "",
]


@pytest.mark.parametrize("line", NOISE)
def test_noise(line: str) -> None:
    assert is_noise(line)


@pytest.mark.parametrize("line", REASONS)
def test_reasons(line: str) -> None:
    assert not is_noise(line)


def test_only_the_noise_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with passed_on_stderr() as stream:
        os.write(stream, "\n".join([*NOISE, "  code of the warning", *REASONS]).encode())
    assert capsys.readouterr().err == "\n".join(REASONS)


def test_pieces_are_passed_on_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with passed_on_stderr() as stream:
        for piece in (b"50%\r", b"100%\r", "dön".encode()[:3], "dön".encode()[3:], b"e\n"):
            os.write(stream, piece)
        os.write(stream, NOISE[0][:20].encode())
        os.write(stream, NOISE[0][20:].encode())
    assert capsys.readouterr().err == "50%\r100%\rdöne\n"
