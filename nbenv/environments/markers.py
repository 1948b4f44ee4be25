"""Environment markers (PEP 508), also of Pythons and platforms that are not on this machine.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

from collections.abc import Mapping

from packaging.markers import default_environment

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec

__all__ = ["marker_values", "select_locked"]

_NEWEST = "99"
"""The patch version assumed for a Python that is not here: uv would fetch the newest."""


def marker_values(
    python: str, version: str | None = None, platform: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the marker values of a CPython on this machine, or on another platform.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    version
        The full version of the interpreter; ignored if it is of another minor version.
    platform
        The values that differ on another platform, as ``{"sys_platform": "win32"}``.
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
    """Return the locked distributions for one environment, by name.

    `version` and `platform` are as in `marker_values`.
    """
    return spec.lock.selection(marker_values(spec.python, version, platform))
