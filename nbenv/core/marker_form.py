"""Write an environment marker (PEP 508) in one form, whoever wrote it.

A resolver, `packaging` and people write the same marker with other quotes, spaces and parentheses,
and each release of `packaging` may change its own form. What is approved, compared and recorded
must not depend on that, so every marker of a lock takes the form of this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Union

from packaging.utils import canonicalize_name

__all__ = ["canonical_marker", "has_mixed_quotes", "marker_text"]

_TOKEN = re.compile(r"""\s*('[^']*'|"[^"]*"|[()]|[<>=!~]+|[\w.]+)\s*""")
_BOOLEAN = ("and", "or")
_FORMER_NAMES = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.version": "platform_version",
    "platform.machine": "platform_machine",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
"""Names of variables that setuptools had before PEP 508, which `packaging` still reads."""
_OF_NAMES = frozenset({"extra", "extras", "dependency_groups"})
"""Variables whose values are names, which count in any spelling (PEP 685)."""

_Group = list[Union[str, "_Group"]]
"""Comparisons, groups in parentheses, and the words between them."""


@lru_cache(maxsize=4096)
def canonical_marker(text: str, quote: str = "'") -> str:
    """Return a marker in its one form; a text that is no marker stays as it is.

    Only how it is written changes, never its meaning: values are quoted alike, words are one space
    apart, and parentheses stand where the grouping needs them.

    Parameters
    ----------
    text
        A marker.
    quote
        The quotation mark to use, unless a value contains it.
    """
    tokens = _tokens(text)
    group = _grouped(tokens, quote) if tokens else None
    return text if group is None else _written(group)


def marker_text(requirement: str, url: str | None) -> str:
    """Return the marker in the text of a valid requirement as it is written, "" for none.

    Parameters
    ----------
    requirement
        The text (PEP 508).
    url
        The URL in it, which may contain a semicolon.
    """
    rest = requirement.partition("@")[2].lstrip() if url else requirement
    return rest[len(url or "") :].partition(";")[2].strip()


def has_mixed_quotes(text: str) -> bool:
    """Return whether a value of a marker contains a double quote: `packaging` cannot write that."""
    return any(token[0] == "'" and '"' in token for token in _tokens(text))


def _tokens(text: str) -> list[str]:
    """Return the words of a marker, none if it has anything else in it."""
    found, position = [], 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return []
        found.append(token[1])
        position = token.end()
    return found


def _grouped(tokens: list[str], quote: str) -> _Group | None:
    """Return the structure of a marker; None if its parentheses do not match."""
    stack: list[_Group] = [[]]
    for word in _comparisons(tokens, quote):
        if word == "(":
            stack.append([])
        elif word != ")":
            stack[-1].append(word)
        elif len(stack) > 1:
            inner = stack.pop()
            stack[-1].append(inner[0] if len(inner) == 1 else inner)
        else:
            return None
    if len(stack) > 1:
        return None
    whole = stack[0]
    return whole[0] if len(whole) == 1 and isinstance(whole[0], list) else whole


def _comparisons(tokens: list[str], quote: str) -> Iterator[str]:
    """Yield parentheses, ``and`` and ``or`` as they are, and what is between them as one text."""
    words: list[str] = []
    for token in [*tokens, ""]:
        if token and token not in ("(", ")", *_BOOLEAN):
            words.append(token)
            continue
        if words:
            yield _comparison(words, quote)
            words = []
        if token:
            yield token


def _comparison(words: list[str], quote: str) -> str:
    words = [_FORMER_NAMES.get(word, word) for word in words]
    is_of_names = not _OF_NAMES.isdisjoint(words)
    return " ".join(_value(each, quote, is_of_names) if _is_value(each) else each for each in words)


def _is_value(word: str) -> bool:
    return word[0] in "'\""


def _value(word: str, quote: str, is_name: bool) -> str:
    value = word[1:-1]
    if is_name:
        value = canonicalize_name(value)
    if quote in value:
        quote = '"' if quote == "'" else "'"
    return f"{quote}{value}{quote}"


def _written(group: _Group) -> str:
    return " ".join(each if isinstance(each, str) else f"({_written(each)})" for each in group)
