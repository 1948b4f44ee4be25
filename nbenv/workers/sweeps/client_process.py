"""The process that talks to a cluster, in a Python that has the engine."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from nbenv.errors import NbenvError
from nbenv.home.processes.console import no_window

__all__ = ["ClientProcess"]

_PROGRAMS = Path(__file__).parent.parent / "clients"
_LEAKS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV")
_IN_A_CELL = ("%nbenv workers --wheels", "add --wheels")
"""An advice of workers to people in a notebook, and the same for those in a terminal."""
_SHOWN = 12
"""Lines that are shown of what it said when it ended without an event."""
_PATIENCE = 10
"""Seconds to take back what the cluster still runs."""


class ClientProcess:
    """One run of a program in ``workers/clients``; its events are lines of JSON.

    Parameters
    ----------
    python
        The Python to run it with.
    engine
        ``dask`` or ``ray``.
    words
        Its words.
    """

    def __init__(self, python: str, engine: str, words: Sequence[str]) -> None:
        environ = {name: each for name, each in os.environ.items() if name not in _LEAKS}
        # Ray would otherwise have its workers start with the "uv run" that started nbenv.
        environ |= {"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "PYTHONUNBUFFERED": "1"}
        self._said = tempfile.TemporaryFile(  # noqa: SIM115 - closed by `__exit__`
            "w+", encoding="utf-8", errors="replace"
        )
        self._process = subprocess.Popen(
            [python, str(_PROGRAMS / f"{engine}_rows.py"), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._said,
            env=environ, text=True, encoding="utf-8", errors="replace",
            start_new_session=True,  # an interrupt is for nbenv, which then ends this
            creationflags=no_window(),
        )  # fmt: skip

    def __enter__(self) -> ClientProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._said.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield its events, until it ends.

        Raises
        ------
        NbenvError
            It says that it failed, or ended without saying so.
        """
        assert self._process.stdout is not None
        last: dict[str, Any] = {}
        for line in self._process.stdout:
            if not line.startswith('{"'):  # something else printed it
                continue
            with contextlib.suppress(ValueError):
                last = json.loads(line)
            if last.get("event") == "failed":
                error = str(last["error"]).replace(*_IN_A_CELL)
                what, _, why = error.partition("\n")
                raise NbenvError(what, why, str(last["todo"]))
            yield last
        status = self._process.wait()
        if status or last.get("event") not in ("end", "versions"):
            raise NbenvError("The cluster's client ended unexpectedly.", self._last_words(status))

    def _last_words(self, status: int) -> str:
        self._said.seek(0)
        lines = [line.rstrip() for line in self._said if line.strip()]
        shown = "\n".join(f"  {line}" for line in lines[-_SHOWN:])
        return shown or f"It ended with status {status}."
