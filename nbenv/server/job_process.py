"""nbenv's command line as a child of the server, read by a thread.

Not by asyncio: its child processes are killed, not ended, when the event loop closes, and do not
exist on the event loop that Jupyter Server uses on Windows (which was never run).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

import psutil

from nbenv.errors import NbenvError, StoppedError

__all__ = ["Event", "JobProcess"]

Event = dict[str, object]

_COMMAND = (
    "import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; "  # the notebook's folder
    "from nbenv.cli.main import main; sys.exit(main())"
)
_LONGEST_LINE = 2**26
_NO_RESULT = "nbenv ended without a result."


class JobProcess:
    """One verb on one notebook."""

    def __init__(self, notebook: str, verb: str, words: Sequence[str]) -> None:
        self._notebook = notebook
        self._words = [verb, "--events", "--notebook", notebook, *words]
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def events(self) -> Iterator[Event]:
        """Run it; yield what it says, last a result or an error, once it has ended."""
        last, why = None, ""
        with tempfile.TemporaryFile() as errors:
            try:
                for event in self._said(errors):
                    if event.get("type") in ("result", "error"):
                        last = event  # told when another job may begin
                    else:
                        yield event
            except OSError as error:
                why = str(error)
            yield last or self._without_result(why or _tail(errors))

    def _without_result(self, why: str) -> Event:
        error = StoppedError("Stopped.") if self._stopped else NbenvError(_NO_RESULT, why)
        return {"type": "error", **error.parts(), "message": str(error), "status": 1}

    def _said(self, errors: IO[bytes]) -> Iterator[Event]:
        process = self._process = self._begun(errors)
        if self._stopped:
            self._end(process)
        assert process.stdout is not None
        with process.stdout:
            while line := process.stdout.readline(_LONGEST_LINE):
                with contextlib.suppress(ValueError):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        yield event
        process.wait()

    def _begun(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        folder = os.path.dirname(self._notebook)
        return subprocess.Popen(
            [sys.executable, "-c", _COMMAND, *self._words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder if os.path.isdir(folder) else None,
            # As a kernel of this server's: what it records is put into the document by a front end.
            env={
                **os.environ,
                "JPY_SESSION_NAME": self._notebook,
                "JPY_PARENT_PID": str(os.getpid()),
                "PYTHONIOENCODING": "utf-8",
            },
            # Control-C in the server's terminal asks whether to shut down; it must stop no job.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def stop(self) -> None:
        """Tell it to end, once: it puts everything back, and must not be disturbed in that."""
        if not self._stopped and self._process:
            self._end(self._process)
        self._stopped = True

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            with contextlib.suppress(OSError):
                process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))

    def kill(self) -> None:
        """End it at once, and what it runs: the next start or change mends what it leaves."""
        if not self._process or self._process.poll() is not None:
            return
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            for each in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.Error):
                    each.kill()

    def wait(self, seconds: float) -> None:
        """Wait for its end, so long at most."""
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, seconds))


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().decode("utf-8", "replace").strip().splitlines()[-3:])
