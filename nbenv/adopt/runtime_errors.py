"""Find the package whose absence an error in a running cell is about."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.core.import_names import distribution_of, distributions

__all__ = ["missing_package"]

_MODULE = re.compile(r"No module named '?([\w.]+)'?")
_PHRASES = (
    re.compile(r"[Mm]issing optional dependency '([\w.-]+)'"),
    re.compile(r"[Mm]issing (?:optional )?dependenc(?:y|ies):? [`'\"]?([\w.-]+)"),
    re.compile(r"requires (?:the )?[`'\"]?([\w.-]+)[`'\"]?(?:[><=]=?[\d.]+)? .*(?:installed|pack)"),
    re.compile(r"(?:pip|conda|uv pip) install (?:-\S+ )*[`'\"]?([\w-]+(?:\[[\w,-]+\])?)"),
    re.compile(r"tree builder with the features you requested: (\w+)"),
    re.compile(r"(\w+) not found, please install it"),
    re.compile(r"`?[Ii]mport (\w+)`? failed"),
    re.compile(r"(?:please|must|need to) install [`'\"]?([\w.-]+)", re.IGNORECASE),
    re.compile(r"[`'\"]?([\w-]+)[`'\"]? (?:is required|must be installed|is not installed)"),
    re.compile(r"backends? \['?(netcdf4|h5netcdf|scipy)"),
)  # fmt: skip
_KNOWN_MESSAGES = (
    ("IProgress not found", "ipywidgets"),
    ("Mime type rendering requires nbformat", "nbformat"),
    ("No engine for filetype: 'xlsx'", "openpyxl"),
    ("netCDF4 or h5netcdf", "netcdf4"),
    ("failed to execute PosixPath('dot')", ""),
)


def missing_package(name: str, message: str, python: str) -> str | None:
    """Return the package whose absence an error is about, None where none is known.

    Parameters
    ----------
    name, message
        The error's class and text.
    python
        The Python that is running, as ``"3.11"``: its standard library may have lost the module.
    """
    for words, package in _KNOWN_MESSAGES:
        if words in message:
            return package or None
    if found := _MODULE.search(message):
        return _package_of_module(found[1], python)
    if not name.endswith(("Error", "NotFound", "Warning", "Exception")):
        return None
    for pattern in _PHRASES:
        if (found := pattern.search(message)) and (known := _package_of_word(found[1])):
            return known
    return None


def _package_of_module(module: str, python: str) -> str | None:
    own = special_cases.standard(module, python)
    if own:
        return own if isinstance(own, str) else None
    return distribution_of(module)


def _package_of_word(word: str) -> str | None:
    """Return the package that a word in a message means, by its own name or its module's."""
    head, bracket, extra = word.partition("[")
    name = str(canonicalize_name(head))
    if name in distributions():
        return name + bracket + extra
    return distribution_of(head)
