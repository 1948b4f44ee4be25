"""The time that exact versions are of, so that what they need can be taken from then too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from nbenv.adopt.findings import is_exact, named
from nbenv.core.spec import Index, Spec
from nbenv.environments import interpreters
from nbenv.installer.index_lookup import offered_files
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.installer.wheel_choice import File
from nbenv.progress import Progress, Steps

__all__ = ["SLOW_TO_BUILD", "day_of_versions"]

SLOW_TO_BUILD = tuple(
    "catboost duckdb fiona grpcio h5py jax jaxlib lightgbm llvmlite lxml matplotlib netcdf4 numba "  # noqa: SIM905
    "numpy opencv-contrib-python opencv-python opencv-python-headless pandas pillow polars pyarrow "
    "pyproj pyqt5 pywavelets rasterio scikit-image scikit-learn scipy shapely spacy statsmodels "
    "tables tensorflow thinc tokenizers torch torchvision xgboost".split()
)
"""What takes minutes to build, and mostly fails on a Python that is newer than it."""
_OLD = timedelta(days=540)
_LATER = timedelta(days=90)
"""What a version needs was there within this time."""


def day_of_versions(
    texts: Sequence[str], python: str, folder: Path, indexes: tuple[Index, ...] = ()
) -> Steps[str | None]:
    """Return the day that requirements with old exact versions are of; None for new ones, or none.

    `indexes` are those beyond this machine's own where a version may be.

    Raises `ResolutionError` when that Python cannot have them.
    """
    exact = tuple(text for text in texts if is_exact(text))
    found = interpreters.find(python)
    if not exact or found is None:
        return None
    yield Progress("resolve", f"Looking how old {', '.join(exact[:3])} is …")
    spec = Spec(python, exact, indexes=indexes)
    upgrade = ResolveOptions(no_build=SLOW_TO_BUILD)
    lock = yield from resolve_lock(spec, found.executable, folder, upgrade)
    offered = offered_files(lock.distributions, python)
    names = {parsed.name for text in exact if (parsed := named(text))}
    days = [day for name in names if (day := _uploaded(offered.get(name, ())))]
    newest = max(days, default=None)
    if newest is None or date.today() - newest < _OLD:
        return None
    return (newest + _LATER).isoformat()


def _uploaded(files: Sequence[File]) -> date | None:
    """Return the day that a version's first file was uploaded."""
    days = (_day(file.uploaded) for file in files if file.uploaded)
    return min((day for day in days if day), default=None)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
    except ValueError:
        return None
