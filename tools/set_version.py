"""Set the version everywhere: ``python -m tools.set_version 1.2.3``.

``nbenv/_version.py`` is the source, from which the package is built. npm and those who cite nbenv
have files of their own, which ``tests/unit/test_version.py`` compares with it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

__all__ = ["PLACES", "set_version"]

ROOT = Path(__file__).resolve().parent.parent
PLACES = {
    "nbenv/_version.py": r'(?m)^(__version__ = ")([^"]+)(")$',
    "labextension/package.json": r'(?m)^(  "version": ")([^"]+)(",)$',
    "CITATION.cff": r"(?m)^(version: )(\S+)()$",
}
"""The files, and where each has the version."""


def set_version(version: str, root: Path = ROOT) -> None:
    """Write a version into all files, or into none.

    Raises
    ------
    ValueError
        It is no version that Python and npm write in the same way, or a file has no place for it.
    """
    try:
        normal = str(Version(version))
    except InvalidVersion:
        normal = ""
    if version != normal or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"{version} is no version of the form 1.2.3.")
    changed: dict[Path, str] = {}
    for name, pattern in PLACES.items():
        path = root / name
        text, count = re.subn(pattern, rf"\g<1>{version}\g<3>", path.read_text(encoding="utf-8"))
        if count != 1:
            raise ValueError(f"{name} has {count} places for the version, and needs one.")
        changed[path] = text
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")


def main(words: list[str]) -> int:
    """Set the version that is given."""
    if len(words) != 1:
        print("Usage: python -m tools.set_version 1.2.3", file=sys.stderr)
        return 2
    try:
        set_version(words[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
