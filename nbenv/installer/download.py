"""Download the wheels of a lock for any platform, with pip: uv has no command for it.

`only_wheels_in` is the way back: uv then installs from such a folder, without a network.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from packaging.tags import platform_tags
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.python_command import module_command
from nbenv.core.spec import Index
from nbenv.core.urls import without_credentials
from nbenv.errors import BuildError, IndexAccessError, InstallerError
from nbenv.home.processes.console import no_window
from nbenv.installer.failures.no_index import closed_index, refused_connection, unreachable
from nbenv.installer.files.built_wheels import built_wheels
from nbenv.installer.index_settings import bare_url
from nbenv.installer.machine.uv_environment import uv_environment, uv_settings
from nbenv.installer.machine.uv_places import pip_cache
from nbenv.installer.pip_indexes import PipRun, pip_runs
from nbenv.installer.reachability import PATIENCE, is_down, is_silent
from nbenv.progress import Progress, Steps

__all__ = ["PLATFORMS", "build_wheels", "download_wheels", "only_wheels_in"]

PLATFORMS = {
    "linux-x86_64": ("linux", "Linux", "x86_64"),
    "linux-aarch64": ("linux", "Linux", "aarch64"),
    "macos-arm64": ("darwin", "Darwin", "arm64"),
    "macos-x86_64": ("darwin", "Darwin", "x86_64"),
    "windows-x86_64": ("win32", "Windows", "AMD64"),
}
"""Name → the markers ``sys_platform``, ``platform_system`` and ``platform_machine`` (PEP 508)."""

_MISSING = re.compile(r"No matching distribution found for ([\w.-]+)==")
_REFUSED = re.compile(r"(40[13]) (?:Client )?Error\b[^\n]*?(https?://[^\s'\"]+)")
_REASONS = {"401": "Unauthorized", "403": "Forbidden"}
_BEGIN = "946684800"
"""The first second of 2000."""
_NEWEST_GLIBC = 39
_OLDEST_GLIBC = 5
"""The minor versions of glibc 2 that manylinux tags are made for (PEP 600)."""


def download_wheels(
    distributions: Iterable[LockedDistribution],
    folder: Path,
    *,
    python: str,
    platform: str | None,
    indexes: Sequence[Index] = (),
    find_links: Sequence[str] = (),
) -> Steps[None]:
    """Download wheels into a folder, with every hash checked.

    Parameters
    ----------
    distributions
        What to download; nothing that they depend on is added.
    folder
        An existing folder.
    python
        The minor version of CPython that the wheels are for, such as ``"3.11"``.
    platform
        A name of `PLATFORMS`, None for this machine.
    indexes
        Indexes beyond those that this machine's pip is configured for.
    find_links
        Pages and folders of files, as of `nbenv.installer.index_settings.usable_links`.

    Raises
    ------
    IndexAccessError
        A wheel is not offered for the platform, or the index cannot be used.
    InstallerError
        pip is not installed beside nbenv.
    """
    wanted = list(distributions)
    command = [
        *module_command(sys.executable, "pip", "download", "--quiet", "--no-deps"),
        *_target_options(python, platform),
        *("-d", str(folder)),
    ]
    yield Progress("download", f"Downloading wheels for {platform or 'this machine'}…")
    for run in pip_runs(wanted, indexes):
        done = _run_pip(command, run, folder, find_links)
        if done.returncode:
            raise _refusal(done.stderr, python, run, indexes) or _failure(
                done.stderr, platform, run.urls
            )
    _check_downloaded(wanted, folder, platform)


def build_wheels(
    distributions: Iterable[LockedDistribution],
    folder: Path,
    *,
    python: str,
    indexes: Sequence[Index] = (),
    find_links: Sequence[str] = (),
) -> Steps[None]:
    """Build wheels of sources on this machine, with the hash of each source checked.

    Parameters are those of `download_wheels`, except that `python` is an interpreter's path. What
    is built runs its code: whoever calls this has checked that the record is approved.

    Raises
    ------
    BuildError
        A build failed, or its source could not be downloaded.
    InstallerError
        pip is not installed beside nbenv.
    """
    wanted = list(distributions)
    names = ", ".join(each.requirement for each in wanted)
    command = [
        *module_command(sys.executable, "pip", "--python", python, "wheel", "--quiet", "--no-deps"),
        *(f"--no-binary={each.name}" for each in wanted),
        *("-w", str(folder)),
    ]
    yield Progress("build", f"Building {names}…")
    [run] = pip_runs(wanted, indexes, together=True)
    done = _run_pip(command, run, folder, find_links)
    if done.returncode:
        if "No module named pip" in done.stderr:
            raise _failure(done.stderr, None)
        lines = [without_credentials(line) for line in done.stderr.splitlines() if line.strip()]
        raise BuildError(
            f"No wheel could be built of {names}.",
            "\n".join(f"  {line}" for line in lines[-8:]),
            "Its lock has a source of it alone. Check that it builds here: nbenv restore NOTEBOOK",
        )
    _check_downloaded(wanted, folder, None)


def _run_pip(
    command: Sequence[str], run: PipRun, folder: Path, find_links: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run pip on a list of what is wanted, with its hashes."""
    for url in run.urls:
        if is_silent(url):  # pip would wait for minutes
            raise unreachable(url, PATIENCE)
    listed = folder / "wheels.txt"
    lines = [" ".join((each.requirement, *_hash_options(each))) for each in run.distributions]
    listed.write_text("\n".join(lines), encoding="utf-8")
    options = [
        "--require-hashes",
        *(f"--find-links={url}" for url in (*find_links, *_own_links())),
        *("--disable-pip-version-check", "--no-input", "--no-color", "-r", str(listed)),
    ]
    # The same source gives the same wheel, with builds that know this variable.
    environ = {"SOURCE_DATE_EPOCH": _BEGIN, **_with_own_cache(os.environ), **run.environ}
    try:
        return subprocess.run(
            [*command, *options],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            creationflags=no_window(),
        )
    finally:
        listed.unlink()


def _with_own_cache(environ: Mapping[str, str]) -> dict[str, str]:
    """Return variables by which pip uses no cache that others may write to."""
    own = pip_cache(environ)
    return {**environ, "PIP_CACHE_DIR": own} if own else dict(environ)


def _own_links() -> list[str]:
    """Return the folders and pages of files that uv looks at on this machine."""
    return [each for each in uv_environment(()).get("UV_FIND_LINKS", "").split(",") if each]


def _check_downloaded(
    wanted: Iterable[LockedDistribution], folder: Path, platform: str | None
) -> None:
    """Raise unless every wheel is there: pip's exit status alone does not prove that pip ran."""
    found = {parse_wheel_filename(path.name)[:2] for path in folder.glob("*.whl")}
    missing = [each for each in wanted if (each.name, Version(str(each.version))) not in found]
    if missing:
        names = ", ".join(each.requirement for each in missing)
        raise InstallerError(
            f"Some wheels for {platform or 'this machine'} were not downloaded: {names}.",
            "pip reported no error, but the files are not there.",
            "Check that pip works in the environment that nbenv runs in: pip --version",
        )


@contextlib.contextmanager
def only_wheels_in(folder: str, built: Mapping[str, str]) -> Iterator[None]:
    """Let uv find wheels in one folder, and nowhere else; it still verifies their hashes.

    `built` gives the hashes of those that were built of what is locked as a source.
    """
    settings = {"UV_FIND_LINKS": folder, "UV_NO_INDEX": "1", "UV_OFFLINE": "1"}
    with uv_settings(settings), built_wheels(built):
        yield


def _hash_options(locked: LockedDistribution) -> list[str]:
    return [f"--hash={digest}" for digest in locked.hashes]


def _target_options(python: str, platform: str | None) -> list[str]:
    abis = (f"cp{python.replace('.', '')}", "abi3", "none")
    options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
    options += [f"--abi={abi}" for abi in abis]
    return options + [f"--platform={tag}" for tag in _platform_tags(platform)]


def _platform_tags(platform: str | None) -> list[str]:
    """Return the platform tags that such a machine accepts, the best first."""
    if platform is None:
        return list(platform_tags())
    system, machine = platform.split("-")
    if system == "windows":
        return ["win_amd64"]
    if system == "macos":
        return [f"macosx_14_0_{machine}"]  # pip adds the older ones
    glibc = range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)
    older = ["manylinux2014", "manylinux2010", "manylinux1", "linux"]
    return [f"{kind}_{machine}" for kind in (*(f"manylinux_2_{n}" for n in glibc), *older)]


def _refusal(
    printed: str, python: str, run: PipRun, indexes: Sequence[Index]
) -> InstallerError | None:
    """Return the error of an index that wants to know who asks: pip takes it for an empty one."""
    missing = _MISSING.search(printed)
    if missing is None or is_down(run.urls[0]):
        return None
    from nbenv.installer.failures.known_versions import refusal_of  # seldom needed

    places = (bare_url(url) for url in run.urls if url.startswith("http"))
    refusals = (refusal_of(place, missing[1], python, indexes) for place in places)
    return next(filter(None, refusals), None)


def _failure(printed: str, platform: str | None, urls: Sequence[str] = ()) -> InstallerError:
    if "No module named pip" in printed:
        return InstallerError(
            "Downloading wheels needs pip, which is not installed beside nbenv.",
            todo="Install pip into the environment that nbenv runs in.",
        )
    if refused := _REFUSED.search(printed):
        return closed_index(f"{refused[2]} ({refused[1]} {_REASONS[refused[1]]})")
    for url in urls:
        if is_down(url):
            return refused_connection(url)
    lines = [without_credentials(line) for line in printed.splitlines() if "ERROR" in line]
    return IndexAccessError(
        f"Some wheels for {platform or 'this machine'} could not be downloaded.",
        "\n".join(f"  {line}" for line in lines[-5:]) or printed.strip()[-500:],
        "A package that has no wheel for a platform cannot be packed for it; otherwise check the "
        "network.",
    )
