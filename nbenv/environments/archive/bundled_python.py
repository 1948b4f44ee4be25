"""The files of a CPython for an archive that needs none where it goes.

Only CPython itself is taken, whatever else is in its folder: its program, its standard library
without tests and bytecode, its headers, and the libraries below its folder that it loads. It lies
around the packages as an installation of its own, so nothing has to be written where it starts.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbenv.environments.archive.elf_search_path import with_relative_search_path
from nbenv.environments.archive.members import Member, Members
from nbenv.environments.interpreters import Interpreter, installed
from nbenv.errors import InterpreterError
from nbenv.home.processes.console import no_window

__all__ = ["BundledPython", "movable_python"]

_UNUSED = frozenset({"__pycache__", "site-packages", "test", "tests", "idle_test", "turtledemo"})
"""Folders of the standard library that no program imports from."""
_EVERYWHERE = ("libc", "libm", "libdl", "librt", "libutil", "libpthread", "ld", "linux-vdso")
"""Libraries of glibc, which every machine has that runs the packages."""
_CONFIGURATION = "include-system-site-packages = false\n"
"""A ``pyvenv.cfg`` without a home: Python takes its own folder, and no packages of the user's."""
_LOOK = """
import json, os, re, sys, sysconfig
def load(names):
    for name in names:
        try:
            __import__(name)
        except BaseException:
            pass
    if not os.path.exists("/proc/self/maps"):
        return set()
    with open("/proc/self/maps") as file:
        paths = {line.split(None, 5)[5].strip() for line in file if line.count("/")}
    return {each for each in paths if re.search(r"\\.so(\\.|$)", each)}
folder = os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")
names = os.listdir(folder) if os.path.isdir(folder) else ()
found = {each.split(".")[0] for each in names}
found = {each for each in found if "test" not in each and "xx" not in each}
seldom = found & {"_tkinter", "nis", "_crypt", "_curses", "_curses_panel"}
most = load(sorted(found - seldom))
print(json.dumps({
    "prefix": os.path.realpath(sys.base_prefix),
    "version": "%d.%d.%d" % sys.version_info[:3],
    "library": os.path.realpath(sysconfig.get_path("stdlib")),
    "include": os.path.realpath(sysconfig.get_path("include")),
    "program": os.path.realpath(sys.executable),
    "path": sys.path,
    "needed": sorted(most),
    "loaded": sorted(load(sorted(seldom))),
}))
"""


@dataclass(frozen=True)
class BundledPython:
    """A CPython in an archive: its files, its version, and the libraries it has from its system."""

    members: Members
    version: str
    from_system: tuple[str, ...]


def movable_python(python: str, scratch: Path) -> BundledPython:
    """Return the files of a CPython that runs wherever it is put.

    Those of this machine are tried in turn: a copy must start, and load nothing of the original.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    scratch
        An empty folder for the copy.

    Raises
    ------
    InterpreterError
        No CPython of that version here can be moved.
    """
    refused = []
    for number, interpreter in enumerate(_best_first(installed(python))):
        try:
            return _bundle(interpreter, scratch / str(number))
        except _NotMovableError as error:
            refused.append(f"{interpreter.executable} {error}")
    raise InterpreterError(
        f"No CPython {python} of this machine can go into the archive.",
        "; ".join(refused) + "." if refused else "None was found.",
        f"Get one that can: uv python install {python}. Or pack without --with-python, for "
        f"machines that have a CPython {python}.",
    )


class _NotMovableError(Exception):
    """Why a CPython cannot be moved."""


def _best_first(found: Collection[Interpreter]) -> list[Interpreter]:
    """Return CPythons with those of their own folder before the system's.

    uv's are made to run on any Linux; those of a system differ from CPython in where they look.
    """

    def rank(each: Interpreter) -> int:
        if f"{os.sep}uv{os.sep}" in each.executable:
            return 0
        return 2 if each.executable.startswith("/usr/bin/") else 1

    return sorted(found, key=rank)


def _bundle(interpreter: Interpreter, scratch: Path) -> BundledPython:
    about = _look(interpreter.executable)
    members = dict(_files(about, interpreter.python))
    _write(members, scratch)
    copied = _look(str(scratch / "bin" / f"python{interpreter.python}"))
    prefix, place = os.path.join(str(about["prefix"]), ""), os.path.realpath(scratch)
    outside = [each for each in copied["loaded"] if each.startswith(prefix) and prefix != "/usr/"]
    packages = os.path.join(place, "lib", f"python{interpreter.python}", "site-packages")
    if outside or not str(copied["library"]).startswith(place):
        raise _NotMovableError("needs the folder that it was installed in")
    if packages not in map(os.path.realpath, copied["path"]):
        raise _NotMovableError("looks for packages in places of its system only")
    return BundledPython(members, str(about["version"]), _from_system(copied["needed"], place))


def _look(program: str) -> dict[str, list[str]]:
    """Ask a CPython where its files are, and what it loads for all of its own modules."""
    done = subprocess.run(
        [program, "-I", "-c", _LOOK], capture_output=True, text=True, check=False,
        env={"PATH": os.defpath}, stdin=subprocess.DEVNULL, creationflags=no_window(),
    )  # fmt: skip
    try:
        found: dict[str, list[str]] = json.loads(done.stdout)
    except ValueError:
        raise _NotMovableError("does not start from another folder") from None
    return found


def _files(about: dict[str, list[str]], python: str) -> Iterator[tuple[str, Member]]:
    prefix, library = str(about["prefix"]), str(about["library"])
    yield f"bin/python{python}", _moved(str(about["program"]), prefix)
    yield "bin/python", Member(link=f"python{python}")
    yield "bin/python3", Member(link=f"python{python}")
    yield "pyvenv.cfg", Member(content=_CONFIGURATION.encode())
    for path in _below(library):
        name = os.path.relpath(path, library)
        yield f"lib/python{python}/{name}", _moved(path, prefix)
    for path in _below(str(about["include"])):
        name = os.path.relpath(path, str(about["include"]))
        yield f"include/python{python}/{name}", Member(source=path)
    for path in _loaded_below(about["loaded"], prefix, library):
        name = os.path.relpath(path, prefix)
        yield name, _moved(path, prefix)
    for folder in ("tcl", "tk"):  # what tkinter reads
        for place in Path(prefix, "lib").glob(f"{folder}[0-9]*"):
            for path in _below(str(place)):
                yield os.path.relpath(path, prefix), Member(source=path)


def _loaded_below(loaded: Collection[str], prefix: str, library: str) -> Iterator[str]:
    for path in loaded:
        is_own = path.startswith(os.path.join(prefix, "")) and prefix != "/usr"
        if is_own and not path.startswith(os.path.join(library, "")):
            yield path


def _moved(path: str, prefix: str) -> Member:
    """Return a file that finds others below `prefix` wherever that is moved to."""
    executable = bool(os.stat(path).st_mode & 0o100)
    name = os.path.basename(path)
    is_settings = name.startswith("_sysconfig") and name.endswith((".py", ".json"))
    if not (is_settings or executable or ".so" in name):
        return Member(source=path)
    content = Path(path).read_bytes()
    if is_settings:  # of the build, which are the only ones to name the folder
        return Member(content=content.replace(prefix.encode(), b"/install"))
    changed = with_relative_search_path(content, path, prefix)
    same = changed == content
    return Member(
        source=path if same else None, content=None if same else changed, executable=executable
    )


def _below(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(
            each for each in folders if each not in _UNUSED and not each.startswith("config-")
        )
        for name in sorted(names):
            path = os.path.join(base, name)
            is_unused = name.endswith((".pyc", ".a")) or name == "EXTERNALLY-MANAGED"
            if not is_unused and os.path.isfile(path):
                yield path


def _write(members: Members, folder: Path) -> None:
    """Write members to disk, for a trial; large files are links where that is possible."""
    for name, member in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if member.link is not None:
            path.symlink_to(member.link)
        else:
            path.write_bytes(member.read())
            path.chmod(0o755 if member.executable else 0o644)
    version = next(name for name in members if name.startswith("bin/python3."))
    (folder / "lib" / version.removeprefix("bin/") / "site-packages").mkdir(exist_ok=True)


def _from_system(loaded: Collection[str], place: str) -> tuple[str, ...]:
    names = {
        os.path.basename(each) for each in loaded if not each.startswith(os.path.join(place, ""))
    }
    return tuple(
        sorted(each for each in names if each.partition(".so")[0].split("-")[0] not in _EVERYWHERE)
    )
