"""Run uv: with its messages as progress, with its failures as errors."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from uv import find_uv_bin

from nbenv.core.spec import Index
from nbenv.core.urls import without_credentials
from nbenv.errors import InstallerError, InstallerKilledError, StoppedError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.download_meter import DownloadMeter
from nbenv.installer.index_settings import narrowed
from nbenv.installer.machine.uv_environment import uv_environment
from nbenv.installer.machine.uv_places import own_cache, unusable_cache, with_absolute_places
from nbenv.installer.reachability import (
    PATIENCE,
    QUIET,
    Host,
    Watch,
    addresses_to_watch,
    hosts_to_watch,
    repository_to_watch,
)
from nbenv.installer.uv_config import tomllib
from nbenv.progress import Progress, Steps

__all__ = [
    "bundled_uv",
    "run_uv",
    "tomllib",
    "uv_version",
]

_WITHOUT_INDEX_OPTIONS = {
    ("python", "install"),
    ("python", "find"),
    ("pip", "show"),
    ("pip", "freeze"),
    ("pip", "check"),
}
"""Commands that have no option ``--no-index``."""
_AT_WORK = re.compile(r"\s*(Building|Built|Downloading|Downloaded|Preparing|Prepared|Updating)\b")
"""What uv prints when it does more than to ask an index."""
_UPDATING = re.compile(r"\s*Updating (https?://\S+)")
_ABOUT_LOCKFILE = re.compile(r"(?:warning: )?(?:Resolving despite|Ignoring) existing lockfile\b")
"""What uv says of the lockfile of a throw-away project, which nobody has heard of."""
_NO_EXTRA = re.compile(
    r"warning: The package `([^=`]+)==([^`]+)` does not have an extra named `([^`]+)`"
)
_YANKED = re.compile(r"warning: `([^=`]+)==([^`]+)` is yanked(?: \(reason: \"?(.*?)\"?\))?\.?$")
_RETRIES = {"install": "2"}
"""How often a request is tried again, by phase: a file that breaks off is worth more patience."""
_NO_PYTHON = os.path.join(os.sep, "nonexistent", "nbenv-builds-nothing")
"""A home that no Python starts with, except in isolated mode: a build's does not have that."""
_INTERRUPTED = (130, -2, -15)
"""Exit statuses after an interrupt: of a shell, and of the signals SIGINT and SIGTERM."""


def run_uv(
    arguments: Sequence[str],
    folder: Path,
    indexes: Sequence[Index] = (),
    *,
    find_links: Sequence[str] = (),
    phase: str = "resolve",
    hashed: bool = False,
    only: str = "",
    accepted: int = 0,
    projects: Sequence[Path] = (),
    builds: bool = True,
    addresses: Iterable[str] = (),
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
    find_links
        The pages and folders of files of a notebook: absolute URLs, as of `usable_links`.
    phase
        The phase that the progress belongs to.
    hashed
        Whether files are known by their hashes, so that any index may serve them.
    only
        The URL of the only index to ask, without credentials.
    accepted
        Another exit status than 0 that is no failure.
    projects
        The folders of the local projects that it may look at and build.
    builds
        Whether code of packages may run, to build them or to learn what they require. If not, a
        build fails as a broken one does: see `can_prevent_builds`.
    addresses
        URLs of files that it has to ask for.

    Raises
    ------
    InstallerError
        uv failed; a subclass says why, as far as that is known.
    StoppedError
        The user interrupted it.
    """
    environ = uv_environment(indexes, hashed, find_links)
    yield from _cache_note(environ, phase)
    if only:
        environ = narrowed(environ, only)
    if not builds:
        environ["PYTHONHOME"] = _NO_PYTHON
    command = [find_uv_bin(), "--color", "never", *arguments]
    if environ.pop("UV_NO_INDEX", None) and tuple(arguments[:2]) not in _WITHOUT_INDEX_OPTIONS:
        command.append("--no-index")  # uv reads no variable for it
    # Into a file: a pipe that nobody empties while standard error is read could fill up.
    with (
        scratch_folder() as compiled,
        _built_apart(Path(compiled), projects) as built,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
    ):
        # A build must neither run compiled files that lie beside its sources, as no approval covers
        # them, nor leave any: `folder` may be the one that the user is in.
        environ["PYTHONPYCACHEPREFIX"] = compiled
        environ.setdefault("DIST_EXTRA_CONFIG", built)
        environ.setdefault("UV_HTTP_RETRIES", _RETRIES.get(phase, "1"))
        process = _started(command, folder, environ, output)
        asked = (*addresses, *find_links)
        hosts = partial(_hosts, arguments, environ, asked)
        with Watch(hosts, partial(_end, process)) as watch:
            lines = yield from _followed(process, phase, watch, environ)
        if watch.dead:
            from nbenv.installer.failures.no_index import unreachable  # seldom needed

            raise unreachable(watch.dead.url, QUIET + PATIENCE, is_index=watch.dead.is_index)
        _check_status(process.returncode, lines, accepted, projects)
        output.seek(0)
        return output.read()


def _cache_note(variables: Mapping[str, str], phase: str) -> Iterator[Progress]:
    """Yield a line about a cache that another one replaces; once, as that one is there then."""
    replaced = variables.get("UV_CACHE_DIR") == own_cache() and not os.path.isdir(own_cache())
    configured = with_absolute_places(os.environ)
    if replaced and (unusable := unusable_cache(configured)):
        what = f"uv's cache {unusable} cannot be written; using {own_cache()} instead."
        yield Progress(phase, what, lasting=True)


def _hosts(
    arguments: Sequence[str], environ: Mapping[str, str], addresses: Iterable[str]
) -> list[Host]:
    if "--offline" in arguments:
        return []
    return [*hosts_to_watch(environ), *addresses_to_watch(addresses, environ)]


@contextlib.contextmanager
def _built_apart(scratch: Path, projects: Sequence[Path]) -> Iterator[str]:
    """Write settings by which setuptools builds in a folder of this run; remove that at the end.

    In its usual one, ``build``, it leaves each module that a project ever had, and installs them
    all again. The folder is inside of each project, as all of a run's builds share the settings.
    """
    name = f".{scratch.name}"  # with a dot, no search for packages looks into it
    config = scratch / "build.cfg"
    config.write_text(f"[build]\nbuild_base = {name}\n", encoding="utf-8")
    try:
        yield str(config)
    finally:
        for project in projects:
            shutil.rmtree(project / name, ignore_errors=True)


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


def _end(process: subprocess.Popen[str]) -> None:
    """End uv, and the programs that it started: git would go on for minutes."""
    import psutil  # seldom needed

    started: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        started = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    for each in started:
        with contextlib.suppress(psutil.Error):
            each.terminate()


def _followed(
    process: subprocess.Popen[str], phase: str, watch: Watch, environ: Mapping[str, str]
) -> Steps[list[str]]:
    """Yield progress until uv ends, and return the lines that it printed; end it with ourselves."""
    lines: list[str] = []
    meter = DownloadMeter(phase)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if _ABOUT_LOCKFILE.match(line):
                continue
            lines.append(line.rstrip())
            if _AT_WORK.match(line):
                watch.ignore_indexes()
            if found := _UPDATING.match(line):  # a repository: git waits for minutes
                watch.add(repository_to_watch(found[1], environ))
            if not any(each.startswith("error:") for each in lines):
                yield from _as_progress(meter, line.strip(), phase)
        process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return lines


def _check_status(
    status: int, lines: Sequence[str], accepted: int, projects: Sequence[Path] = ()
) -> None:
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
        from nbenv.installer.failures.uv_errors import explain_failure  # seldom needed

        raise explain_failure([line for line in lines if line.strip()], projects)


def _as_progress(meter: DownloadMeter, line: str, phase: str) -> Iterator[Progress]:
    """Yield a line of uv's for people, unless it repeats what nbenv reports itself."""
    if downloaded := meter.read(line):
        yield downloaded
    elif warned := _warning(line):
        if phase == "resolve":  # the installer says it once more
            yield Progress(phase, warned, lasting=True)
    elif line and not line.startswith(("+ ", "- ", "~ ", "Using ")):
        yield Progress(phase, without_credentials(line))


def _warning(line: str) -> str:
    """Return a warning about what somebody asked for, which must not pass by as progress does."""
    if found := _NO_EXTRA.match(line):
        return f"{found[1]} {found[2]} has no extra named {found[3]}."
    if found := _YANKED.match(line):
        why = f": {found[3]}" if found[3] else ""
        return without_credentials(f"{found[1]} {found[2]} was withdrawn by its authors{why}.")
    return ""


def bundled_uv() -> str:
    """Return the path of the uv that nbenv uses."""
    return find_uv_bin()


def uv_version() -> str:
    """Return the version that uv reports, such as ``uv 0.13.0``."""
    done = subprocess.run([find_uv_bin(), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
