"""The day to resolve as of: the one that was asked for, or the age of the exact versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from nbenv.adopt.findings import Findings, is_exact, package_name, parse_named
from nbenv.adopt.removals.table import PYTHON, Removal
from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.engine.indexes.claimed_packages import with_claimed
from nbenv.environments import interpreters
from nbenv.errors import InstallerError, UsageError
from nbenv.installer.index_lookup import offered_files
from nbenv.installer.lookup.responsible_index import for_this_machine
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.installer.wheel_choice import File
from nbenv.operations.adoption.pythons import usable_since
from nbenv.progress import Progress, Steps

__all__ = [
    "SLOW_TO_BUILD",
    "chosen_day",
    "day_before",
    "day_of_found",
    "day_of_versions",
    "later_days",
    "older_than_pythons",
    "suggested_day",
]

SLOW_TO_BUILD = tuple(
    "astropy catboost cftime duckdb fiona grpcio h5py jax jaxlib lightgbm llvmlite lxml "  # noqa: SIM905
    "matplotlib netcdf4 numba numpy opencv-contrib-python opencv-python opencv-python-headless "
    "pandas pillow polars pyarrow pyproj pyqt5 pywavelets rasterio scikit-image scikit-learn "
    "scipy shapely spacy statsmodels tables tensorflow thinc tokenizers torch torchvision "
    "xgboost".split()
)
"""Packages that take minutes to build, and rarely build on a Python newer than themselves."""
_OLD_VERSION = timedelta(days=540)
_STEPS = (0, 45, 120, 240, 420, 720)
"""Days after the first day to try, until what is needed existed for the Python."""
_DEPENDENCIES_FOLLOW = timedelta(days=90)
"""A version's dependencies were all uploaded within this time after it."""


def chosen_day(asked: str | None, findings: Findings) -> str | None:
    """Return the day to resolve as of, None for today.

    Parameters
    ----------
    asked
        A day (``"2021-06-01"``), ``"auto"`` for the one that the findings suggest, or None for the
        one that a record demands.

    Raises
    ------
    UsageError
        The text is no day.
    """
    if asked == "auto":
        return suggested_day(findings)
    if asked and not re.fullmatch(r"\d{4}-\d\d-\d\d", asked):
        raise UsageError(f"{asked!r} is not a date.", todo="Write it as in --as-of 2021-06-01.")
    return asked or (findings.as_of if findings.as_of_recorded else None)


def suggested_day(findings: Findings) -> str | None:
    """Return the day that a notebook suggests, on which all that it uses was still there.

    What was removed before any Python of this machine was usable decides nothing: at most, a limit
    gets it, beside packages of the first usable day.
    """
    removals = [each.removal for each in findings.removed]
    last = day_before(removals)
    if last is None and older_than_pythons(removals):
        last = _oldest_day()
    return min(filter(None, (findings.as_of, last)), default=None)


def day_before(removals: Iterable[Removal]) -> str | None:
    """Return the last day before the first of the removals, None where there is none.

    A removal that a limit answers counts for nothing, nor does one of a time before this machine's
    Pythons.
    """
    days = [
        each.day
        for each in removals
        if each.day and not each.is_limit and each.distribution != PYTHON
    ]
    if not days:
        return None
    oldest = _oldest_day()
    last = min((day for day in days if day > oldest), default=None)
    return (date.fromisoformat(last) - timedelta(days=1)).isoformat() if last else None


def older_than_pythons(removals: Iterable[Removal]) -> list[Removal]:
    """Return the removals that no day answers, but a limit may: older versions still install.

    They were made before this machine's Pythons were usable. A version of that time still installs
    on them if it is of Python alone, or quickly built.
    """
    oldest = _oldest_day()
    return [
        each
        for each in removals
        if each.day
        and each.day <= oldest
        and not each.is_limit
        and each.distribution not in {PYTHON, *SLOW_TO_BUILD}
    ]


def _oldest_day() -> str:
    """Return the day since which this machine's oldest Python is usable."""
    return min(usable_since(each.python) for each in interpreters.available())


def later_days(start: str, last: str | None = None) -> Iterator[str]:
    """Yield a day and later ones, in growing steps, up to two years later.

    `last` is a day that is among them, if it is later: the last on which all was still there.
    """
    first = date.fromisoformat(start)
    days = {(first + timedelta(days=each)).isoformat() for each in _STEPS}
    if last and start < last:
        days.add(last)
    yield from (day for day in sorted(days) if day < date.today().isoformat())


def day_of_versions(
    texts: Sequence[str], python: str, folder: Path, indexes: tuple[Index, ...] = ()
) -> Steps[str | None]:
    """Find out the day that exact versions among requirements are from, by asking the index.

    Parameters
    ----------
    texts
        The requirements.
    python
        The Python that they are for; if it is not on this machine, the answer is None.
    folder
        The notebook's folder, whose settings of the installer count.
    indexes
        Indexes beyond this machine's own that may have a version.

    Returns
    -------
    str or None
        A day as ``"2021-06-01"``; None where no version is exact, or none is old.

    Raises
    ------
    ResolutionError
        That Python cannot have these versions.
    """
    exact = tuple(text for text in texts if is_exact(text))
    found = interpreters.find(python)
    if not exact or found is None:
        return None
    yield Progress("resolve", f"Checking the age of {', '.join(exact[:3])}…")
    spec = Spec(python, exact, indexes=indexes)
    options = ResolveOptions(no_build=SLOW_TO_BUILD)
    spec = yield from with_claimed(Spec(python), spec, found, folder, options)
    lock = yield from resolve_lock(spec, found.executable, folder, options)
    offered = offered_files(for_this_machine(lock.distributions, spec.indexes), python)
    names = {name for text in exact if (name := package_name(text))}
    return _day_of_files(offered.get(name, ()) for name in names)


def day_of_found(findings: Findings, python: str) -> str | None:
    """Return the day that old exact versions give to everything, before anything is resolved.

    Only this machine's own indexes are asked, and about these versions alone. None where there are
    none, or where no index can be asked. What is asked from another index than the default one says
    nothing, as no other need know it.
    """
    own = (each for each in findings.settled() if each.source not in findings.main_indexes)
    exact = [each.requirement for each in own if is_exact(each.requirement)]
    asked = [named for text in exact if (named := parse_named(text)) and not named.url]
    lines = [
        LockedDistribution(each.name, min(s.version for s in each.specifier)) for each in asked
    ]
    if not lines:
        return None
    try:
        offered = offered_files(lines, python)
    except InstallerError:
        return None
    return _day_of_files(offered.values())


def _day_of_files(versions: Iterable[Sequence[File]]) -> str | None:
    newest = max(filter(None, map(_first_upload, versions)), default=None)
    if newest is None or date.today() - newest < _OLD_VERSION:
        return None
    return (newest + _DEPENDENCIES_FOLLOW).isoformat()


def _first_upload(files: Sequence[File]) -> date | None:
    """Return the day that the first file of a version was uploaded."""
    days = (_parse_day(file.uploaded) for file in files if file.uploaded)
    return min((day for day in days if day), default=None)


def _parse_day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
    except ValueError:
        return None
