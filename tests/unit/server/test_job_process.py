"""A command as a child process: its events, its end, and how it is stopped."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from nbenv.server import job_process
from nbenv.server.job_process import JobProcess
from tests.support.processes import all_end

RESULT = {"type": "result", "summary": "Done."}
STEP = {"type": "progress", "message": "é"}


@pytest.fixture
def job(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what makes the process of a command that is this program."""

    def make(program: str, *words: str) -> JobProcess:
        watch = "from nbenv.cli.stop_by_input import watch_input; watch_input()"
        code = f"import json, os, sys, time\n{watch}\n{program}"
        monkeypatch.setattr(
            job_process, "main_command", lambda python, _, *words: [python, "-c", code, *words]
        )
        return JobProcess(str(notebook), "install", words)

    return make


def printing(*events: object) -> str:
    return "".join(f"print({json.dumps(event)!r}, flush=True)\n" for event in events)


def test_the_result_comes_last(job: Any) -> None:
    program = printing(RESULT, STEP) + "print('noise'); print('[1]')"
    assert list(job(program).events()) == [STEP, RESULT]


def test_it_runs_as_a_kernel_of_this_server_would(job: Any, notebook: Path) -> None:
    program = (
        "print(json.dumps({'type': 'result', 'words': sys.argv[1:], 'folder': os.getcwd(),"
        " 'names': [os.environ[n] for n in ('JPY_SESSION_NAME', 'JPY_PARENT_PID')]}))"
    )
    [found] = job(program, "a").events()
    assert found["words"] == [
        "install", "--events", "--agreed=", "--notebook", str(notebook), "a",
    ]  # fmt: skip
    assert found["folder"] == str(notebook.parent)
    assert found["names"] == [str(notebook), str(os.getpid())]


def test_without_a_result_it_failed(job: Any) -> None:
    program = printing(STEP) + "sys.exit('\\n'.join(['hidden', 'one', 'two', 'three']))"
    *_, last = job(program).events()
    assert (last["type"], last["what"]) == ("error", "nbenv ended without a result.")
    assert last["why"] == "one\ntwo\nthree"


def test_a_python_that_is_gone_is_an_error(job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    [last] = job("").events()
    assert "/no/such/python" in last["why"]


def test_a_stop_lets_it_put_everything_back(job: Any) -> None:
    stopped = {"type": "error", "kind": "Stopped"}
    program = (
        "import signal\n"
        "def stop(*_):\n"
        "    raise KeyboardInterrupt\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        f"try:\n    {printing(STEP).strip()}\n    time.sleep(60)\n"
        f"except KeyboardInterrupt:\n    {printing(stopped).strip()}\n"
    )
    process = job(program)
    events = process.events()
    assert next(events) == STEP
    process.stop()
    process.stop()  # once is enough
    assert list(events) == [stopped]


def test_stopped_before_it_says_so(job: Any) -> None:
    process = job(printing(STEP) + "time.sleep(60)")
    events = process.events()
    next(events)
    process.stop()
    [last] = events
    assert (last["kind"], last["message"]) == ("Stopped", "Stopped.")


def test_stopped_before_its_start_it_ends_at_once(job: Any) -> None:
    process = job("time.sleep(60)")
    process.stop()
    [last] = process.events()
    assert last["kind"] == "Stopped"


def test_killed_with_all_that_it_runs(job: Any) -> None:
    child = "import subprocess; c = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)\n"
    process = job(child + "print(json.dumps({'type': 'x', 'child': c.pid}), flush=True); c.wait()")
    process.kill()  # nothing runs yet
    events = process.events()
    child_process = psutil.Process(next(events)["child"])
    reader = threading.Thread(target=list, args=(events,))
    reader.start()
    process.kill()
    process.wait(10)
    reader.join(10)
    assert not reader.is_alive()
    assert all_end(child_process)
