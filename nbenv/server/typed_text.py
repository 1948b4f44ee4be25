"""Read what a person types or pastes into the field for a new package."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass

from nbenv.adopt.install_commands import Install, installs, pip_install
from nbenv.core import requirements
from nbenv.core.typed.name_completion import complete_name
from nbenv.errors import NbenvError, RequirementError

__all__ = ["TypedText", "read_typed"]

_PROMPT = re.compile(r"^(?:>>>\s+|[%!$]+\s*)")
_OPERATOR = re.compile(r"\s*([<>=!~]=+|[<>])\s*")
_LAST_NAME = re.compile(r"(?:^|[\s,])([A-Za-z0-9][\w.-]*)$")
_PARTS = ("files", "constraints", "editable", "links", "main_index", "indexes")


@dataclass(frozen=True)
class TypedText:
    """The requirements in a text, what is wrong with it, and names that may complete its end.

    `message` is "" where nothing is wrong; `suggestions` are names with their summaries.
    """

    requirements: tuple[str, ...]
    message: str
    suggestions: tuple[tuple[str, str], ...]


def read_typed(text: str) -> TypedText:
    """Read names, requirements, or a whole line such as ``pip install pandas 'numpy>=2'``."""
    plain = _PROMPT.sub("", text.strip())
    last = _LAST_NAME.search(plain)
    suggestions = tuple(complete_name(last[1])) if last else ()
    try:
        found = _requirements(plain)
    except NbenvError as error:
        return TypedText((), " ".join(filter(None, (error.what, error.why))), suggestions)
    return TypedText(tuple(found), "", suggestions)


def _requirements(text: str) -> list[str]:
    if not text:
        return []
    commands = list(installs(text))
    if commands:
        return [each for command in commands for each in _of_line(command)]
    if not requirements.is_named(text):  # a path's or a URL's name is known once it is built
        return _words(text)
    try:
        return [requirements.normalise(text)]
    except RequirementError:
        several = _words(text)
        if len(several) < 2:
            raise
        return several


def _words(text: str) -> list[str]:
    """Return the requirements in several words, and raise for the first that is none."""
    try:
        words = _split(_OPERATOR.sub(r"\1", text))
    except ValueError:  # a quotation mark is still open
        words = text.replace("'", "").replace('"', "").split()
    return _of_line(pip_install(words))


def _split(text: str) -> list[str]:
    """Split as a shell of this system would: on Windows, backslashes belong to paths."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.name != "posix":
        lexer.escape = ""
    return list(lexer)


def _of_line(found: Install) -> list[str]:
    if any(getattr(found, part) for part in _PARTS) or found.no_deps:
        raise RequirementError(
            "This field takes packages only.",
            "A line with files, folders or indexes goes into a cell: %nbenv install and what "
            "follows it.",
        )
    words = found.requirements
    return [requirements.normalise(each) if requirements.is_named(each) else each for each in words]
