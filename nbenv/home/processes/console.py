"""Keep Windows from opening a console window for each program that is started.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import sys

__all__ = ["no_window"]

_CREATE_NO_WINDOW = 0x08000000


def no_window() -> int:
    """Return the creation flags for a program that must not open a console window.

    A process with a console shares it with what it starts, so that Control-C reaches both. One
    without, as of JupyterLab Desktop, would have Windows open a window for each program. Every
    process that nbenv starts is started with these flags, which a test makes sure of.
    """
    if sys.platform != "win32":
        return 0
    import ctypes  # slow: only there

    has_console = bool(ctypes.windll.kernel32.GetConsoleWindow())
    return 0 if has_console else _CREATE_NO_WINDOW
