"""Local index from which real kernels can be installed, with the switches of `LocalIndex`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.index import LocalIndex

_OTHER_PLATFORMS = ("appnope", "cffi", "colorama", "exceptiongroup", "pycparser", "pywin32")
"""Distributions that only other platforms or Pythons need, but a universal lock must find."""
OTHER_PYTHON = "3.12" if sys.version_info[:2] != (3, 12) else "3.11"
"""A second Python version that the kernel can be installed for."""


def fetch(folder: Path, *names: str, other_python: bool = True) -> Path:
    """Download wheels of the kernel's dependencies and `names` into a folder.

    They are for this Python, and with `other_python` also for `OTHER_PYTHON`.
    """
    words = ["-qq", "--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *words, "ipykernel", *names]
    subprocess.run(command, check=True)
    if other_python:
        subprocess.run([*command, "--python-version", OTHER_PYTHON], check=True)
    index = LocalIndex(folder)
    for name in _OTHER_PLATFORMS:
        if not list(folder.glob(f"{name}-*")):
            index.wheel(name, "100.0")
    return folder
