"""The surroundings of nbenv's processes: Python's settings, the folder, the standard streams.

They are about the user's code, or an accident, and must not stop nbenv. Light on purpose: a
starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.home import paths

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["shield_process", "without_python_settings"]

_HARMLESS = ("PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUTF8")


def shield_process() -> None:
    """Keep the surroundings from stopping this process of nbenv's; to be called first.

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
    if os.path.basename(os.environ.get("PIP_PYTHON", "")) == paths.OTHER_PIP:
        del os.environ["PIP_PYTHON"]  # a cell's pip is nbenv's, and nbenv's own is not
    _leave_deleted_folder()
    _open_closed_streams()


def _leave_deleted_folder() -> None:
    try:
        os.getcwd()
    except OSError:  # neither this process nor one that it starts could tell where it is
        home = os.path.expanduser("~")
        os.chdir(home if os.path.isdir(home) else os.sep)


def _open_closed_streams() -> None:
    """Open standard streams that were closed, as ``>&-`` does: a file would take their numbers."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
            os.set_inheritable(null, True)
            if getattr(sys, name) is None:
                stream = open(null, "w" if number else "r", closefd=False)  # noqa: SIM115
                setattr(sys, name, stream)


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
