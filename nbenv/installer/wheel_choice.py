"""Choose the file of a distribution that an environment on this machine takes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

__all__ = ["File", "best_file"]


@dataclass(frozen=True)
class File:
    """A wheel or sdist that an index offers, with what the index says about it.

    Parameters
    ----------
    name
        The file's name.
    digest
        Its hash as a lock has it, ``sha256:…``.
    size
        Its size in bytes.
    url
        Its URL without credentials.
    uploaded
        The time of its upload (RFC 3339).
    """

    name: str
    digest: str | None = None
    size: int | None = None
    url: str = ""
    uploaded: str | None = None

    @property
    def is_source(self) -> bool:
        """True if it must be built, which runs code in it."""
        return not self.name.endswith(".whl")


def best_file(files: Iterable[File], python: str) -> File | None:
    """Return the best wheel for CPython `python` (``"3.11"``) here, else the sdist, else None."""
    files = list(files)
    ranks = _ranks(python)
    ranked = [(key, file) for file in files if (key := _sort_key(file, ranks))]
    if ranked:
        return min(ranked, key=lambda each: each[0])[1]
    return next((file for file in files if file.is_source), None)


@functools.cache
def _ranks(python: str) -> dict[Tag, int]:
    """Return the rank of each tag that fits, 0 for the best."""
    # Reversed, so that a tag that occurs twice keeps its better rank.
    return {tag: rank for rank, tag in reversed(list(enumerate(_tags(python))))}


def _tags(python: str) -> Iterator[Tag]:
    major, _, digits = python.partition(".")
    if major != "3" or len(digits) > 2:  # a notebook may name any number, and each below adds tags
        return
    minor = int(digits)
    platforms, own = list(platform_tags()), f"cp3{minor}"
    yield from cpython_tags((3, minor), [own], platforms)
    yield from compatible_tags((3, minor), own, platforms)


def _sort_key(file: File, ranks: dict[Tag, int]) -> tuple[int, tuple[int, str]] | None:
    """Return what to sort a wheel by, None if it does not fit: its tag, then the highest build."""
    try:
        _, _, build, tags = parse_wheel_filename(file.name)
    except InvalidWheelFilename:
        return None
    fitting = [ranks[tag] for tag in tags if tag in ranks]
    return (min(fitting), _highest_first(build)) if fitting else None


def _highest_first(build: BuildTag) -> tuple[int, str]:
    return (-build[0], build[1]) if build else (0, "")
