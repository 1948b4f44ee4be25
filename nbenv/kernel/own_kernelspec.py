"""The kernelspec for Jupyter clients in a notebook's own environment.

nbclient, papermill or a server that is installed there looks for kernelspecs there, and would start
the environment's Python. This one starts the host's, which nbenv is installed for.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.home import paths

__all__ = ["add_kernelspec"]

_VARIABLE = "JUPYTER_PATH"
"""Jupyter's variable: folders in which its programs look for kernelspecs first."""


def add_kernelspec(environ: dict[str, str]) -> None:
    """Have Jupyter programs with these environment variables find nbenv's kernelspec."""
    folder = os.path.join(paths.home(), "jupyter", paths.key(sys.prefix))
    folders = environ.get(_VARIABLE, "").split(os.pathsep)
    if folder not in folders and _is_written(folder):
        environ[_VARIABLE] = os.pathsep.join([folder, *filter(None, folders)])


def _is_written(folder: str) -> bool:
    """Return whether the kernelspec is in a folder, where it is written once."""
    path = os.path.join(folder, "kernels", "nbenv", "kernel.json")
    if os.path.exists(path):
        return True
    from nbenv.home import private_files  # once for each home and Python

    try:
        private_files.write_json(path, _kernelspec())
    except OSError:  # a full or read-only disk: the kernel itself needs none
        return False
    return True


def _kernelspec() -> dict[str, object]:
    from nbenv.core.python_command import main_command  # written once

    # What jupyter-config/kernels/nbenv/kernel.json has, but for its interpreter, and without the
    # provisioner: jupyter_client refuses one that is not installed beside it. A test compares.
    words = main_command(sys.executable, "nbenv.kernel.launcher", "-f", "{connection_file}")
    return {
        "argv": words,
        "display_name": "Python (own environment)",
        "language": "python",
        "metadata": {"debugger": True},
        "env": {"PYTHONSAFEPATH": "nbenv"},
    }
