"""The default of ``NBENV_HOME`` on each system.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["default_home", "usual_home"]

_NAME = "nbenv"


def default_home() -> str:
    """Return ``nbenv`` in Jupyter's data folder; on Windows in the user's local data.

    jupyter_core knows the folder on every system, but importing it takes a tenth of the time that a
    kernel needs to start. So the usual cases are known here.
    """
    usual = usual_home(sys.platform, os.environ)
    if usual:
        return usual
    from jupyter_core.paths import jupyter_data_dir

    return os.path.join(jupyter_data_dir(), _NAME)


def usual_home(
    platform: str, environ: Mapping[str, str], module: ModuleType = os.path
) -> str | None:
    """Return the default where it is simple, None where jupyter_core has to say it.

    On Windows Jupyter's data folder is copied from machine to machine at each logon (*Roaming*): an
    environment is neither small nor usable elsewhere. The name is short, as most programs there
    take no path of more than 260 characters.

    Parameters
    ----------
    platform
        A value of ``sys.platform``.
    environ
        The environment variables.
    module
        ``os.path``, or the one of that system.
    """
    if "JUPYTER_DATA_DIR" in environ:
        return None
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return str(module.join(local, _NAME)) if local else None
    if "JUPYTER_PLATFORM_DIRS" in environ or platform not in ("linux", "darwin"):
        return None
    own = module.realpath(module.expanduser("~"))  # as jupyter_core does it
    if platform == "darwin":
        return str(module.join(own, "Library", "Jupyter", _NAME))
    data = environ.get("XDG_DATA_HOME") or module.join(own, ".local", "share")
    return str(module.join(data, "jupyter", _NAME))
