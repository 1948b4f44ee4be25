"""Correct what is almost a requirement, to show what was probably meant. Nothing else uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from packaging.requirements import InvalidRequirement, Requirement

from nbenv.core.typed.suggestions import meant_by

__all__ = ["joined_words", "meant_requirements"]

_QUOTES = "\"'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"
_LOOK_ALIKES = str.maketrans(
    {
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2264": "<=",
        "\u2265": ">=",
        "\u2260": "!=",
        "\u00a0": " ",
        "\uff1d": "=",
        **dict.fromkeys(_QUOTES, ""),
    }
)
"""Characters that word processors, chats and keyboards put in the place of what is meant."""
_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w,. -]*\])?"
_VERSION = r"v?\d[\w.*+!-]*"


def meant_requirements(text: str) -> tuple[str, ...]:
    """Return the requirements that a text probably means; none if no slip explains it."""
    plain = text.translate(_LOOK_ALIKES).strip().strip(",;").strip()
    for correct in _CORRECTIONS:
        found = correct(plain)
        if found and all(map(_is_valid, found)) and found != (text,):
            return found
    return ()


def joined_words(words: Sequence[str]) -> tuple[str, str] | None:
    """Return two or three words that belong together, and the requirement that they mean.

    A cell and a shell split at spaces: ``pandas 1.5`` and ``pandas >= 2`` arrive as several words.
    """
    for number, word in enumerate(words):
        if not re.fullmatch(rf"(?:[<>=!~^]+\s*)?(?:{_VERSION})?", word) or not word or not number:
            continue
        last = number + 1 if re.fullmatch(r"[<>=!~^]+", word) else number
        typed = " ".join(words[number - 1 : last + 1])
        meant = meant_requirements(typed) or (typed,)
        if len(meant) == 1 and _is_valid(meant[0]):
            return typed, "".join(meant[0].split())
    return None


def _is_valid(text: str) -> bool:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return False
    return not requirement.url or "://" in requirement.url


def _as_it_is(text: str) -> tuple[str, ...]:
    return (text,)


def _operator(text: str) -> tuple[str, ...]:
    """Correct ``=1.5``, ``=>1.5``, ``^1.5``, ``~1.5``, ``@1.5``, ``:1.5`` and ``==1.5.x``."""
    text = re.sub(r"=\s*([<>])\s*(?=v?\d)", r"\1=", text)
    text = re.sub(r"(?<![=<>!~])=\s*(?=v?\d)", "==", text)
    text = re.sub(rf"^({_NAME})\s*[@:]\s*(?={_VERSION}$)", r"\1==", text)
    text = re.sub(r"(?:\^|~(?!=)|~>)\s*(?=v?\d+\.\d)", "~=", text)
    text = re.sub(r"(?:\^|~(?!=)|~>)\s*(?=v?\d+$)", ">=", text)
    text = re.sub(r"==\s*(\d+(?:\.\d+)*)\.[xX]$", r"==\1.*", text)
    return (re.sub(r"(\d)\s+(?=[<>=!~])", r"\1,", text),)


def _no_version(text: str) -> tuple[str, ...]:
    """Correct ``pandas==``, ``pandas==latest`` and ``pandas@latest``."""
    return (re.sub(r"\s*(?:[<>=!~]=?=?|@)\s*(?:latest|newest|last|\*)?$", "", text),)


def _version_apart(text: str) -> tuple[str, ...]:
    """Correct ``pandas 1.5``."""
    found = re.fullmatch(rf"({_NAME})\s+({_VERSION})", text)
    return (f"{found[1]}=={found[2]}",) if found else ()


def _name_apart(text: str) -> tuple[str, ...]:
    """Correct ``scikit learn``."""
    found = re.fullmatch(r"[A-Za-z][\w.-]*(?:\s+[A-Za-z][\w.-]*)+", text)
    return meant_by(text)[:1] if found else ()


def _several(text: str) -> tuple[str, ...]:
    """Split ``pandas, numpy`` and ``pandas numpy>=2``, but not at the comma of ``>=1,<2``."""
    parts = re.split(r"\s*[,;]\s*(?=[A-Za-z])|\s+(?=[A-Za-z])", text)
    return tuple(parts) if len(parts) > 1 else ()


_CORRECTIONS: tuple[Callable[[str], tuple[str, ...]], ...] = (
    _as_it_is,
    _operator,
    _no_version,
    _version_apart,
    _name_apart,
    _several,
)
"""Tried in this order."""
