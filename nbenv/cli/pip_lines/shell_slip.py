"""Notice that a shell took a requirement without quotes for a redirection: ``pip install a>=1``.

pip then gets ``install a``, and what it says goes into a file ``=1``, where nobody looks for it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

__all__ = ["redirection_note", "stdout_name"]

_VERSION = re.compile(r"=.*|v?\d+(?:\.\d+)*(?:\.\*)?,?.*(?<![A-Za-z])")
"""Names of files that are the end of a specifier: ``=1.0,`` of ``>=1.0,`` and ``2`` of ``>2``."""
_PATH_LENGTH = 1024


def redirection_note(words: Sequence[str], name: str) -> str:
    """Return a line about a requirement that needs quotes; "" if all is as it was meant.

    Parameters
    ----------
    words
        The words of the command that arrived.
    name
        The name of the file that its standard output goes to, "" for another place.
    """
    installs = {"install", "add", "download", "wheel", "uninstall"} & set(words)
    if not (name and installs and _VERSION.fullmatch(name)):
        return ""
    named = [word for word in words if not word.startswith("-") and word not in installs]
    named = [word for word in named if word != "pip"]
    example = f"{named[0] if len(named) == 1 else 'NAME'}>{name.rstrip(',')}"
    return (
        f"The shell took >{name} for a file to write to, and did not pass it on. "
        f"Put the requirement in quotes: '{example}'"
    )


def stdout_name() -> str:
    """Return the name of the file that standard output goes to, "" if that is none or unknown."""
    try:
        if sys.platform == "darwin":
            import fcntl

            path = fcntl.fcntl(1, fcntl.F_GETPATH, bytes(_PATH_LENGTH)).rstrip(b"\0")
            return os.path.basename(os.fsdecode(path))
        path = os.readlink("/proc/self/fd/1")
    except (OSError, AttributeError):
        return ""
    return os.path.basename(path) if os.path.isfile(path) else ""
