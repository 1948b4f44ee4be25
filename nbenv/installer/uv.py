"""Run uv: with its messages as progress, with its failures as errors."""

from __future__ import annotations

import contextlib
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
from nbenv.errors import InstallerError, InstallerKilledError, StoppedError
from nbenv.home.processes.console import no_window
from nbenv.home.processes.windows_processes import end_with_us, lines_of, wait_for
from nbenv.home.scratch import scratch_folder
from nbenv.installer.index_settings import narrowed
from nbenv.installer.machine.build_prevention import without_builds
from nbenv.installer.machine.uv_environment import uv_environment
from nbenv.installer.machine.uv_places import replaced_cache_note
from nbenv.installer.pip_config import is_true
from nbenv.installer.reachability import (
    PATIENCE,
    QUIET,
    Host,
    Watch,
    addresses_to_watch,
    hosts_to_watch,
    repository_to_watch,
)
from nbenv.installer.uv_config import has_no_cache, tomllib
from nbenv.installer.uv_output.uv_display import Display, Frame, open_display
from nbenv.installer.uv_output.uv_messages import follow_messages
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
_DRAWN = ("install", "python")
"""Phases that download: what uv draws then says how far it is."""
_RETRIES = {"install": "2"}
"""How often a request is tried again, by phase: a file that breaks off is worth more patience."""
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
    cache: str = "",
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
        build fails as a broken one does: see `nbenv.installer.machine.build_prevention`.
    cache
        The folder to use as its cache where this machine's settings say to use none.
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
    if note := replaced_cache_note(environ):
        yield Progress(phase, note, lasting=True)
    if only:
        environ = narrowed(environ, only)
    if cache and has_no_cache(environ):
        environ.pop("UV_NO_CACHE", None)
        environ["UV_CACHE_DIR"] = cache
    command = [find_uv_bin(), "--color", "never", *arguments]
    if (
        is_true(environ.pop("UV_NO_INDEX", None))
        and tuple(arguments[:2]) not in _WITHOUT_INDEX_OPTIONS
    ):
        command.append("--no-index")  # uv reads no variable for it
    # Into a file: a pipe that nobody empties while standard error is read could fill up.
    with (
        scratch_folder() as compiled,
        scratch_folder() as helpers,
        _built_apart(Path(compiled), projects) as built,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
    ):
        # A build must neither run compiled files that lie beside its sources, as no approval covers
        # them, nor leave any: `folder` may be the one that the user is in.
        environ["PYTHONPYCACHEPREFIX"] = compiled
        if not builds:
            environ = without_builds(environ, Path(helpers))
        environ.setdefault("DIST_EXTRA_CONFIG", built)
        environ.setdefault("UV_HTTP_RETRIES", _RETRIES.get(phase, "1"))
        display = open_display() if phase in _DRAWN else None
        asked = (*addresses, *find_links)
        hosts = partial(_hosts, arguments, environ, asked)
        with contextlib.closing(display) if display else contextlib.nullcontext():
            process = _started(command, folder, environ, output, display)
            watching = Watch(hosts, partial(_end, process))
            with end_with_us(process, whole_tree=True), watching as watch:
                lines = yield from _followed(process, phase, watch, environ, display)
        if watch.dead:
            from nbenv.installer.failures.no_index import unreachable  # seldom needed

            raise unreachable(watch.dead.url, QUIET + PATIENCE, is_index=watch.dead.is_index)
        _check_status(process.returncode, lines, accepted, projects)
        output.seek(0)
        return output.read()


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
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    output: IO[str],
    display: Display | None,
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=display.writer if display else subprocess.PIPE,
            close_fds=False,  # the environment's lock is inherited: see nbenv.home.locks
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=no_window(),
        )
    except OSError as error:  # more arguments than the system takes, or no more processes
        raise InstallerError(
            "The installer could not be started.", f"{error.strerror or error}.", "Try again."
        ) from None
    finally:
        if display:
            display.close_writer()


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
    process: subprocess.Popen[str],
    phase: str,
    watch: Watch,
    environ: Mapping[str, str],
    display: Display | None,
) -> Steps[list[str]]:
    """Yield progress until uv ends, and return the lines that it printed; end it with ourselves."""

    def notice_work(line: str) -> None:
        if _AT_WORK.match(line):
            watch.ignore_indexes()
        if found := _UPDATING.match(line):  # a repository: git waits for minutes
            watch.add(repository_to_watch(found[1], environ))

    try:
        said = display.read() if display else _printed(process)
        lines = yield from follow_messages(said, phase, notice_work)
        wait_for(process)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return lines


def _printed(process: subprocess.Popen[str]) -> Iterator[str | Frame]:
    assert process.stderr is not None
    yield from lines_of(process.stderr)


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


def bundled_uv() -> str:
    """Return the path of the uv that nbenv uses."""
    return find_uv_bin()


def uv_version() -> str:
    """Return the version that uv reports, such as ``uv 0.13.0``."""
    done = subprocess.run(
        [find_uv_bin(), "--version"],
        capture_output=True,
        text=True,
        check=False,
        creationflags=no_window(),
    )
    return done.stdout.strip()
