"""Commands that may help after an install failed, for buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbenv.core import requirements
from nbenv.core.requirements import KERNEL
from nbenv.errors import ResolutionError

__all__ = ["fixes_of"]

_MOST = 2
"""Names that are offered in place of one that does not exist."""


def fixes_of(error: ResolutionError, typed: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield commands that may help.

    Each has its ``kind``, and the command: ``verb``, ``words`` and ``flags``. The kinds are
    ``instead`` (another name), ``loosen`` (any version of some packages), ``python``, and ``index``
    (another index, whose address a page asks for and adds to the flags); ``about`` are the names,
    or the version, to put on a button.

    Parameters
    ----------
    error
        The reason of the failure.
    typed
        The requirements that were asked for.
    """
    for name in error.meant[:_MOST]:
        words = [name if _is_of(word, error.unknown) else word for word in typed]
        yield {"kind": "instead", "about": [name], "verb": "install", "words": words, "flags": []}
    names = [each for each in error.limited if each != KERNEL]
    if not names and any(_is_of(word, error.unmet) and _has_version(word) for word in typed):
        names = [error.unmet]  # no file of the version that was asked for fits
    if names:
        yield _loosened(names, typed)
    if error.python:
        about = [error.python]
        yield {"kind": "python", "about": about, "verb": "python", "words": about, "flags": []}
    if error.may_be_elsewhere and typed:
        about = [error.unknown]
        yield {"kind": "index", "about": about, "verb": "install", "words": [*typed], "flags": []}


def _loosened(names: Sequence[str], typed: Sequence[str]) -> dict[str, object]:
    """Return the install that asks for any version: of what is typed, else of what is recorded."""
    of_typed = [name for name in names if any(_is_of(word, name) for word in typed)]
    recorded = [name for name in names if name not in of_typed]
    about = recorded or of_typed
    words = [_bare(word) if any(_is_of(word, name) for name in about) else word for word in typed]
    return {
        "kind": "loosen",
        "about": about,
        "verb": "install",
        "words": [*words, *recorded],
        # Only an upgrade lets go of the version that was recorded before.
        "flags": ["upgrade"],
    }


def _is_of(word: str, name: str) -> bool:
    return requirements.is_named(word) and requirements.name_of(word) == name


def _has_version(word: str) -> bool:
    return bool(requirements.parse(word).specifier)


def _bare(word: str) -> str:
    asked = requirements.parse(word)
    asked.specifier = type(asked.specifier)()
    return re.sub(r"\s+", "", str(asked)) if asked.marker is None else str(asked)
