"""Understand a command line of uv's as far as is needed to know which environment it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["UvCall", "first_word", "parse_uv", "take_option"]

_WITH_VALUE = {
    "--cache-dir", "--color", "--config-file", "--directory", "--project", "--python-preference",
    "--allow-insecure-host", "-p", "--python", "--proxy", "--timeout", "--retries",
    "--log", "--cert", "--client-cert", "--exists-action", "--keyring-provider", "--trusted-host",
    "--use-feature", "--use-deprecated",
}  # fmt: skip
"""Options before a command of uv's or pip's that are followed by their value."""


@dataclass(frozen=True)
class UvCall:
    """A command line of uv's; `pip` are the words of its pip interface, None for other commands."""

    words: tuple[str, ...]
    pip: tuple[str, ...] | None = None

    @property
    def verb(self) -> str:
        """The command, such as ``install`` of ``uv pip install``."""
        words = self.words if self.pip is None else self.pip
        place = first_word(words)
        return words[place] if place < len(words) else ""


def parse_uv(words: Sequence[str]) -> UvCall:
    """Find the pip interface in a command line of uv's."""
    place = first_word(words)
    if list(words[place : place + 1]) != ["pip"]:
        return UvCall(tuple(words))
    return UvCall(tuple(words), (*words[place + 1 :], *_shown_options(words[:place])))


def _shown_options(options: Sequence[str]) -> list[str]:
    """Return those of uv's global options that its pip commands, and pip's own, have as well."""
    return [each for each in options if each in ("-q", "--quiet", "-v", "--verbose")]


def first_word(words: Sequence[str]) -> int:
    """Return the place of the first word that is neither an option nor the value of one."""
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in _WITH_VALUE else 1
    return place


def take_option(words: Sequence[str], names: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take an option with a value out of a command line.

    Returns
    -------
    tuple
        Its value, None if it is not given, and the other words.
    """
    rest: list[str] = []
    value, is_next = None, False
    for word in words:
        name, equals, after = word.partition("=")
        if is_next:
            value, is_next = word, False
        elif word in names:
            is_next = True
        elif equals and name in names:
            value = after
        else:
            rest.append(word)
    return value, rest
