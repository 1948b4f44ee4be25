"""PEP 508 marker values of environments, of Pythons and platforms that are not here included.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

from collections.abc import Mapping

from packaging.markers import default_environment

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec

__all__ = ["marker_values", "select_locked"]

_NEWEST = "99"
"""The patch version of a Python that is not here: fetched, it would be the newest."""


def marker_values(
    python: str, version: str | None = None, platform: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the marker values of a CPython on this machine, or on another platform.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    version
        The full version of the interpreter; one of another minor version does not count.
    platform
        What differs on another platform, as ``{"sys_platform": "win32"}``.
    """
    known = version is not None and version.startswith(f"{python}.")
    full = str(version) if known else f"{python}.{_NEWEST}"
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": full,
        "implementation_version": full,
        **(platform or {}),
    }


def select_locked(
    spec: Spec, version: str | None = None, platform: Mapping[str, str] | None = None
) -> dict[str, LockedDistribution]:
    """Return what of a lock belongs in an environment, by name; see `marker_values`."""
    return spec.lock.selection(marker_values(spec.python, version, platform))
