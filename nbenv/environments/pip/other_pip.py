"""Tell whom a pip is for that is not nbenv's, as one on the PATH of a login shell.

Where ``PIP_PYTHON`` names a script of nbenv's (`environments/layout.py`), pip runs that instead of
the Python that it would install for, with the file by which a Python runs pip, and its words. A pip
in an environment of someone's own gets them back; that of the system or of the server is the
notebook's.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from nbenv.environments import layout
from nbenv.home import paths
from nbenv.home.real_path import is_same

__all__ = ["forget", "own_command"]

_IS_CHILD = "_PIP_RUNNING_IN_SUBPROCESS"
"""pip's variable that keeps the pip of the other Python from doing the same."""


def forget() -> None:
    """Remove nbenv's script from this process's variables, for the programs that it starts."""
    if os.path.basename(os.environ.get(layout.PIP_PYTHON, "")) == paths.OTHER_PIP:
        del os.environ[layout.PIP_PYTHON]


def own_command(words: Sequence[str], environment: Path, *, is_cells: bool) -> list[str] | None:
    """Return the command by which a pip does itself what it was called for.

    Parameters
    ----------
    words
        The file that runs pip, and pip's words.
    environment
        The folder of the environment whose script was called.
    is_cells
        Whether a cell of that environment's kernel called it, and not one of another kernel.

    Returns
    -------
    list or None
        None if that is nbenv's to do.
    """
    called, runner = _calling_python(), Path(words[0])
    prefixes = [Path(called).parent.parent, *runner.parents[4:5]]
    prefix = next((each for each in prefixes if _is_environment(each)), None)
    if not is_cells:
        return [called, *words]
    if prefix is None or is_same(prefix, environment) or is_same(prefix, Path(sys.prefix)):
        os.environ.pop(_IS_CHILD, None)
        _leave_conda_of_shell()
        return None
    return [called if prefix == prefixes[0] else layout.python_path(str(prefix)), *words]


def _leave_conda_of_shell() -> None:
    """Forget conda's first environment, which its lines in ``.bashrc`` activate in each shell."""
    active = Path(os.environ.get("CONDA_PREFIX") or os.sep)
    if not _is_environment(active) or is_same(active, Path(sys.prefix)):
        os.environ.pop("CONDA_PREFIX", None)


def _calling_python() -> str:
    """Return the full path of the Python that runs the pip which called this."""
    parent = psutil.Process().parent()
    name = parent.cmdline()[0] if parent is not None else sys.executable
    return os.path.abspath(shutil.which(name) or name)


def _is_environment(prefix: Path) -> bool:
    """Return whether a folder is an environment that someone made; conda's first one is not."""
    if (prefix / "conda-meta").is_dir():
        return not (prefix / "condabin").is_dir()
    return (prefix / layout.CONFIGURATION).is_file()
