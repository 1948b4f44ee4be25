"""A local index that real kernels can be installed from, with the switches of `LocalIndex`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.index import LocalIndex

_OTHER_PLATFORMS = ("appnope", "cffi", "colorama", "exceptiongroup", "pycparser", "pywin32")
"""What only other platforms and Pythons need, but a lock for all of them must find."""


def fetch(folder: Path, *names: str) -> Path:
    """Download the kernel's closure and `names`, as wheels for this Python, into a folder."""
    words = ["-qq", "--disable-pip-version-check", "--only-binary", ":all:", "--dest", folder]
    command = [sys.executable, "-m", "pip", "download", *map(str, words), "ipykernel", *names]
    subprocess.run(command, check=True)
    index = LocalIndex(folder)
    for name in _OTHER_PLATFORMS:
        if not list(folder.glob(f"{name}-*")):
            index.wheel(name, "100.0")
    return folder
