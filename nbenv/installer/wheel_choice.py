"""Which of a distribution's files an environment on this machine takes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

__all__ = ["File", "best_file"]


@dataclass(frozen=True)
class File:
    """A wheel or sdist that an index offers; `size` in bytes and `digest` where it says them.

    `uploaded` is when it came there, as RFC 3339 writes it.
    """

    name: str
    digest: str | None = None
    size: int | None = None
    url: str = ""
    uploaded: str | None = None

    @property
    def is_source(self) -> bool:
        """Whether it must be built, which runs its code."""
        return not self.name.endswith(".whl")


def best_file(files: Iterable[File], python: str) -> File | None:
    """Return the wheel that CPython `python` (``"3.11"``) takes here, else the sdist, else None."""
    files = list(files)
    ranks = _ranks(python)
    ranked = [(key, file) for file in files if (key := _key(file, ranks))]
    if ranked:
        return min(ranked, key=lambda each: each[0])[1]
    return next((file for file in files if file.is_source), None)


@functools.cache
def _ranks(python: str) -> dict[Tag, int]:
    """Return the place of each tag that fits, the best one's first."""
    return {tag: rank for rank, tag in reversed(list(enumerate(_tags(python))))}


def _tags(python: str) -> Iterator[Tag]:
    major, _, digits = python.partition(".")
    if major != "3" or len(digits) > 2:  # a notebook may name any number; all below it have tags
        return
    minor = int(digits)
    platforms, own = list(platform_tags()), f"cp3{minor}"
    yield from cpython_tags((3, minor), [own], platforms)
    yield from compatible_tags((3, minor), own, platforms)


def _key(file: File, ranks: dict[Tag, int]) -> tuple[int, tuple[int, str]] | None:
    """Return what to sort a wheel by, None when it does not fit; the highest build comes first."""
    try:
        _, _, build, tags = parse_wheel_filename(file.name)
    except InvalidWheelFilename:
        return None
    fitting = [ranks[tag] for tag in tags if tag in ranks]
    return (min(fitting), _reversed(build)) if fitting else None


def _reversed(build: BuildTag) -> tuple[int, str]:
    return (-build[0], build[1]) if build else (0, "")
