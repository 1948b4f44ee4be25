"""Find the Python of an environment, or have uv download it."""

from __future__ import annotations

from nbenv.environments.interpreters import Interpreter, find, is_too_old, missing
from nbenv.errors import NbenvError
from nbenv.installer.syncing.reading import fetch_python
from nbenv.progress import Progress, Steps

__all__ = ["obtain_python"]


def obtain_python(python: str, fetch: bool) -> Steps[Interpreter]:
    """Find a Python, or have uv download one.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    fetch
        Whether it may be downloaded.

    Raises
    ------
    InterpreterError
        It is not on this machine, and was not downloaded; or it is too old for a kernel.
    """
    found = find(python)
    if found:
        return found
    if not fetch or is_too_old(python):
        raise missing(python)
    yield Progress("python", f"Python {python} is not on this machine; downloading it with uv…")
    try:
        executable = yield from fetch_python(python)
    except NbenvError as error:
        why = f"Downloading it failed: {_first_line(error)}"
        raise missing(python, why) from None
    return Interpreter(python, python, executable)


def _first_line(error: NbenvError) -> str:
    lines = [line.strip() for line in (error.why or error.what).splitlines()]
    return next((line for line in lines if line), error.what)
