"""Say where an image, which is for Linux, cannot be made from a lock of other platforms."""

from __future__ import annotations

from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import described_platforms, may_be_for, same_system

__all__ = ["linux_warning"]

_LINUX = "sys_platform == 'linux'"


def linux_warning(spec: Spec) -> str:
    """Return a sentence about a lock that is not for every Linux, "" for one that is.

    Parameters
    ----------
    spec
        The record.
    """
    known = spec.lock.platforms
    if not known or _LINUX in known:
        return ""
    described = described_platforms(known)
    if not may_be_for(known, _LINUX):
        return (
            f"An image is for Linux, and this notebook is locked for {described} only: building it "
            "will fail. Change the notebook on Linux, or where the index has files for it, and "
            "export it again."
        )
    where = "there" if same_system(known, "linux") else "on that kind of Linux"
    return f"This notebook is locked for {described} only: the image can only be built {where}."
