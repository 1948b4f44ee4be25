"""A Windows CPython under Wine, from scripts that set it up in a folder and install nothing else.

The scripts are beside the checkout, in ``../shared/windows``, or where ``TEST_WINE_KIT`` says. The
folder, three gigabytes, is made once, in three minutes, and kept from run to run: a temporary one,
or that of ``TEST_WINE_ROOT``.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

import nbenv
from nbenv.installer.uv_config import tomllib
from tests.wine import set_up
from tests.wine.set_up import KIT, ROOT, checked

__all__ = ["CannotBeHad", "Done", "Wine", "reason_for_none", "start_wine"]

FOLDER = Path(
    os.environ.get("TEST_WINE_ROOT") or Path(tempfile.gettempdir(), "nbenv-wine")
).resolve()
ENDING = 5.0
"""Seconds in which everything that a script started ends."""
SCRIPTS = Path(__file__).parent / "scripts"
NAME = "jupyter-nbenv"
LAST = "sitecustomize.py"
"""What the kit's set-up writes last, in Python's library."""
MOUNTS = (
    ("proc", ["-t", "proc", "proc"]),
    ("sys", ["--bind", "/sys"]),
    ("dev/pts", ["-t", "devpts", "devpts"]),
    ("dev/shm", ["--bind", "/dev/shm"]),
)
"""The folders that programs in the kit's folder need, and how each is mounted."""


def reason_for_none() -> str:
    """Return why there is no Wine to test with, "" where there is."""
    return set_up.reason_for_none(FOLDER, Wine().is_made)


@dataclass(frozen=True)
class Done:
    """The result of a program: its status, and all that it printed."""

    status: int
    out: str


@dataclass
class Wine:
    """The Windows Python, and what is mounted for it."""

    folder: Path = FOLDER
    kit: Path = KIT
    mounted: list[Path] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The folder that Wine sees as drive Z."""
        return self.folder / "trixie"

    @property
    def drive(self) -> Path:
        """Windows' drive C."""
        return self.root / "w" / "prefix" / "drive_c"

    @property
    def library(self) -> Path:
        """Python's standard library."""
        return self.drive / "Python312" / "Lib"

    @property
    def is_made(self) -> bool:
        """Whether the kit's set-up came to its end here."""
        return (self.library / LAST).exists()

    @property
    def temporary(self) -> Path:
        """The folder for temporary files of Windows' user."""
        return self._local / "Temp"

    @property
    def homes(self) -> list[Path]:
        """The folders of nbenv's that tests fill."""
        return [self._local / "nbenv"]

    @property
    def _local(self) -> Path:
        return self.drive / "users" / "root" / "AppData" / "Local"

    def python(self, *words: object, timeout: int = 240, **environ: str) -> Done:
        """Run the Windows Python with these words."""
        log = self.folder / "output.txt"
        # Without such a folder, libraries that Wine tries print an error into what is read.
        environ = {"XDG_RUNTIME_DIR": "/tmp", **environ}
        given = [f"{name}={value}" for name, value in environ.items()]
        command = ["timeout", timeout, "wine64", r"C:\Python312\python.exe", *words]
        command = [self.kit / "wsh", "env", *given, *command]
        # Into a file: what Wine leaves running would keep a pipe open.
        with log.open("w+b") as output:
            status = subprocess.run(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "WINE_ROOT": str(self.root)},
                check=False,
            ).returncode
        return Done(status, log.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n"))

    def script(self, name: str, *words: object, timeout: int = 240, **environ: str) -> str:
        """Run a script of the kit's or of these tests; return what it printed, if it succeeded."""
        path = rf"Z:\w\{name}"
        done = self.python("-u", path, *words, timeout=timeout, **environ)
        assert done.status == 0, done.out[-4000:]
        return done.out

    def running(self) -> list[str]:
        """Return the commands of the Pythons and uvs that run in Windows now.

        As Linux has them: the psutil of Windows sees half of what it should under Wine.
        """
        found = []
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(OSError, psutil.Error):
                command = " ".join(process.info["cmdline"] or [])
                is_there = os.readlink(f"/proc/{process.pid}/root") == str(self.root)
                if is_there and re.match(r"[A-Z]:\\.*?\\(pythonw?|uv)\.exe", command):
                    found.append(command)
        return found

    def left(self) -> list[str]:
        """Return what still runs a few seconds after a script has ended."""
        give_up = time.monotonic() + ENDING
        while (found := self.running()) and time.monotonic() < give_up:
            time.sleep(0.2)
        return found

    def wait_until(self, is_so: Callable[[list[str]], bool], what: str) -> None:
        """Wait until what runs is as it should be; fail with `what` after two minutes."""
        give_up = time.monotonic() + 120
        while not is_so(found := self.running()):
            assert time.monotonic() < give_up, f"{what}: {found}"
            time.sleep(0.1)

    def nbenv(self, *words: object, timeout: int = 240, **environ: str) -> Done:
        """Run nbenv."""
        return self.python("-m", "nbenv", *words, timeout=timeout, **environ)

    def stop(self) -> None:
        """End Wine's server, and undo what this session mounted."""
        environ = {**os.environ, "WINE_ROOT": str(self.root)}
        subprocess.run([self.kit / "wsh", "wineserver", "-k"], env=environ, check=False)
        time.sleep(1)
        for place in reversed(self.mounted):
            subprocess.run(["umount", "-l", place], capture_output=True, check=False)


class CannotBeHad(Exception):
    """This machine cannot be given what Wine is made of: no fault of nbenv's."""


def start_wine() -> Wine:
    """Set Wine up where that was not done before, and put this nbenv there.

    Raises
    ------
    CannotBeHad
        where Wine was not set up and Debian cannot be reached
    """
    wine = Wine()
    if not wine.is_made:
        if reason := set_up.install_tools():
            raise CannotBeHad(reason)
        set_up.make_windows(FOLDER)
    try:
        _fill(wine)
    except BaseException:
        wine.stop()
        raise
    return wine


def _fill(wine: Wine) -> None:
    """Mount what Wine needs, and put this nbenv, its dependencies and the scripts there."""
    for name, how in MOUNTS:
        place = wine.root / name
        if not os.path.ismount(place):
            checked("mount", *how, place)
        wine.mounted.append(place)
    packages = wine.library / "site-packages"
    if not (packages / "pip").exists():
        done = wine.python("-m", "ensurepip")
        assert done.status == 0, done.out[-4000:]
    _install_dependencies(wine, packages)
    _put_nbenv(packages)
    for folder in (KIT, SCRIPTS):
        for script in folder.glob("*.py"):
            shutil.copy(script, wine.root / "w")
    for former in (wine.drive / "work", *wine.homes):  # a session finds nothing of another
        shutil.rmtree(former, ignore_errors=True)
    (wine.drive / "work").mkdir()


def _project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return found


def _install_dependencies(wine: Wine, packages: Path) -> None:
    wanted = "\n".join([*_project()["project"]["dependencies"], "websocket-client"])  # type: ignore[index]
    note = packages / "nbenv-dependencies.txt"
    if note.exists() and note.read_text(encoding="utf-8") == wanted:
        return
    done = wine.python("-m", "pip", "install", "-q", *wanted.split("\n"), timeout=900)
    assert done.status == 0, done.out[-4000:]
    note.write_text(wanted, encoding="utf-8")


def _put_nbenv(packages: Path) -> None:
    """Copy this checkout's package, its metadata, and the files that Jupyter reads."""
    shutil.rmtree(packages / "nbenv", ignore_errors=True)
    left_out = shutil.ignore_patterns("__pycache__", "labextension")
    shutil.copytree(Path(nbenv.__file__).parent, packages / "nbenv", ignore=left_out)
    here = importlib.metadata.distribution(NAME)
    about = packages / f"{NAME.replace('-', '_')}-{here.version}.dist-info"
    about.mkdir(exist_ok=True)
    for name in ("METADATA", "entry_points.txt"):
        (about / name).write_text(here.read_text(name) or "", encoding="utf-8")
    wheel = _project()["tool"]["hatch"]["build"]["targets"]["wheel"]  # type: ignore[index]
    for source, target in wheel["shared-data"].items():
        place = packages.parents[1] / target
        if (ROOT / source).is_dir() and "labextension" not in source:
            shutil.copytree(ROOT / source, place, dirs_exist_ok=True)
