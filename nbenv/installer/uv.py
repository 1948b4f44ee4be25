"""Run uv: with which settings, with its messages as progress, with its failures as errors."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from uv import find_uv_bin

from nbenv.core.spec import Index
from nbenv.core.urls import without_credentials
from nbenv.errors import InstallerError, InstallerKilledError, StoppedError
from nbenv.home import paths
from nbenv.home.scratch import scratch_folder
from nbenv.installer import pip_config
from nbenv.installer.download_meter import DownloadMeter
from nbenv.installer.index_settings import bare_url, entries, narrowed, with_recorded
from nbenv.installer.uv_config import tomllib
from nbenv.installer.uv_errors import explain_failure
from nbenv.progress import Progress, Steps

__all__ = ["bundled_uv", "own_indexes", "run_uv", "tomllib", "uv_version"]

_KEPT = re.compile(
    r"UV_(CACHE_DIR|INDEX.*|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|HTTP_.*|REQUEST_.*"
    r"|INSECURE_HOST|SYSTEM_CERTS|NATIVE_TLS|OFFLINE|LINK_MODE|KEYRING_PROVIDER|CONCURRENT_.*"
    r"|PYTHON_INSTALL.*|CONFIG_FILE|NO_CONFIG|NO_CACHE|EXCLUDE_NEWER|NETRC.*|LOCK_TIMEOUT)$"
)
"""Settings of this machine or of its network. The user's others are about other projects."""
_INTERPRETER = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH")
"""Variables that would have uv, or a build, work on another environment than the notebook's."""
_NOTEBOOK = ("JPY_SESSION_NAME", "JPY_PARENT_PID")
"""Variables by which uv knows that a notebook runs it, and then says nothing of downloads."""
_COLOURED = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "PY_COLORS")
"""Variables that ask uv, and what it builds, for colours; ipykernel sets them for its shells."""
_WITHOUT_INDEX_OPTIONS = {
    ("python", "install"),
    ("python", "find"),
    ("pip", "show"),
    ("pip", "freeze"),
    ("pip", "check"),
}
"""Commands that have no option ``--no-index``."""
_INTERRUPTED = (130, -2, -15)
"""Exit statuses after an interrupt: of a shell, and of the signals SIGINT and SIGTERM."""


def _environment(indexes: Sequence[Index], hashed: bool = False) -> dict[str, str]:
    """Return uv's environment variables: the user's settings for this machine, pip's, and ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UV_", "PIP_")) or _KEPT.match(name)
    }
    for name in (*_INTERPRETER, *_NOTEBOOK, *_COLOURED):
        kept.pop(name, None)
    if "PATH" in kept:  # a build that runs pip must not come back to nbenv, which waits for it
        kept["PATH"] = paths.without_pip_scripts(kept["PATH"])
    pip = pip_config.as_uv_environment(pip_config.read(os.environ))
    variables = {**pip, **kept}
    if indexes:
        variables = with_recorded(variables, indexes)
    if hashed:  # a file that is known by its hash may come from any index, a mirror for one
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    variables["NO_COLOR"] = "1"  # uv's --color does not count for what it rejects
    variables["UV_PYTHON_DOWNLOADS"] = "manual"  # a Python is fetched only if the user approves
    return variables


def own_indexes(indexes: Sequence[Index] = ()) -> list[str]:
    """Return the URLs of the indexes that this machine is configured to use, no credentials.

    The default one comes first. With `indexes`, those of a notebook are among them.
    """
    return [bare_url(entry) for entry in entries(_environment(indexes))]


def run_uv(
    arguments: Sequence[str],
    folder: Path,
    indexes: Sequence[Index] = (),
    *,
    phase: str = "resolve",
    hashed: bool = False,
    only: str = "",
    accepted: int = 0,
) -> Steps[str]:
    """Run uv, yield its messages as progress, and return its standard output.

    Parameters
    ----------
    arguments
        The command line after ``uv``, its command first.
    folder
        The folder to run it in, where it looks for settings and a project.
    indexes
        The indexes of a notebook, which come before this machine's own.
    phase
        The phase that the progress belongs to.
    hashed
        Whether files are known by their hashes, so that any index may serve them.
    only
        The URL of the only index to ask, without credentials.
    accepted
        Another exit status than 0 that is no failure.

    Raises
    ------
    InstallerError
        uv failed; a subclass says why, as far as that is known.
    StoppedError
        The user interrupted it.
    """
    environ = _environment(indexes, hashed)
    if only:
        environ = narrowed(environ, only)
    command = [find_uv_bin(), "--color", "never", *arguments]
    if environ.pop("UV_NO_INDEX", None) and tuple(arguments[:2]) not in _WITHOUT_INDEX_OPTIONS:
        command.append("--no-index")  # uv reads no variable for it
    # Into a file: a pipe that nobody empties while standard error is read could fill up.
    with (
        scratch_folder() as compiled,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
    ):
        # A build must neither run compiled files that lie beside its sources, as no approval covers
        # them, nor leave any: `folder` may be the one that the user is in.
        environ["PYTHONPYCACHEPREFIX"] = compiled
        process = _started(command, folder, environ, output)
        lines = yield from _followed(process, phase)
        _check_status(process.returncode, lines, accepted)
        output.seek(0)
        return output.read()


def _started(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], output: IO[str]
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            close_fds=False,  # the environment's lock is inherited: see nbenv.home.locks
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:  # more arguments than the system takes, or no more processes
        raise InstallerError(
            "The installer could not be started.", f"{error.strerror or error}.", "Try again."
        ) from None


def _followed(process: subprocess.Popen[str], phase: str) -> Steps[list[str]]:
    """Yield progress until uv ends, and return the lines that it printed; end it with ourselves."""
    lines: list[str] = []
    meter = DownloadMeter(phase)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip())
            if not any(each.startswith("error:") for each in lines):
                yield from _as_progress(meter, line.strip(), phase)
        process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return lines


def _check_status(status: int, lines: Sequence[str], accepted: int) -> None:
    if status in _INTERRUPTED:
        raise StoppedError(
            "Stopped.", "The environment will be repaired at the next start or change."
        )
    if status < 0:
        raise InstallerKilledError(
            f"The installer was killed (by signal {-status}).",
            "The system may have run out of memory.",
            "Try again: the environment will be repaired at the next start or change.",
        )
    if status not in (0, accepted):
        raise explain_failure([line for line in lines if line.strip()])


def _as_progress(meter: DownloadMeter, line: str, phase: str) -> Iterator[Progress]:
    """Yield a line of uv's for people, unless it repeats what nbenv reports itself."""
    if downloaded := meter.read(line):
        yield downloaded
    elif line and not line.startswith(("+ ", "- ", "~ ", "Using ")):
        yield Progress(phase, without_credentials(line))


def bundled_uv() -> str:
    """Return the path of the uv that nbenv uses."""
    return find_uv_bin()


def uv_version() -> str:
    """Return the version that uv reports, such as ``uv 0.13.0``."""
    done = subprocess.run([find_uv_bin(), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
