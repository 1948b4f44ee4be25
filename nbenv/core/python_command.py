"""Commands that start a Python without letting it import from the folder that it starts in.

``python -m`` and ``python -c`` put the working directory first on ``sys.path``. That folder came
with a notebook or a repository, so a module there would run as nbenv or pip. ``PYTHONSAFEPATH``
prevents it since Python 3.11 only, and ``-I`` would also ignore PYTHONPATH and the user's site
packages, where nbenv may be installed. So the command itself takes the folder off again, before
its first import (``sys`` is built in).
"""

from __future__ import annotations

__all__ = ["main_command", "module_command"]

# kernel/guest/host_python.py and kernel.json hold the same text; a test compares them.
_SAFE_PATH = "import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; "


def main_command(python: str, module: str, *words: str) -> list[str]:
    """Return the command that calls the ``main`` of a module of nbenv.

    Parameters
    ----------
    python
        The path of the interpreter that nbenv is installed for.
    module
        The module's dotted name, such as ``nbenv.__main__``.
    words
        What ``sys.argv`` holds from its second item on.
    """
    return [python, "-c", f"{_SAFE_PATH}from {module} import main; sys.exit(main())", *words]


def module_command(python: str, module: str, *words: str) -> list[str]:
    """Return the command that runs another project's module, as ``python -m MODULE`` does."""
    run = f"import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    return [python, "-c", _SAFE_PATH + run, *words]
