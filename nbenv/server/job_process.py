"""Run nbenv's command line as a child of the server, and read its events in a thread.

Not with asyncio: that kills its child processes when the event loop closes, and has none on the
event loop that Jupyter Server uses on Windows.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, TypeAlias

import psutil

from nbenv.core.plain_text import safe
from nbenv.core.python_command import main_command
from nbenv.errors import NbenvError, StoppedError
from nbenv.home import variables
from nbenv.home.kernel_parent import PARENT
from nbenv.home.processes.console import no_window

__all__ = ["Event", "JobProcess"]

Event: TypeAlias = dict[str, object]
"""What a command prints as one JSON line with ``--events``."""

_LONGEST_LINE = 2**26
_NO_RESULT = "nbenv ended without a result."


class JobProcess:
    """The process of one command on one notebook."""

    def __init__(self, notebook: str, verb: str, words: Sequence[str], *, agreed: str = "") -> None:
        self._notebook = notebook
        # Without a digest, a page agreed to nothing: its button alone is no approval.
        own = ["--events", f"--agreed={agreed}", "--notebook", notebook]
        self._words = [verb, *own, *words]
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def events(self) -> Iterator[Event]:
        """Run it; yield its events, last a result or an error, once it has ended."""
        last, why = None, ""
        try:
            with tempfile.TemporaryFile() as errors:
                for event in self._child_events(errors):
                    if event.get("type") in ("result", "error"):
                        last = event  # kept until another job may begin
                    else:
                        yield event
                why = _tail(errors)
        except OSError as error:  # a full disk or process table, for example
            why = str(error)
        yield last or self._without_result(safe(why))

    def _without_result(self, why: str) -> Event:
        error = StoppedError("Stopped.") if self._stopped else NbenvError(_NO_RESULT, why)
        return {"type": "error", **error.parts(), "message": str(error), "status": 1}

    def _child_events(self, errors: IO[bytes]) -> Iterator[Event]:
        process = self._process = self._start(errors)
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
        self._end(process)

    def _start(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        folder = os.path.dirname(self._notebook)
        return subprocess.Popen(
            main_command(sys.executable, "nbenv.cli.main", *self._words),
            stdin=subprocess.PIPE,  # closing it stops the command
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder if os.path.isdir(folder) else None,
            # As a kernel of this server: a front end puts what it records into the document.
            env={
                **os.environ,
                "JPY_SESSION_NAME": self._notebook,
                PARENT: str(os.getpid()),
                "PYTHONIOENCODING": "utf-8",
                variables.STOPPABLE: "1",
            },
            # Control-C in the server's terminal asks whether to shut down, and must stop no job.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | no_window(),
        )

    def stop(self) -> None:
        """Ask it to end, once: it then puts everything back, and must not be disturbed."""
        if not self._stopped and self._process:
            self._end(self._process)
        self._stopped = True

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()

    def kill(self) -> None:
        """End it at once, with what it runs; the next start or change repairs what it leaves."""
        if not self._process or self._process.poll() is not None:
            return
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            for each in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.Error):
                    each.kill()

    def wait(self, seconds: float) -> None:
        """Wait for its end, at most that long."""
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, seconds))


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().decode("utf-8", "replace").strip().splitlines()[-3:])
