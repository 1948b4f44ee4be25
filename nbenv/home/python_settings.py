"""Python's own settings in the surroundings: they are about the user's code, not about nbenv's.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ignore_python_settings", "without_python_settings"]

_HARMLESS = ("PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUTF8")


def ignore_python_settings() -> None:
    """Keep the user's settings from changing how this process of nbenv's runs; call it first.

    ``PYTHONWARNINGS=error`` would stop nbenv at a deprecation somewhere in the libraries that it
    uses, and a folder of ``PYTHONPATH`` may hold other versions of them: it comes last, unless
    nbenv itself is there. The variables stay as they are.
    """
    if sys.warnoptions:
        import warnings

        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    if os.environ.get("PYTHONPATH"):
        _move_last([os.path.abspath(each) for each in os.environ["PYTHONPATH"].split(os.pathsep)])


def _move_last(folders: list[str]) -> None:
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if own not in folders:
        sys.path.sort(key=lambda entry: entry in folders)  # the others stay in their order


def without_python_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a process that examines a Python, or builds with it.

    Another Python than this one could not even start with its ``PYTHONHOME``, and a build would
    stop at a warning with ``PYTHONWARNINGS``.
    """
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("PYTHON") or name in _HARMLESS
    }
