"""Recognise what a build misses of the system, and name the packages that usually have it.

The table is ``system_libraries.txt``: a build names headers, programs and modules, never packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data

__all__ = ["Missing", "find_missing_library"]

_WORD = r"[\w.+-]{1,60}"
_HEADER = r"[\w./+-]{1,100}"
_PROGRAM = r"(?:[\w.+-]{2,60}|(?<!['\"`])R)"
"""A quoted letter is seldom a program: a key, an option, a compiler's variable."""
_ABSENT = (
    r"(?:executable )?(?:is |was |were |could |can ?|cannot |must |are )*(?:not|n't)"
    r" (?:be )?(?:found|installed|available|on|in)\b"
)
_EVIDENCE = (
    # A compiler and a linker
    rf"fatal error: ['\"<]?(?P<id>{_HEADER})['\">]?(?::| file)",
    rf"[Cc]annot open include file: ['\"](?P<id>{_HEADER})['\"]",
    rf"(?P<id>{_HEADER}\.h(?:pp)?): No such file or directory",
    rf"(?:cannot find|library not found for|unable to find library) -l(?P<id>{_WORD})",
    rf"ld: library '(?P<id>{_WORD})' not found",
    r"cannot open (?:input )?file ['\"](?:lib)?(?P<id>[\w+-]+)\.lib['\"]",
    # Meson, pkg-config, CMake
    rf"ERROR: (?:C shared or static library|Dependency|C header) ['\"](?P<id>{_HEADER})['\"]",
    rf"ERROR: Dependency lookup for (?P<id>{_WORD}) with method",
    rf"ERROR: Program ['\"]?(?P<id>{_WORD})['\"]? (?:[\w' ]+ )?not found",
    rf"[Pp]ackage '?(?P<id>{_WORD})'?,? (?:required by '[^']*',? )?(?:was )?not found",
    rf"No package '(?P<id>{_WORD})' found",
    rf"pkg-config(?:'?,? ?'?--?[\w-]+'?,?)* '?(?P<id>[A-Za-z]{_WORD})'?\]?' returned non-zero",
    rf"pkg-config [^\n]*?(?P<id>[A-Za-z]{_WORD})` did not exit successfully",
    rf"Could NOT find (?P<id>{_WORD})",
    r"build program corresponding to \"(?:Unix )?(?P<id>Ninja|Make)(?:files)?\"",
    rf"package configuration file provided by \"(?P<id>{_WORD})\"",
    rf"(?:By not providing \")?Find(?P<id>{_WORD})\.cmake",
    # Words of single projects
    r"headers or library files could not be found for (?P<id>\w+)",
    r"make sure the (?P<id>libxml2) and libxslt development packages",
    r"Unable to load dependency (?P<id>HDF5)",
    r"did not find (?P<id>\w+) (?:headers|library)",
    r"No (?P<id>BLAS|LAPACK)\b[^\n]{0,40} found",
    r"(?P<id>HDF5|GDAL|GEOS|PROJ)\b[^\n]{0,40}(?:library|headers|version)[^\n]{0,60}"
    r"(?:not (?:be )?found|must be specified|could not)",
    r"(?:requires|needs|install|missing)[^\n]{0,40}\b(?P<id>portaudio|libffi|openssl|libpq)\b",
    r"[Cc]ould not find (?:directory of |the )?(?P<id>OpenSSL)\b",
    r"(?P<id>ta-lib)[^\n]{0,40}(?:not found|cannot find)|[Cc]annot find (?P<ta>ta-lib) library",
    r"(?P<id>R_HOME|CUDA_HOME|JAVA_HOME|HDF5_DIR|PROJ_DIR|GDAL_CONFIG|GEOS_CONFIG)\b[^\n]*",
    # Compilers and programs
    r"command ['\"]?(?:[\w./-]{0,200}/)?(?P<id>[\w+.-]+)['\"]? failed: No such file",
    r"\[Errno 2\] No such file or directory: ['\"](?:[\w./-]{0,200}/)?(?P<id>[\w+.-]+)['\"]",
    r"unable to execute ['\"]?(?:[\w./-]{0,200}/)?(?P<id>[\w+.-]+)['\"]?: No such file",
    rf"Unknown compiler\(s\): \[\[['\"](?P<id>{_WORD})['\"]",
    r"(?:No|no) (?P<id>[Ff]ortran) compiler",
    r"CMAKE_(?P<id>Fortran|CUDA)_COMPILER",
    rf"(?:^|[\s'\"`/(])(?P<id>{_WORD}): (?:command )?not found",
    rf"(?:^|[\s'\"`/(])(?P<id>{_PROGRAM})['\"`]?(?:, [^,\n]{{0,40}},)? {_ABSENT}",
    rf"(?:^|[\s'\"`/(])(?P<id>{_PROGRAM})['\"`]? is required (?:for|to|by)\b",
    rf"(?:[Cc]ould ?n[o']t|[Cc]an ?n[o']t|[Uu]nable to|[Ff]ailed to) (?:find|run|locate|execute)"
    rf" (?:the )?(?:program |executable |command )?['\"`]?(?P<id>{_WORD})",
    rf"(?:Please install|You need to install|requires?) (?:the )?['\"`]?(?P<id>{_WORD})['\"`]?"
    r" (?:to|first|program|compiler|executable|is)",
    r"(?P<id>Rust) compiler",
)
"""Patterns of what builds print, the surest first: a log names much that is not missing."""
_ALIASES = {"cuda": "nvcc", "ta": "ta-lib"}
_MOST, _LONGEST = 2_000, 400
"""Lines of a log, and characters of a line, that are looked at: a build may print anything."""
_MANAGERS = ("Debian, Ubuntu", "Fedora", "Homebrew", "conda")


@dataclass(frozen=True)
class Missing:
    """A library or program that a build misses.

    Parameters
    ----------
    name
        Its name for people.
    found
        What the log names of it: a header, a program, a module.
    packages
        Manager → the packages that usually have it.
    """

    name: str
    found: str
    packages: dict[str, str]

    @property
    def hint(self) -> str:
        """The packages by managers, in one text."""
        return "; ".join(f"{manager}: {names}" for manager, names in self.packages.items())


def find_missing_library(log: str) -> Missing | None:
    """Return what a log says is missing, if the table knows it."""
    for found in _named(log):
        key = _ALIASES.get(found.lower(), found.lower())
        for name in (key, key.rpartition("/")[2], key.partition("/")[0], key.removesuffix(".pc")):
            if name in _table():
                name_of, packages = _table()[name]
                return Missing(name_of, found, packages)
    return None


def _named(log: str) -> Iterator[str]:
    text = "\n".join(line[:_LONGEST] for line in log.splitlines()[-_MOST:])
    for pattern in _patterns():
        for match in pattern.finditer(text):
            yield next(filter(None, match.groups()), "")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.MULTILINE) for each in _EVIDENCE)


@cache
def _table() -> dict[str, tuple[str, dict[str, str]]]:
    """Return what a log may name, in lower case: the name of the library, and its packages."""
    text = (get_data(__package__, "system_libraries.txt") or b"").decode()
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, keys, *packages = (part.strip() for part in line.split("|"))
        known = {
            manager: names for manager, names in zip(_MANAGERS, packages, strict=True) if names
        }
        for key in keys.lower().split():
            found.setdefault(key, (name, known))
    return found
