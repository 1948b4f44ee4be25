"""Adopt notebooks in processes of their own, several at the same time.

A process adopts one notebook after the other. It is what an interrupt stops: the change that it is
in puts everything back, as in a command of its own.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from nbenv.core.lock import Lock
from nbenv.core.python_command import main_command
from nbenv.engine.document import NotebookRef
from nbenv.errors import NbenvError, StoppedError
from nbenv.home.processes.console import no_window
from nbenv.home.surroundings import shield_process
from nbenv.operations.adoption.examined import AdoptOptions
from nbenv.operations.adoption.goal import SharedVersions
from nbenv.progress import Progress, drain

__all__ = ["Answer", "Processes", "Task"]

_PATIENCE = 60
"""Seconds that a stopped process may take to put everything back."""


@dataclass(frozen=True)
class Task:
    """A notebook to adopt: `agreed` is the digest of what was shown of it."""

    notebook: str
    root: str
    agreed: str
    options: AdoptOptions
    versions: SharedVersions | None = None

    def to_json(self) -> str:
        """Return the task as a line of text."""
        return json.dumps(
            {**vars(self), "options": asdict(self.options), "versions": _plain(self.versions)}
        )

    @classmethod
    def from_json(cls, text: str) -> Task:
        """Read a line that `to_json` made."""
        found = json.loads(text)
        shared = found["versions"]
        versions = None
        if shared:
            lock = Lock.from_lines(shared["lock"], shared["source"])
            versions = SharedVersions(shared["python"], lock, shared["day"])
        return cls(**{**found, "options": AdoptOptions(**found["options"]), "versions": versions})


def _plain(versions: SharedVersions | None) -> dict[str, object] | None:
    if versions is None:
        return None
    lock = versions.lock
    return {
        "python": versions.python,
        "lock": lock.lines(),
        "source": lock.source(),
        "day": versions.day,
    }


@dataclass(frozen=True)
class Answer:
    """The end of a task: what ``adopt --json`` prints, or else the parts of an error."""

    notebook: str
    data: Mapping[str, object] | None = None
    error: Mapping[str, object] | None = None
    message: str = ""


class Processes:
    """The processes of one command, which threads give tasks to."""

    def __init__(self) -> None:
        self._idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()
        self._is_stopped = False

    def adopt(self, task: Task, on_progress: Callable[[str], None]) -> Answer:
        """Adopt one notebook in an idle process, or in a new one; return once that has ended."""
        process = self._process()
        if process is None:
            return Answer(task.notebook, error=StoppedError("Stopped.").parts(), message="Stopped.")
        try:
            answer = _follow(process, task, on_progress)
        except (OSError, ValueError):
            answer = None
        if answer is None:
            status = process.wait()
            error = NbenvError(f"The process that adopted it ended with status {status}.")
            return Answer(task.notebook, error=error.parts(), message=str(error))
        self._idle.put(process)
        return answer

    def _process(self) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._is_stopped:
                return None
            try:
                return self._idle.get_nowait()
            except queue.Empty:
                command = main_command(sys.executable, __name__)
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    encoding="utf-8",
                    start_new_session=True,  # a terminal's Ctrl-C is for us; see `stop`
                    creationflags=no_window(),
                )
                self._all.append(process)
                return process

    def stop(self) -> None:
        """Stop them, and wait until each has put back what it was changing."""
        with self._lock:
            self._is_stopped = True
        for process in self._all:
            process.terminate()
        for process in self._all:
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()

    def close(self) -> None:
        """Let them end, once they have nothing more to do."""
        for process in self._all:
            if process.stdin:
                process.stdin.close()
        for process in self._all:
            process.wait()


def _follow(
    process: subprocess.Popen[str], task: Task, on_progress: Callable[[str], None]
) -> Answer | None:
    """Give a process a task and read its lines; return None if it ends without an answer."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{task.to_json()}\n")
    process.stdin.flush()
    for line in process.stdout:
        found = json.loads(line)
        if "progress" not in found:
            return Answer(task.notebook, **found)
        on_progress(found["progress"])
    return None


# -- one of the processes


def main() -> int:
    """Adopt the notebooks that standard input names, one a line; answer each in a line."""
    shield_process()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a change then puts everything back
    # What anything else prints must not stand among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # See `nbenv.__main__`.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        for answer in _answers(sys.stdin, answers):
            _write(answers, answer)
    except (KeyboardInterrupt, BrokenPipeError):
        return 1
    return 0


def _write(answers: IO[str], value: Mapping[str, object]) -> None:
    answers.write(f"{json.dumps(value)}\n")
    answers.flush()


def _answers(tasks: IO[str], answers: IO[str]) -> Iterator[Mapping[str, object]]:
    from nbenv.operations.adoption.adopt import Shared, adopt  # slow to import

    def on_progress(progress: Progress) -> None:
        _write(answers, {"progress": progress.message})

    for line in tasks:
        task = Task.from_json(line)
        shared = Shared(Path(task.root), task.versions)
        steps = adopt(NotebookRef(task.notebook), task.options, task.agreed, shared)
        try:
            yield {"data": drain(steps, on_progress).data}
        except StoppedError:
            raise KeyboardInterrupt from None
        except NbenvError as error:
            yield {"error": error.parts(), "message": str(error)}
        except Exception as error:  # the next notebook must not suffer from this one
            bug = NbenvError(f"nbenv failed unexpectedly: {type(error).__name__}: {error}.")
            yield {"error": bug.parts(), "message": str(bug)}


if __name__ == "__main__":
    raise SystemExit(main())
