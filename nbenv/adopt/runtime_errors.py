"""Find the packages whose absence an error in a running cell is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.core.import_names import distribution_of, distributions

__all__ = ["missing_packages"]

_MODULE = re.compile(r"No module named '?([\w.]+)'?")
_ANY_CASE = re.IGNORECASE
_NO_NAMES = frozenset(
    "a an array audio build cache can cuda data dataset dependencies extras file first "  # noqa: SIM905
    "installer it kernel make method missing module names package path python result sql test "
    "this update url vector where".split()
)
"""Words of sentences that are names of packages, too."""
_WORD = r"[`'\"]?(?P<name>[A-Za-z][\w.-]*\w(?:\[[\w,-]+\])?)[`'\"]?"
_QUOTED = r"[`'\"](?P<name>[A-Za-z][\w.-]*\w)[`'\"]"
_LIMIT = r"(?:\s?[><=!~]=?\s?v?\d[\w.]*)?"
"""The version that a message may ask for, behind a name."""
_KIND = r"(?:(?:optional |python )?(?:package|library|module|dependency|backend) )?"
_STATED = (
    rf"[Mm]issing (?:optional |required )?dependenc(?:y|ies):? {_WORD}",
    rf"(?:pip3?|conda|mamba|uv pip) install (?:-\S+ )*{_WORD}",
    r"tree builder with the features you requested: (?P<name>\w+)",
    rf"{_WORD} not found, please install it",
    rf"`?[Ii]mport {_WORD}`? failed",
    rf"(?:please|must|need to|needs to|have to|you can) install (?:the )?{_KIND}{_WORD}",
    rf"(?:ensure|sure) (?:that )?(?:you have )?(?:the )?{_KIND}{_WORD} (?:is )?installed",
    rf"{_WORD}{_LIMIT} {_KIND}"
    r"(?:is required|must be installed|is not installed|needs? to be installed)",
    rf"requires? (?:the )?{_KIND}{_WORD} {_KIND}(?:to be |\S+ )?(?:installed|pack)",
    rf"requires? (?:the )?{_KIND}{_WORD}(?:[><=]=?[\d.]+)? .*(?:installed|pack)",
    rf"(?:accessor|plotting|backend|engine|support|\bto_\w+(?:\(\))?) requires? {_WORD}",
    r"backends? \['?(?P<name>netcdf4|h5netcdf|scipy)",
    rf"(?:chunk manager|engine|backend) {_QUOTED} is not available",
    r"unrecognized chunk manager (?P<name>\w+)",
    r"usable engine; tried using: '(?P<name>\w+)'",
    r"suitable backend libraries \((?P<name>\w+)",
)
"""How libraries say in an error of any class that a package is missing."""
_IMPLIED = (
    rf"(?:requires?|needs?|depends on) (?:the )?{_KIND}{_WORD}(?=[.,;:!)]|$| to | for | version)",
    rf"{_WORD}{_LIMIT} {_KIND}(?:is needed|(?:is )?not available|(?:was )?not found|not installed)",
    rf"(?:could not|cannot|can't|unable to|failed to) import {_WORD}",
    rf"(?:without|install) (?:the )?{_WORD}",
)
"""What says so in an error about an import, and might say anything else in another one."""
_NEXT = re.compile(rf"[`'\"](?:,? and|,) {_QUOTED}")
_OF_IMPORTS = ("ImportError", "ModuleNotFoundError", "MissingDependencyError", "DependencyError")
_KNOWN_MESSAGES = (
    ("IProgress not found", "ipywidgets"),
    ("Mime type rendering requires nbformat", "nbformat"),
    ("No engine for filetype: 'xlsx'", "openpyxl"),
    ("netCDF4 or h5netcdf", "netcdf4"),
    ("failed to execute PosixPath('dot')", ""),
    ("Unable to import required dependencies:\nnumpy", "numpy"),
)


def missing_packages(name: str, message: str, python: str) -> list[str]:
    """Return the packages whose absence an error is about, in its order; none where none is known.

    There are several only where the error says that all of them are needed.

    Parameters
    ----------
    name, message
        The error's class and text.
    python
        The Python that is running, as ``"3.11"``: its standard library may have lost the module.
    """
    for words, package in _KNOWN_MESSAGES:
        if words in message:
            return [package] if package else []
    if found := _MODULE.search(message):
        known = _package_of_module(found[1], python)
        return [known] if known else []
    if not name.endswith(("Error", "NotFound", "Warning", "Exception")):
        return []
    phrases = _STATED + (_IMPLIED if name.endswith(_OF_IMPORTS) else ())
    for found in chain.from_iterable(re.finditer(each, message, _ANY_CASE) for each in phrases):
        if first := _package_of_word(found["name"]):
            more = map(_package_of_word, _listed_after(message, found.end("name")))
            return list(dict.fromkeys([first, *filter(None, more)]))
    return []


def _listed_after(message: str, position: int) -> Iterator[str]:
    """Yield the quoted names that an enumeration goes on with: ``"requests" and "aiohttp"``."""
    while found := _NEXT.match(message, position):
        yield found["name"]
        position = found.end("name")


def _package_of_module(module: str, python: str) -> str | None:
    own = special_cases.standard(module, python)
    if own:
        return own if isinstance(own, str) else None
    return distribution_of(module)


def _package_of_word(word: str) -> str | None:
    """Return the package that a word in a message means, by its own name or its module's."""
    head, bracket, extra = word.partition("[")
    if head.lower() in _NO_NAMES:
        return None
    name = str(canonicalize_name(head))
    if name in distributions():
        return name + bracket + extra
    return distribution_of(head)
