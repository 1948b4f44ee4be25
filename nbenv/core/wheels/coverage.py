"""Tell for which platforms the wheels of a distribution are enough.

A lock is for every platform, so it needs the sdist of what has no wheel for one of them. Which ones
count is a list, as nobody can build for all that exist: those of most machines, and this one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from nbenv.core.marker_form import canonical_marker
from nbenv.core.wheels.wheel_tags import installable_platforms

__all__ = [
    "COMMON_PLATFORMS",
    "Platform",
    "platforms_with",
    "uncovered",
    "union_marker",
    "union_markers",
]

_PLATFORM_SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
_OS_NAMES = {"win32": "nt"}


@dataclass(frozen=True)
class Platform:
    """A kind of machine.

    Parameters
    ----------
    system
        Its ``sys_platform``.
    machine
        Its ``platform_machine``.
    pattern
        Matches the platform tags of wheels that it can install.
    tags
        The only tags that it can install, where that is known: of this very machine, with the
        versions of its system and of its C library.
    """

    system: str
    machine: str
    pattern: str = field(default="", compare=False)
    tags: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def marker(self) -> str:
        """The marker (PEP 508) that holds for such machines."""
        return canonical_marker(
            f"platform_machine == '{self.machine}' and sys_platform == '{self.system}'"
        )

    def marker_values(self, python: str) -> dict[str, str]:
        """Return the marker values of a CPython (``"3.11"``) there, of a late patch version."""
        full = f"{python}.99"
        return {
            "implementation_name": "cpython",
            "implementation_version": full,
            "os_name": _OS_NAMES.get(self.system, "posix"),
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": _PLATFORM_SYSTEMS.get(self.system, self.system),
            "platform_version": "",
            "python_full_version": full,
            "python_version": python,
            "sys_platform": self.system,
        }

    def takes(self, tags: Iterable[str]) -> bool:
        """Return whether it can install a wheel with these platform tags."""
        if self.tags:
            return any(tag == "any" or tag in self.tags for tag in tags)
        return any(tag == "any" or re.fullmatch(self.pattern, tag) for tag in tags)


COMMON_PLATFORMS = (
    Platform("linux", "x86_64", r"(many)?linux.*_x86_64"),
    Platform("linux", "aarch64", r"(many)?linux.*_aarch64"),
    Platform("darwin", "arm64", r"macosx_.*_(arm64|universal2)"),
    Platform("darwin", "x86_64", r"macosx_.*_(x86_64|universal2|intel|fat3|fat64|universal)"),
    Platform("win32", "AMD64", r"win_amd64"),
)
"""The platforms of most machines."""


def platforms_with(here: Platform | None) -> tuple[Platform, ...]:
    """Return the common platforms and this machine's, which is known better."""
    if here is None:
        return COMMON_PLATFORMS
    return (here, *(each for each in COMMON_PLATFORMS if each != here))


def uncovered(
    filenames: Iterable[str], python: str, platforms: Iterable[Platform]
) -> list[Platform]:
    """Return the platforms on which CPython `python` can install none of these wheels."""
    tags = {tag for name in filenames for tag in installable_platforms(name, python)}
    return [each for each in platforms if not each.takes(tags)]


def union_marker(chosen: Collection[Platform], platforms: Sequence[Platform]) -> str:
    """Return a marker that holds for the chosen ones of some platforms, "" for none."""
    terms = union_markers(chosen, platforms)
    grouped = [f"({term})" if " and " in term and len(terms) > 1 else term for term in terms]
    return canonical_marker(" or ".join(sorted(grouped)))


def union_markers(chosen: Collection[Platform], platforms: Sequence[Platform]) -> list[str]:
    """Return the markers of the chosen ones of some platforms, sorted.

    A system of which all are chosen is named alone.
    """
    terms: dict[str, None] = {}
    for each in sorted(chosen, key=lambda platform: platform.marker):
        same = [other for other in platforms if other.system == each.system]
        whole = all(other in chosen for other in same)
        terms[f"sys_platform == '{each.system}'" if whole else each.marker] = None
    return sorted(terms)
