"""Limits of a lock to platforms: which ones it is for, and where it needs no build.

Both are lists of a record, with environment markers (PEP 508) in one form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from nbenv.core.marker_form import canonical_marker
from nbenv.core.record import broken

__all__ = [
    "common_platforms",
    "described_platforms",
    "is_for",
    "may_be_for",
    "platforms",
    "prebuilt",
    "prebuilt_lines",
    "same_system",
]

_TERM = re.compile(
    r"(?P<name>sys_platform|platform_machine|python_full_version|platform_python_implementation)"
    r" == '(?P<value>[A-Za-z0-9_.+-]{1,40})'"
)
_COMPARISON = re.compile(r"\b(?:sys_platform|platform_machine) [!=]= '[A-Za-z0-9_.-]{1,40}'")
_NAMES = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


def platforms(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the markers of ``platforms``: each says with ``and`` and ``==`` what holds there."""
    for position, text in enumerate(texts):
        values = _values(text)
        if "sys_platform" not in values:
            why = "is not the marker of a platform, such as sys_platform == 'linux'"
            raise broken(f".platforms[{position}]", why)
    return tuple(texts)


def _values(marker: str) -> dict[str, str]:
    """Return the values that a marker of ``platforms`` asks for, none if it is no such marker."""
    terms = [_TERM.fullmatch(each) for each in marker.split(" and ")]
    known = [each for each in terms if each]
    return {each["name"]: each["value"] for each in known} if len(known) == len(terms) else {}


def is_for(recorded: Collection[str], values: Mapping[str, str]) -> bool:
    """Return whether a lock is for an environment with these marker values.

    `recorded` are its platforms; without any, it is for all.
    """
    wanted = map(_values, recorded)
    met = (all(values.get(name) == value for name, value in each.items()) for each in wanted)
    return not recorded or any(met)


def may_be_for(recorded: Collection[str], marker: str) -> bool:
    """Return whether a lock may be for machines of a kind, given by the marker of a platform.

    Whether it is for the patch version of a Python there does not count.
    """
    wanted, machine = map(_values, recorded), _values(marker)
    agrees = (all(machine.get(n, v) == v for n, v in each.items()) for each in wanted)
    return not recorded or any(agrees)


def same_system(recorded: Sequence[str], system: str) -> bool:
    """Return whether a lock is for one system alone (a value of ``sys_platform``)."""
    return bool(recorded) and all(_values(each).get("sys_platform") == system for each in recorded)


def common_platforms(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...] | None:
    """Return the platforms that two locks are for; None if there is no such."""
    if not one or not other:
        return tuple(one or other)
    both = {narrow for wide, narrow in _pairs(one, other) if _within(narrow, wide)}
    return tuple(sorted(both)) or None


def _pairs(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    return [pair for a in one for b in other for pair in ((a, b), (b, a))]


def _within(narrow: str, wide: str) -> bool:
    return _values(wide).items() <= _values(narrow).items()


def described_platforms(recorded: Sequence[str]) -> str:
    """Return the platforms for people, as in ``Linux (x86_64) and macOS``; "" for all."""
    shown = list(dict.fromkeys(map(_described, recorded)))
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _described(marker: str) -> str:
    values = _values(marker)
    system, machine = values["sys_platform"], values.get("platform_machine")
    python = values.get("python_full_version")
    parts = [_NAMES.get(system, system), f"({machine})" if machine else ""]
    return " ".join(filter(None, [*parts, f"with Python {python}" if python else ""]))


# -- where nothing is built


def prebuilt(texts: Sequence[str], source: Collection[str]) -> dict[str, str]:
    """Return name → marker of the lines of ``prebuilt``.

    Parameters
    ----------
    texts
        Lines ``name ; marker``: where the marker holds, a wheel of the name is installed.
    source
        The names that are built from source elsewhere.
    """
    found: dict[str, str] = {}
    for position, text in enumerate(texts):
        name, _, marker = text.partition(" ; ")
        if name not in source or name != canonicalize_name(name) or name in found:
            raise broken(f".prebuilt[{position}]", "names nothing that is built from source")
        if not _is_of_platforms(marker):
            raise broken(f".prebuilt[{position}]", "has no marker of platforms")
        found[name] = canonical_marker(marker)
    return found


def _is_of_platforms(marker: str) -> bool:
    """Return whether a marker is about systems and machines alone.

    Other values are not the same when a build is disclosed and when it would happen.
    """
    rest = _COMPARISON.sub("", marker)
    if not re.fullmatch(r"(?:[() ]|\band\b|\bor\b)*", rest):
        return False
    try:
        return bool(Marker(marker))
    except (InvalidMarker, RecursionError):
        return False


def prebuilt_lines(found: Mapping[str, str]) -> list[str]:
    """Return the lines of ``prebuilt``, sorted."""
    return sorted(f"{name} ; {marker}" for name, marker in found.items())
