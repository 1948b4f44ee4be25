"""Options of one resolution, beside those that a record keeps."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ResolveOptions"]


@dataclass(frozen=True)
class ResolveOptions:
    """The locked versions that may change, and the limits for what replaces them.

    Parameters
    ----------
    everything
        Whether all versions may change.
    names
        The packages whose versions may change.
    pre
        The packages that may change to pre-releases.
    any_index
        Whether packages may come from another index than before.
    moved
        The packages that were asked from another index than before.
    avoid
        Versions not to take, as ``name==version``.
    before
        A time (RFC 3339) or a day; what was uploaded later is not taken.
    no_build
        The packages of which only wheels are taken.
    only_wheels
        Whether nothing at all may be built, not even to find out what it requires.
    locked_for
        The Python of the existing lock, if it is another one than the spec's.
    no_index
        Whether no index is asked, but for what a kernel needs.
    prefer_binary
        Whether an older version with a wheel is better than a newer one without.
    exempt
        Packages that no day limits, as they are locked or the kernel's own.
    dated
        Packages with a day of their own, as ``name=2024-06-01``.
    refreshed
        The packages whose sources are read again, whatever uv's cache knows of them.
    resolution
        uv's name of the versions to prefer, such as ``lowest``; "" for the newest.
    offline
        Whether only what uv's cache knows counts, as right after another resolution.
    """

    everything: bool = False
    names: tuple[str, ...] = ()
    pre: tuple[str, ...] = ()
    any_index: bool = False
    moved: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    before: str = ""
    no_build: tuple[str, ...] = ()
    only_wheels: bool = False
    locked_for: str = ""
    no_index: bool = False
    prefer_binary: bool = False
    exempt: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    refreshed: tuple[str, ...] = ()
    resolution: str = ""
    offline: bool = False
