"""Read the compatibility tags of a wheel's name.

https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_wheel_filename

__all__ = ["installable_platforms", "is_installable"]

_NOT_THESE = re.compile(r"emscripten|wasm|pyodide|ios_|android_")


def is_installable(filename: str, python: str) -> bool:
    """Return whether CPython `python` (``"3.11"``) can install a wheel on some platform."""
    return bool(installable_platforms(filename, python))


@lru_cache(maxsize=4096)
def installable_platforms(filename: str, python: str) -> frozenset[str]:
    """Return the platform tags with which CPython `python` (``"3.11"``) can install a wheel.

    ``any`` is one of them. A name that is not a wheel's has none.
    """
    try:
        tags = parse_wheel_filename(filename.replace("%2B", "+"))[3]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return frozenset()
    minor = int(python.partition(".")[2])
    return frozenset(
        tag.platform
        for tag in tags
        if not _NOT_THESE.search(tag.platform) and _fits(tag.interpreter, tag.abi, minor)
    )


def _fits(interpreter: str, abi: str, minor: int) -> bool:
    if interpreter in ("py3", "py2.py3"):
        return abi == "none"
    match = re.fullmatch(r"(cp|py)3(\d+)", interpreter)
    if not match:
        return False
    built_for = int(match[2])
    if abi == "none":
        return built_for <= minor if match[1] == "py" else built_for == minor
    if abi == "abi3":
        return built_for <= minor
    return match[1] == "cp" and built_for == minor and abi in (f"cp3{minor}", f"cp3{minor}m")
