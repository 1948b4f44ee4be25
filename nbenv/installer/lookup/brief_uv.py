"""Run several uv at once, for an answer that is worth a few seconds and no error."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from uv import find_uv_bin

from nbenv.core.spec import Index
from nbenv.home.processes.console import no_window
from nbenv.home.scratch import scratch_folder
from nbenv.installer.index_settings import narrowed
from nbenv.installer.machine.build_prevention import without_builds
from nbenv.installer.machine.uv_environment import uv_environment
from nbenv.installer.pip_config import is_true

__all__ = ["may_ask_index", "run_briefly"]

_SETTINGS = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "5"}
_MOST_AT_ONCE = 8


def may_ask_index() -> bool:
    """Return whether this machine's settings let uv ask an index at all."""
    variables = uv_environment(())
    return not any(is_true(variables.get(name)) for name in ("UV_NO_INDEX", "UV_OFFLINE"))


def run_briefly(
    commands: Mapping[str, tuple[Sequence[str], Path]],
    deadline: float,
    indexes: Sequence[Index] = (),
    only: str = "",
) -> set[str]:
    """Run uv with this machine's own indexes; return the keys of the commands that succeeded.

    No code of a package runs, and what is not done by the deadline is ended.

    Parameters
    ----------
    commands
        Key → the command line after ``uv``, and the folder to run it in.
    deadline
        When to stop, on the clock of `time.monotonic`.
    indexes
        The indexes of a notebook, which come before this machine's own.
    only
        The URL of the only index to ask, without credentials.
    """
    waiting, done = list(commands.items()), set[str]()
    running: dict[str, subprocess.Popen[bytes]] = {}
    with scratch_folder() as helpers:
        environ = uv_environment(indexes)
        environ = narrowed(environ, only) if only else environ
        environ = {**without_builds(environ, Path(helpers)), **_SETTINGS}
        try:
            while (waiting or running) and time.monotonic() < deadline:
                while waiting and len(running) < _MOST_AT_ONCE:
                    key, (arguments, folder) = waiting.pop(0)
                    running[key] = _started(arguments, folder, environ)
                for key, process in list(running.items()):
                    if process.poll() is not None:
                        del running[key]
                        done |= set() if process.returncode else {key}
                time.sleep(0.01)
        finally:
            for process in running.values():
                process.kill()
                process.wait()
    return done


def _started(
    arguments: Sequence[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [find_uv_bin(), "--quiet", *arguments],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=no_window(),
    )
