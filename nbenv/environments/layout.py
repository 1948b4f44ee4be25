"""The layout of an environment on disk, and what a process needs to run in it.

Another kind of environment would differ here, in `nbenv.environments.environment`, and in
`nbenv.installer`. Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.home import paths
from nbenv.home.trust import is_closed

__all__ = [
    "CONFIGURATION",
    "PIP_PYTHON",
    "SHARED",
    "activate",
    "changed",
    "is_closed_to_others",
    "is_linked",
    "is_touched",
    "packages_path",
    "python_path",
]

PIP_PYTHON = "PIP_PYTHON"
"""pip's variable (``pip --python``): what a pip runs instead of the Python that it is in."""
SHARED = "shared"
"""The key of the marker with the folder of the provided environment that one is linked to."""
CONFIGURATION = "pyvenv.cfg"
"""The file that each virtual environment has, of whatever program."""
# These would make a process import from other environments, or take itself to be in one.
_LEAKS = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONEXECUTABLE",
    "PYTHONPLATLIBDIR",
    "__PYVENV_LAUNCHER__",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
)


def python_path(environment: str) -> str:
    """Return the interpreter of an environment."""
    if sys.platform == "win32":
        return os.path.join(environment, "Scripts", "python.exe")
    return os.path.join(environment, "bin", "python")


def packages_path(environment: str, python: str) -> str:
    """Return the folder that packages are installed to; `python` is as in ``"3.11"``."""
    if sys.platform == "win32":
        return os.path.join(environment, "Lib", "site-packages")
    return os.path.join(environment, "lib", f"python{python}", "site-packages")


def changed(environment: str, python: str) -> int | None:
    """Return when packages were last added or removed; None for an incomplete environment.

    The unit is nanoseconds, but only equality counts, so a clock that jumps does no harm.
    """
    try:
        os.stat(os.path.join(environment, CONFIGURATION))
        return os.stat(packages_path(environment, python)).st_mtime_ns
    except OSError:
        return None


def is_touched(environment: str, marker: dict[str, object]) -> bool:
    """Return whether packages were added or removed since an environment was marked as synced."""
    value = marker.get("value")
    python = str(value.get("python")) if isinstance(value, dict) else ""
    now = changed(environment, python)
    return now is None or marker.get("changed") != now


def is_linked(environment: str) -> bool:
    """Return whether the packages of an environment are those of a provided one (`shared`)."""
    return os.path.islink(os.path.join(environment, "lib"))


def is_closed_to_others(environment: str, marker: dict[str, object]) -> bool:
    """Return whether nobody but root and this user may write where a linked one's packages are.

    All of it was looked at when it was linked; the folders are looked at again at each start.
    """
    value = marker.get("value")
    python = str(value.get("python")) if isinstance(value, dict) else ""
    try:
        return all(
            is_closed(os.stat(each))
            for each in (str(marker[SHARED]), packages_path(environment, python))
        )
    except OSError:
        return False


def activate(environment: str, environ: dict[str, str]) -> dict[str, str]:
    """Return a process's environment variables for running in an environment, as a shell has them.

    Parameters
    ----------
    environment
        The environment's folder.
    environ
        The variables of this process.
    """
    active = {name: value for name, value in environ.items() if name not in _LEAKS}
    active["VIRTUAL_ENV"] = environment
    scripts = os.path.dirname(python_path(environment))
    first = [os.path.join(environment, paths.PIP_SCRIPTS), scripts]
    active["PATH"] = os.pathsep.join([*first, active.get("PATH", os.defpath)])
    other_pip = os.path.join(first[0], paths.OTHER_PIP)
    if os.path.exists(other_pip):  # an earlier version made none
        active.setdefault(PIP_PYTHON, other_pip)
    return active
