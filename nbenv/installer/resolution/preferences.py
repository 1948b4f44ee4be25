"""The versions that a resolution prefers: those that are locked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomli_w

from nbenv.core.lock import LockedDistribution
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec

__all__ = ["write_preferences"]


def write_preferences(
    path: Path, spec: Spec, options: ResolveOptions, pins: Mapping[str, Index]
) -> None:
    """Write the locked versions as a ``uv.lock``, whose versions uv keeps where it can.

    uv ignores a lock that was made in another resolution mode, and of what is pinned to an index
    the versions that are locked from elsewhere.
    """
    loose = set(options.names)
    packages = [
        _preference(locked, pins.get(locked.name))
        for locked in spec.lock.distributions
        if locked.version and locked.name not in loose
    ]
    document = {"version": 1, "requires-python": f"=={spec.python}.*", "package": packages}
    if options.resolution:
        document["options"] = {"resolution-mode": options.resolution}
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def _preference(locked: LockedDistribution, pinned: Index | None) -> dict[str, object]:
    url = pinned.url if pinned else "https://index.invalid/simple"  # which counts for no other
    preference: dict[str, object] = {
        "name": locked.name,
        "version": locked.version,
        "source": {"registry": url},
    }
    if locked.marker:
        preference["resolution-markers"] = [locked.marker]
    return preference
