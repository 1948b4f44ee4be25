"""Make a kernel at home that an environment's Python started without nbenv, as editors do.

IPython runs `pip_shims.STARTUP` of the environment when it starts, and that runs this by path with
the environment's Python. It imports nothing of nbenv, which is not installed there.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

_FOLDER = "nbenv.scripts"
_OTHER_PIP = "other-pip"
_EXPLANATION = (
    "%nbenv needs the kernel Python (own environment); this one is the environment's Python "
    "without it. "
    "Here, %pip install NAME installs into the notebook's environment and is recorded. "
    "For the rest, run nbenv in a terminal, as in: nbenv status NOTEBOOK"
)


def prepare(shell: Any) -> None:
    """Have commands find the environment's pip first, and explain what ``%nbenv`` needs.

    Parameters
    ----------
    shell
        IPython's shell.
    """
    _activate(sys.prefix, os.environ)
    shell.register_magic_function(_explain, "line_cell", "nbenv")


def _activate(environment: str, environ: MutableMapping[str, str]) -> None:
    """Set what `nbenv.environments.layout.activate` sets for nbenv's own kernels."""
    scripts = os.path.join(environment, _FOLDER)
    path = environ.get("PATH", os.defpath)
    if not os.path.isdir(scripts) or scripts in path.split(os.pathsep):
        return
    environ["VIRTUAL_ENV"] = environment
    first = [scripts, os.path.dirname(sys.executable)]
    environ["PATH"] = os.pathsep.join([*first, path])
    other_pip = os.path.join(scripts, _OTHER_PIP)
    if os.path.exists(other_pip):
        environ.setdefault("PIP_PYTHON", other_pip)


def _explain(line: str, cell: str | None = None) -> None:
    """Say where ``%nbenv`` works, and what to type here."""
    from IPython.core.error import UsageError

    raise UsageError(_EXPLANATION)
