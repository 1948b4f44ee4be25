"""Refuse to install on this platform what is locked for others alone."""

from __future__ import annotations

import platform

from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import described_platforms
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.markers import is_for_here
from nbenv.errors import PlatformError

__all__ = ["check_platform", "elsewhere_reason"]


def check_platform(spec: Spec, interpreter: Interpreter) -> None:
    """Raise `PlatformError` unless a lock is for this platform, with this Python."""
    if is_for_here(spec, interpreter.version):
        return
    raise PlatformError(
        elsewhere_reason(spec),
        "Where it was locked, the index had no files for others, or they could not be resolved.",
        "Nothing was changed. To lock the same versions for this machine, too: nbenv restore "
        "NOTEBOOK --fallback build (in a cell: %nbenv restore --fallback build).",
    )


def elsewhere_reason(spec: Spec) -> str:
    """Return the sentence that a lock is for other platforms."""
    known = described_platforms(spec.lock.platforms)
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system())
    python = f" with Python {platform.python_version()}" if "Python" in known else ""
    here = f"{system} ({platform.machine()}){python}"
    return f"This notebook is locked for {known} only, not for {here}."
