"""Provide a notebook's environment for all users of a machine, as when an image is built.

The environment is made under another name and then renamed, so that nobody finds half of it. Its
programs find their Python beside themselves, so it may be built in one place and used in another.
All of it is compiled, as those who use it cannot write there.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nbenv.core.python_command import module_command
from nbenv.core.spec import Spec
from nbenv.engine.consent import agree, agreed_by_command, check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import sync_environment
from nbenv.engine.interrupts import INTERRUPTS, stopped
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.summaries import counted
from nbenv.environments import layout, ownership
from nbenv.environments.environment import Environment
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.shared.lower_layer import (
    MACHINE,
    can_be_shared,
    distrusted_part,
    is_usable,
    machine,
)
from nbenv.errors import BrokenEnvironmentError, NotebookError, UsageError
from nbenv.home import paths, private_files
from nbenv.home.locks import locked
from nbenv.home.processes.console import no_window
from nbenv.home.real_path import is_same
from nbenv.installer.machine.uv_environment import uv_settings
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["provide"]

_RELOCATABLE = "relocatable = true\n"
"""The line of ``pyvenv.cfg`` by which uv writes programs that find their Python beside them."""


def provide(ref: NotebookRef, folder: str, agreed: str | None = None) -> Steps[Outcome]:
    """Make what a notebook records below a folder that is to be ``NBENV_SHARED``.

    To ask for it is to approve the record. The notebook itself and its own environment stay as they
    are.

    Parameters
    ----------
    ref
        The notebook.
    folder
        The folder for all users; it is made if it is not there.
    agreed
        The digest that was agreed to, None for a command in a terminal, which is the agreement.

    Raises
    ------
    NotebookError
        The notebook has no lock, or locks a local project.
    UsageError
        The folder cannot be provided, as on Windows.
    NbenvError
        The environment could not be built; the folder is as before.
    """
    place = _checked_place(folder)
    agreed = yield from agreed_by_command(ref, agreed)
    snapshot = NotebookSnapshot.read(ref)
    check_approved(snapshot, agreed)
    snapshot.check_recorded()
    snapshot.check_locked()
    spec = snapshot.spec
    if not can_be_shared(spec):
        raise NotebookError(
            "This notebook's environment cannot be provided for others.",
            "It contains a local project or archive, of which each user has a copy of their own.",
            "Publish the project to an index, or install it from a repository.",
        )
    agree(snapshot, spec)
    target = Environment(os.path.join(place, spec.digest(Path(os.sep))))
    with locked(target.path.name):
        if is_usable(target):
            return Outcome(f"It is provided already, in {target.path}.", data=_data(target))
        interpreter = yield from obtain_python(spec.python, True)
        try:
            yield from _build(snapshot, target, interpreter)
        except INTERRUPTS:
            raise stopped(True) from None
        except OSError as error:
            raise _unwritable(place, error) from None
    count = counted(len(target.installed()))
    summary = f"Provided in {target.path}: Python {target.read_version()} with {count}."
    return Outcome(summary, text=_note(target, folder), data=_data(target))


def _data(target: Environment) -> dict[str, object]:
    return {"path": str(target.path), "digest": target.path.name, "python": target.read_version()}


def _note(target: Environment, folder: str) -> str:
    """Return what an administrator has to do yet, so that others can use the environment."""
    lines = []
    if risky := distrusted_part(str(target.path)):
        lines.append(
            f"It is not used as long as others may change {risky}: that must belong to root or to "
            "the user, and be writable by its owner alone."
        )
    for path in (target.python, str(target.path)):
        if closed := _closed_part(path):
            lines.append(f"Other users cannot use it: {closed} is closed to them.")
    return "\n".join(lines) or f"Set NBENV_SHARED={os.path.abspath(folder)} for those who use it."


def _checked_place(folder: str) -> str:
    """Return the folder of the environments in the one that is given."""
    if os.name != "posix":
        raise UsageError("Environments for all users are not supported on Windows.")
    place = os.path.realpath(os.path.expanduser(folder))
    if is_same(place, paths.home()):
        raise UsageError(
            "restore --into needs another folder than NBENV_HOME.",
            "NBENV_HOME holds this user's own environments and approvals.",
        )
    return os.path.join(place, "envs")


def _unwritable(place: str, error: OSError) -> BrokenEnvironmentError:
    return BrokenEnvironmentError(
        f"The environment could not be written below {place}.",
        f"{error.strerror or error}.",
        "Check the folder's owner and permissions, and the space on its disk.",
    )


def _closed_part(path: str) -> str:
    """Return the program, or a folder above it, that other users may not enter; "" for none."""
    path = os.path.realpath(path)
    while os.stat(path).st_mode & stat.S_IXOTH:
        if path == os.path.dirname(path):
            return ""
        path = os.path.dirname(path)
    return path


def _build(
    snapshot: NotebookSnapshot, target: Environment, interpreter: Interpreter
) -> Steps[None]:
    """Build the environment beside its place, and put it there once it is whole."""
    place = target.path.parent
    for each in (place.parent, place):
        if not each.is_dir():
            each.mkdir(parents=True, mode=0o755)
            each.chmod(0o755)  # whatever the umask is
    beside = Environment(str(place / f".new-{target.path.name}-{os.getpid():x}"))
    try:
        yield Progress("create", f"Creating an environment with Python {interpreter.version}…")
        beside.create(interpreter)
        with open(beside.path / layout.CONFIGURATION, "a", encoding="utf-8") as file:
            file.write(_RELOCATABLE)
        there = replace(snapshot, state=replace(snapshot.state, environment=beside.identifier))
        with uv_settings({"UV_LINK_MODE": "copy"}):  # no file is that of somebody's cache, too
            yield from sync_environment(there, snapshot.spec, interpreter, exact=True)
        yield Progress("install", "Compiling all modules…")
        _compile(beside)
        _finish(beside, snapshot.spec, target.path.name)
        target.remove()  # what was not usable
        os.rename(beside.path, target.path)
    except BaseException:
        beside.remove()
        raise


def _compile(environment: Environment) -> None:
    """Compile every module, valid whatever time an image gives to its source.

    What cannot be compiled, as code for another Python, is not what anybody imports.
    """
    packages = str(environment.site_packages())
    words = ["-q", "-q", "-f", "--invalidation-mode", "unchecked-hash", packages]
    command = module_command(environment.python, "compileall", *words)
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        creationflags=no_window(),
    )


def _finish(environment: Environment, spec: Spec, name: str) -> None:
    """Mark the environment as complete, under its name, and open it to all users for reading."""
    mismatched = environment.read_marker().mismatched
    environment.mark(spec.to_record(), None, mismatched)
    path = paths.marker_path(str(environment.path))
    private_files.write_json(path, {**(paths.read_json(path) or {}), MACHINE: machine()})
    ownership.write_sign(environment.path, name)
    for each in (str(environment.path), *_below(str(environment.path))):
        mode = os.lstat(each).st_mode
        if not stat.S_ISLNK(mode):
            is_program = stat.S_ISDIR(mode) or bool(mode & stat.S_IXUSR)
            os.chmod(each, 0o755 if is_program else 0o644)


def _below(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        yield from (os.path.join(base, name) for name in (*folders, *names))
