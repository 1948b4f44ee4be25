"""Parse pip's requirements file format: the text alone, without opening or fetching anything.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
The only library for it, pip-requirements-parser, is a copy of pip's parser of 2022 that reads local
files itself, and knows neither variables nor files that a URL names. The tests compare this module
with the parser of the pip that is installed.
"""

from __future__ import annotations

import codecs
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbenv.core.urls import without_credentials
from nbenv.errors import RequirementError

__all__ = [
    "EXPANDED",
    "Line",
    "bad_line",
    "decode",
    "expand",
    "logical_lines",
    "parse_line",
]

_COMMENT = re.compile(r"(^|\s+)#.*$")
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
EXPANDED = re.compile(r"\$\{([A-Z0-9_]+)\}")
"""A variable of the environment. Others than in capitals and braces are plain text."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHORT = {
    "-i": "--index-url", "-c": "--constraint", "-r": "--requirement", "-e": "--editable",
    "-f": "--find-links", "-C": "--config-settings",
}  # fmt: skip
_SAME = {
    "--pypi-url": "--index-url", "--config-setting": "--config-settings",
    "--requirements": "--requirement",
}  # fmt: skip
_FLAGS = {"--no-index", "--prefer-binary", "--require-hashes", "--pre"}
_OF_REQUIREMENTS = {"--hash", "--global-option", "--config-settings"}
_WITH_VALUE = {
    *_SHORT.values(), *_SAME, *_OF_REQUIREMENTS, "--extra-index-url", "--no-binary",
    "--only-binary", "--trusted-host", "--use-feature",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line that says something.

    Parameters
    ----------
    place
        The name of its file and its number, for messages.
    shown
        Its text for messages: with variables by name, without credentials.
    requirement
        What to install, without options; "" for a line of options only.
    options
        Pairs of an option, in its long form, and its value; "" for one without.
    """

    place: str
    shown: str
    requirement: str
    options: tuple[tuple[str, str], ...] = ()

    def values(self, option: str) -> tuple[str, ...]:
        """Return the values of one option."""
        return tuple(value for name, value in self.options if name == option)


def decode(data: bytes) -> str:
    """Return the text of a file: by its byte order mark, its coding line, as UTF-8, or Latin-1.

    Raises
    ------
    ValueError
        It is no text, or not in the encoding that it names; the message is the end of a sentence.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if b"\0" in data:
        raise ValueError("is not a text file")
    for line in data.split(b"\n")[:2]:
        found = _CODING.search(line) if line.startswith(b"#") else None
        if found:
            return _decoded(data, found[1].decode())
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        raise ValueError(f"is not written in {encoding}, as it says") from None


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield the lines that are not empty, with their numbers from 1.

    Lines that end with ``\`` are joined, and have the number of the first. Comments are removed.
    """
    number, parts = 0, list[str]()
    for count, line in enumerate(text.splitlines(), 1):
        number = number if parts else count
        is_comment = bool(_COMMENT.match(line))
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        parts.append(f" {line}" if is_comment else line)
        yield from _uncommented(number, parts)
        parts = []
    yield from _uncommented(number, parts)


def _uncommented(number: int, parts: list[str]) -> Iterator[tuple[int, str]]:
    line = _COMMENT.sub("", "".join(parts)).strip()
    if line:
        yield number, line


def expand(text: str, variables: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return a line with ``${NAME}`` expanded, and the names that have no value."""
    missing = [name for name in EXPANDED.findall(text) if not variables.get(name)]
    return EXPANDED.sub(lambda found: variables.get(found[1]) or found[0], text), missing


def bad_line(place: str, shown: str, why: str, todo: str = "") -> RequirementError:
    """Return the error for a line that cannot be followed.

    Parameters
    ----------
    place
        The file and the number of the line.
    shown
        Its text, variables unexpanded.
    why
        A sentence.
    todo
        What to write instead.
    """
    text = without_credentials(shown if len(shown) < 120 else f"{shown[:117]}…")
    return RequirementError(f"{place} cannot be followed: {text}", why, todo)


def parse_line(text: str, place: str, shown: str = "") -> Line:
    """Parse one of the `logical_lines`.

    Parameters
    ----------
    text
        The line, variables expanded.
    place
        The file and the number of the line, for messages.
    shown
        The line with variables by name; `text` itself by default.

    Raises
    ------
    RequirementError
        It has an option that pip does not know there, or one without its value.
    """
    shown = without_credentials(shown or text)
    start = re.search(r"(^|\s)-", text)
    requirement = (text[: start.start()] if start else text).replace("\t", " ").strip()
    try:
        words = shlex.split(text[start.start() :]) if start else []
        options = tuple(_options(words))
    except ValueError as error:
        raise bad_line(place, shown, f"{str(error).rstrip('.')}.") from None
    line = Line(place, shown, requirement, options)
    _check(line)
    return line


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of some words; raise `ValueError` with a sentence."""
    queue = iter(words)
    for word in queue:
        if word.startswith("--"):
            typed, equals, value = word.partition("=")
            name = _long(typed)
            given = [value] if equals else []
        elif word[:2] in _SHORT:
            typed, name = word[:2], _SHORT[word[:2]]
            given = [word[2:]] if word[2:] else []
        elif word.startswith("-"):
            raise ValueError(f"There is no option {word[:2]} in a requirements file")
        else:
            raise ValueError("Something follows the value of an option")  # it may be a secret
        if name in _FLAGS:
            if given:
                raise ValueError(f"{typed} takes no value")
            yield name, ""
            continue
        given = given or [next(queue, "")]
        if not given[0]:
            raise ValueError(f"{typed} needs a value")
        yield _SAME.get(name, name), given[0]


def _long(typed: str) -> str:
    """Return an option that may be abbreviated."""
    known = _FLAGS | _WITH_VALUE
    found = [name for name in sorted(known) if name.startswith(typed)]
    meant = {_SAME.get(name, name) for name in found}
    if typed in known:
        return typed
    if len(meant) != 1 or typed == "--":
        raise ValueError(f"There is no option {typed} in a requirements file")
    return found[0]


def _check(line: Line) -> None:
    """Raise for options that are not where they count: pip ignores them there."""
    installs = bool(line.requirement)
    for name, _ in line.options:
        if installs and name not in _OF_REQUIREMENTS:
            why = f"{name} applies to the whole file, so it belongs on a line of its own."
            raise bad_line(line.place, line.shown, why)
        if not installs and name in _OF_REQUIREMENTS:
            raise bad_line(line.place, line.shown, f"{name} belongs behind a requirement.")
        if name in ("--global-option", "--config-settings"):
            raise bad_line(
                line.place, line.shown,
                f"{name} changes how a package is built, which a notebook cannot record.",
                "Build a wheel of it with pip wheel, and install that wheel.",
            )  # fmt: skip
