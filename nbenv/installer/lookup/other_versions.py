"""Look up which versions of a package its index has, without downloading any.

uv has no command for that: it is asked for the newest version below several limits at once. So a
long history becomes a short list, with the newest release of each of the last series.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from nbenv.core.spec import Spec
from nbenv.home.scratch import scratch_folder
from nbenv.installer.index_packages import pins_of
from nbenv.installer.lookup.brief_uv import may_ask_index, run_briefly

__all__ = ["other_versions"]

_PATIENCE = 10.0
"""Seconds that all answers may take."""
_SERIES = 6
_ROUNDS = 3
_MOST = 10
_ANSWER = "answer.txt"


def other_versions(name: str, python: str, spec: Spec) -> list[str]:
    """Return the versions to choose from, the newest first: one of each of the last series.

    Where there are few series, more releases of each come in.

    Parameters
    ----------
    name
        The normalised name of a package.
    python
        The interpreter that they must work with.
    spec
        The record, for its indexes and the day that versions are at most as new as.

    Returns
    -------
    list
        Empty where no index answers, or this machine may ask none.
    """
    if not may_ask_index():
        return []
    deadline = time.monotonic() + _PATIENCE
    with scratch_folder() as folder:
        asked = _Asked(name, python, spec, Path(folder))
        found = asked.below([""], deadline)
        for attempt in range(_ROUNDS):
            if len(found) >= _SERIES:
                break
            # Then the series of earlier major versions, and the releases within a series.
            limits = _limits(found) | ({f"<{each}" for each in found} if attempt else set())
            found |= asked.below(limits, deadline)
    return [str(each) for each in sorted(found, reverse=True)[:_MOST]]


class _Asked:
    """One package, of which uv is asked for the newest version with some limits."""

    def __init__(self, name: str, python: str, spec: Spec, folder: Path) -> None:
        self._name, self._folder, self._spec = name, folder, spec
        self._limits: set[str] = set()
        self._options = ["--python", python, "--no-deps", "--no-header", "--no-annotate"]
        self._options += ["--no-build", "--output-file", _ANSWER, "requirements.in"]
        if spec.exclude_newer:
            self._options.append(f"--exclude-newer={spec.exclude_newer}")

    def below(self, limits: Iterable[str], deadline: float) -> set[Version]:
        """Return the newest version for each limit that was not asked for before, if any has it."""
        commands: dict[str, tuple[list[str], Path]] = {}
        for limit in {*limits} - self._limits:
            place = self._folder / f"below-{limit.strip('<') or 'none'}"
            place.mkdir()
            (place / "uv.toml").touch()  # settings of a folder above do not count
            (place / "requirements.in").write_text(f"{self._name}{limit}\n", encoding="utf-8")
            commands[limit] = (["pip", "compile", *self._options], place)
        self._limits |= commands.keys()
        pin = pins_of(self._spec.indexes, [self._name]).get(self._name)
        indexes, only = self._spec.indexes, pin.url if pin else ""
        done = run_briefly(commands, deadline, indexes, only)
        answers = (_version_in(commands[limit][1] / _ANSWER) for limit in done)
        return {each for each in answers if each}


def _limits(versions: Iterable[Version]) -> set[str]:
    """Return limits below which other series begin: ``<2.3``, ``<2.2``, …, ``<2``, ``<1``."""
    limits = set()
    for version in versions:
        epoch = f"{version.epoch}!" if version.epoch else ""
        major, minor = (*version.release, 0)[:2]
        for step in range(_SERIES):
            if minor >= step:
                limits.add(f"<{epoch}{major}.{minor - step}")
        for step in range(_SERIES // 2):
            if major > step:
                limits.add(f"<{epoch}{major - step}")
    return limits


def _version_in(answer: Path) -> Version | None:
    """Return the version in ``name==version``, as uv wrote it; None where it wrote no such line."""
    try:
        lines = answer.read_text(encoding="utf-8").split("\n")
        (exact,) = Requirement(lines[0]).specifier
        return Version(Version(exact.version).public)
    except (OSError, ValueError, InvalidRequirement):
        return None
