"""Assess an environment before a change: whole, touched, damaged, or to be replaced."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from dataclasses import replace

from nbenv.core.spec import Spec
from nbenv.engine.document import parse_record
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.integrity import IntegrityReport, check_files, find_edited
from nbenv.environments.inventory import is_in_use
from nbenv.environments.markers import select_locked
from nbenv.environments.ownership import is_ours
from nbenv.environments.store import notebook_of
from nbenv.errors import RecordError

__all__ = [
    "begin_check",
    "check",
    "confirm_touched",
    "find_damage",
    "is_occupied",
    "must_be_replaced",
    "must_leave_provided",
]


def begin_check(environment: Environment, contents: bool = False) -> Future[IntegrityReport]:
    """Check an environment's files in a thread, while the caller resolves.

    With `contents` also by their digests, which finds what was edited in place.
    """
    report: Future[IntegrityReport] = Future()

    def work() -> None:
        try:
            found = check(environment)
            if contents:
                edited = find_edited(environment)
                found = replace(found, broken=found.broken | frozenset(edited))
            report.set_result(found)
        except BaseException as error:
            report.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return report


def check(environment: Environment) -> IntegrityReport:
    """Check an environment's files; one that does not exist has no damage."""
    return check_files(environment) if environment.read_version() else IntegrityReport()


def is_occupied(environment: Environment) -> bool:
    """Return whether a folder without a usable environment must stay where it is."""
    if environment.read_version() is not None or not os.path.lexists(environment.path):
        return False
    return not is_ours(environment.path) or is_in_use(environment)


def find_damage(version: str | None, marker: Marker, report: IntegrityReport) -> str:
    """Return a sentence about the damage of an environment, "" if there is none.

    Parameters
    ----------
    version
        The full version of its interpreter, None if the environment cannot be used.
    marker
        Its marker. Without one, a change was interrupted, and any stray file may be from that.
    report
        A check of its files.
    """
    if version is None:
        return ""
    broken = sorted(report.broken - marker.mismatched)
    if broken:
        names = ", ".join(broken[:5]) + (", …" if len(broken) > 5 else "")
        return f"Files of {names} are missing or damaged in the environment on this machine."
    if marker.record is None and report.strays:
        return "A change to the environment on this machine was interrupted."
    return ""


def must_be_replaced(version: str | None, marker: Marker, spec: Spec) -> bool:
    """Return whether changing the environment cannot make it hold what a spec locks."""
    if version is None:
        return False
    return not version.startswith(f"{spec.python}.") or _has_other_files(version, marker, spec)


def must_leave_provided(
    environment: Environment, version: str | None, marker: Marker, spec: Spec
) -> bool:
    """Return whether a linked environment does not hold what a spec locks, or is not trusted.

    Nothing is ever written to what is provided: the notebook gets an environment of its own.

    Parameters
    ----------
    environment
        The notebook's environment, linked or not.
    version
        The full version of its Python; None if it is unusable.
    marker
        Its marker.
    spec
        The record whose lock it should hold.
    """
    if version is None or not environment.is_linked:
        return False
    made_of, wanted = _made_of(marker), select_locked(spec, version)
    is_same = made_of is not None and select_locked(made_of, version) == wanted
    is_whole = is_same and wanted.keys() <= environment.installed().keys()
    return not is_whole or not environment.is_closed_to_others


def _made_of(marker: Marker) -> Spec | None:
    """Return the record that an environment was made of; None for one of another version's."""
    try:
        return parse_record(marker.record) if marker.record else None
    except RecordError:  # written by another version of nbenv
        return None


def _has_other_files(version: str, marker: Marker, spec: Spec) -> bool:
    """Return whether a package is installed in the locked version, but from another file.

    An installer leaves alone what has the right version. Only the lock that the environment was
    made of tells from which file that was installed.
    """
    made_of = _made_of(marker)
    if made_of is None:
        return False
    before, wanted = select_locked(made_of, version), select_locked(spec, version)
    same = ((before[name], wanted[name]) for name in before.keys() & wanted.keys())
    return any(
        old.version == new.version and not {*old.hashes} & {*new.hashes}
        for old, new in same
        if old.version and new.version
    )


def confirm_touched(environment: Environment, marker: Marker) -> bool:
    """Mark an environment as complete again after something touched it, if it is complete.

    Parameters
    ----------
    environment
        The environment, locked by the caller.
    marker
        Its marker.

    Returns
    -------
    bool
        Whether it is complete, also if nothing had touched it.
    """
    if environment.is_linked and not environment.is_closed_to_others:
        return False  # others may have changed what is provided
    if not marker.is_touched:
        return True
    version = environment.read_version()
    if marker.record is None or find_damage(version, marker, check_files(environment)):
        return False
    wanted = select_locked(parse_record(marker.record), version)
    if not wanted.keys() <= environment.installed().keys():
        return False
    owner = notebook_of(environment.identifier)
    environment.mark(marker.record, owner, marker.mismatched, marker.sources)
    return True
