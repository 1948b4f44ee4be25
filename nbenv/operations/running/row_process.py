"""Processes that run a notebook with the parameters of one row each.

A run changes what belongs to a process, such as its standard error, so two cannot share one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbenv.core.python_command import main_command
from nbenv.core.typed.declared_parameters import declared
from nbenv.core.typed.parameters import carried, typed
from nbenv.errors import NbenvError
from nbenv.home.processes.console import no_window
from nbenv.home.scratch import scratch_folder
from nbenv.home.surroundings import shield_process
from nbenv.notebook.cells import cells_of, read_notebook
from nbenv.notebook.recorded_values import recorded_values
from nbenv.progress import drain

__all__ = ["RowProcesses", "values_in"]


class RowProcesses:
    """The processes that run now; `stop` ends them all, and keeps others from being started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._is_stopped = False

    def run(self, notebook: str, out: str, values: Mapping[str, object]) -> dict[str, Any]:
        """Run a notebook; return ``status``, ``error``, ``seconds`` and ``values``.

        Parameters
        ----------
        notebook
            Its path.
        out
            The file for the executed notebook.
        values
            Its parameters.
        """
        begun = time.monotonic()
        Path(out).unlink(missing_ok=True)
        error = self._error_of_run(notebook, out, values)
        return {
            "status": "failed" if error else "done",
            "error": error,
            "seconds": round(time.monotonic() - begun, 2),
            "values": values_in(out),
        }

    def _error_of_run(self, notebook: str, out: str, values: Mapping[str, object]) -> str:
        with scratch_folder() as scratch:
            asked, answer = Path(scratch, "values.json"), Path(scratch, "answer.json")
            asked.write_text(json.dumps(carried(values)), encoding="utf-8")
            words = (notebook, out, str(asked), str(answer))
            with self._lock:
                if self._is_stopped:
                    return "It was stopped."
                command = main_command(sys.executable, __name__, *words)
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    creationflags=no_window(),
                )
                self._running.add(process)
            status = process.wait()
            with self._lock:
                self._running.discard(process)
            if not answer.exists():
                return f"Its process ended with status {status}."
            return str(json.loads(answer.read_text(encoding="utf-8")))

    def stop(self) -> None:
        """End them; each ends its kernel first."""
        with self._lock:
            self._is_stopped = True
            for process in self._running:
                process.terminate()


def values_in(out: str) -> dict[str, object]:
    """Return the values that the cells of an executed notebook recorded, none without a file."""
    try:
        return recorded_values(cells_of(read_notebook(out)))
    except NbenvError:  # it did not come so far
        return {}


def main() -> int:
    """Run the notebook that the first argument names, and write its error to the fourth.

    The second is the file for the executed notebook; the third holds the parameters.
    """
    from nbenv.operations.run import run  # nbclient is slow to import

    shield_process()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the kernel is ended
    notebook, out, asked, answer = sys.argv[1:]
    values = json.loads(Path(asked).read_text(encoding="utf-8"))
    error = ""
    try:
        if values:  # they were carried by JSON
            values = typed(declared(cells_of(read_notebook(notebook))), values)
        drain(run(notebook, out, values=values))
    except KeyboardInterrupt:
        return 1
    except NbenvError as failure:
        error = failure.why or failure.what
    Path(answer).write_text(json.dumps(error), encoding="utf-8")
    return 0
