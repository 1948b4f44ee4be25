"""Commands that may help after an install failed, for buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbenv.core import requirements
from nbenv.core.requirements import KERNEL
from nbenv.core.urls import without_credentials
from nbenv.errors import (
    BuildError,
    InstallerError,
    NbenvError,
    RequirementError,
    ResolutionError,
)

__all__ = ["fixes_of"]

_MOST = 2
"""Names, or paths, that are offered in place of one that does not exist."""


def fixes_of(error: NbenvError, typed: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield commands that may help; none where something typed holds a password.

    Each has its ``kind``, and the command: ``verb``, ``words`` and ``flags``. The kinds are
    ``instead`` (another name, version or path), ``without`` (leave something out), ``also``
    (something else, too), ``loosen`` (any version of some packages), ``python``, and ``index``
    (another index, whose address a page asks for and adds to the flags); ``about`` are the names,
    or the version, to put on a button. What to install once the Python is another one is in
    ``then`` where that is not the same as before.

    Parameters
    ----------
    error
        The reason of the failure.
    typed
        The requirements that were asked for.
    """
    if any(without_credentials(word) != word for word in typed):
        return
    yield from _corrected(error, typed)
    yield from _loosened(error, typed)
    if isinstance(error, InstallerError) and error.also and typed:
        about = [error.also.partition(" @ ")[0]]
        yield _install("also", about, [*typed, error.also])
    if error.python:
        about = [error.python]
        move: dict[str, object] = {
            "kind": "python",
            "about": about,
            "verb": "python",
            "words": about,
            "flags": [],
        }
        # What asked for the Python is no package.
        of_typed = isinstance(error, RequirementError)
        yield {**move, "then": _without(error, typed)} if of_typed else move
    if isinstance(error, ResolutionError) and error.may_be_elsewhere and typed:
        yield _install("index", [error.unknown], typed)


def _install(
    kind: str, about: Sequence[str], words: Sequence[str], flags: Sequence[str] = ()
) -> dict[str, object]:
    return {
        "kind": kind,
        "about": [*about],
        "verb": "install",
        "words": [*words],
        "flags": [*flags],
    }


# -- other words


def _corrected(error: NbenvError, typed: Sequence[str]) -> Iterator[dict[str, object]]:
    for wrong, meant in error.corrections[:_MOST]:
        words = _replaced(typed, wrong, meant)
        if words and words != [*typed]:
            kind = "instead" if meant else "without"
            yield _install(kind, meant or [_as_typed(typed, wrong)], words)
    if not isinstance(error, ResolutionError):
        return
    for name in error.meant[:_MOST]:
        words = [name if _is_of(word, error.unknown) else word for word in typed]
        yield _install("instead", [name], words)
    if error.existing:
        name = requirements.name_of(error.existing)
        words = [error.existing if _has_version(word, name) else word for word in typed]
        if words != [*typed]:
            yield _install("instead", [error.existing], words)


def _replaced(typed: Sequence[str], wrong: str, meant: Sequence[str]) -> list[str]:
    """Return the words with others in place of the first that say `wrong`, if need be together."""
    for start in range(len(typed)):
        for end in range(start + 1, len(typed) + 1):
            if _is_same(" ".join(typed[start:end]), wrong):
                return [*typed[:start], *meant, *typed[end:]]
    return [*typed]


def _without(error: NbenvError, typed: Sequence[str]) -> list[str]:
    words = [*typed]
    for wrong, _ in error.corrections:
        words = _replaced(words, wrong, ())
    return words


def _as_typed(typed: Sequence[str], text: str) -> str:
    return next((word for word in typed if _is_same(word, text)), text)


def _is_same(word: str, text: str) -> bool:
    if word == text:
        return True
    try:
        return requirements.is_named(word) and requirements.normalise(word) == text
    except RequirementError:
        return False


# -- other versions


def _loosened(error: NbenvError, typed: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the install that asks for any version: of what is typed, else of what is recorded."""
    names = _limited(error, typed)
    if not names:
        return
    of_typed = [name for name in names if any(_is_of(word, name) for word in typed)]
    recorded = [name for name in names if name not in of_typed]
    about = recorded or of_typed
    words = [_bare(word) if any(_is_of(word, name) for name in about) else word for word in typed]
    # Only an upgrade lets go of the version that was recorded before.
    yield _install("loosen", about, [*words, *recorded], ["upgrade"])


def _limited(error: NbenvError, typed: Sequence[str]) -> list[str]:
    """Return the names of packages whose versions are limited by what is typed or recorded."""
    if isinstance(error, ResolutionError):
        names = [each for each in error.limited if each != KERNEL]
        # No file of the version that was asked for fits.
        return names or _with_version([error.unmet], typed)
    return _with_version(error.names, typed) if isinstance(error, BuildError) else []


def _with_version(names: Sequence[str], typed: Sequence[str]) -> list[str]:
    return [name for name in names if any(_has_version(word, name) for word in typed)]


def _is_of(word: str, name: str) -> bool:
    try:
        return requirements.is_named(word) and requirements.name_of(word) == name
    except RequirementError:  # one of several words is wrong in another way
        return False


def _has_version(word: str, name: str) -> bool:
    return _is_of(word, name) and bool(requirements.parse(word).specifier)


def _bare(word: str) -> str:
    asked = requirements.parse(word)
    asked.specifier = type(asked.specifier)()
    return re.sub(r"\s+", "", str(asked)) if asked.marker is None else str(asked)
