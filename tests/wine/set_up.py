"""Set a Windows Python up with the kit's scripts, on a machine where nothing was done before.

What the kit needs and a machine cannot be given, such as root or Debian's packages, is found out
before anything is changed, so that the tests can be skipped with a word. A set-up that begins and
then fails is an error.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["KIT", "checked", "install_tools", "make_windows", "reason_for_none"]

ROOT = Path(__file__).parents[2]
# Resolved: the kit's scripts change their folder before they look for what is beside them.
KIT = Path(os.environ.get("TEST_WINE_KIT") or ROOT.parent / "shared" / "windows").resolve()
LIBRARY = Path.home() / ".pyenv" / "versions" / "3.12.1" / "lib" / "python3.12"
"""The standard library that the kit's set-up copies, of the Python whose DLL it takes."""
NEEDED = 4 << 30
"""Bytes of disk for Debian, Wine, Python, and the environments of the tests."""
TOOLS = {
    "debootstrap": "debootstrap",
    "unzip": "unzip",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
}
"""The programs that the kit's set-up runs, and the Debian package of each."""
LIMIT = 1200
"""Seconds for a step of the set-up."""


def reason_for_none(folder: Path, is_made: bool) -> str:
    """Return why there is no Wine to test with, "" where there is.

    Parameters
    ----------
    folder
        where it is, or is to be made
    is_made
        whether it was made before: less is needed then
    """
    if not os.environ.get("TEST_WINE"):
        return "set TEST_WINE=1 to run nbenv on Windows' Python, under Wine"
    if not (KIT / "setup.sh").exists():
        return f"there is no kit for Wine in {KIT}: name its folder in TEST_WINE_KIT"
    if sys.platform != "linux" or platform.machine() != "x86_64" or os.geteuid() != 0:
        return "the kit for Wine is for root, on Linux, on x86-64"
    if not _may_mount():
        return "the kit for Wine mounts /proc and /sys, and this container may not mount"
    return "" if is_made else _missing(folder)


def _missing(folder: Path) -> str:
    """Return what the set-up needs and this machine does not have."""
    if not LIBRARY.is_dir():
        return f"the kit for Wine copies {LIBRARY}: run pyenv install 3.12.1"
    if not shutil.which("apt-get"):
        return "the kit for Wine is made of Debian's packages, and there is no apt-get"
    parent = next(each for each in folder.parents if each.is_dir())
    if (free := shutil.disk_usage(parent).free) < NEEDED:
        wanted, there = NEEDED >> 30, free / (1 << 30)
        return (
            f"Wine takes {wanted} GB and {parent} has {there:.1f}: name another in TEST_WINE_ROOT"
        )
    return ""


def _may_mount() -> bool:
    """Whether root may mount here; in most containers it may not."""
    try:
        tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


def install_tools() -> str:
    """Install the programs that the kit's set-up runs; return why that cannot be, or "".

    The set-up asks apt for them without a look at what there is now: the lists of a fresh machine
    are empty, those of an older one name versions that are gone.
    """
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # By itself apt-get succeeds where it reached nothing.
    looked = _run(["apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any"], environ)
    if looked.returncode:
        return f"Debian's packages, of which Wine is made, cannot be had: {_tail(looked, 300)}"
    if missing := [package for tool, package in TOOLS.items() if not shutil.which(tool)]:
        checked(
            "apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, environ=environ
        )
    return ""


def make_windows(folder: Path) -> None:
    """Make the folder with the kit's set-up, in place of one that was left half made."""
    if folder.exists():
        checked(KIT / "down.sh", folder)  # fails while something is mounted there
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # The set-up calls pip by name: that of these tests, where they have one.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    try:
        checked(KIT / "setup.sh", folder, environ={**os.environ, "PATH": path})
    except BaseException:
        _run([str(KIT / "down.sh"), str(folder)], os.environ)
        raise


def checked(*words: object, environ: Mapping[str, str] = os.environ) -> None:
    """Run a program; fail with the end of what it printed if it fails."""
    done = _run(list(map(str, words)), environ)
    assert done.returncode == 0, f"{words[0]} failed with {done.returncode}:\n{_tail(done, 4000)}"


def _run(words: list[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryFile() as output:  # what Wine leaves running would keep a pipe open
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            timeout=LIMIT,
            check=False,
        )
        output.seek(0)
        return subprocess.CompletedProcess(words, done.returncode, output.read())


def _tail(done: subprocess.CompletedProcess[bytes], size: int) -> str:
    return done.stdout.decode("utf-8", "replace")[-size:].strip()
