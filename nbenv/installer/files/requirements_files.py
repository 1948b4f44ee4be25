"""Read requirements files, from disk or a URL, with all that they include.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
A nested file is relative to the file that names it, paths of projects and wheels to the current
folder. Everything in a file is followed, or refused with its file and line.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urljoin

from nbenv.core.requirements import absolute, is_named, parse
from nbenv.core.typed.asked_lines import AskedLine, FilesRead
from nbenv.core.typed.listings import problem_of_listing
from nbenv.core.typed.requirements_file import (
    EXPANDED,
    Line,
    bad_line,
    decode,
    expand,
    logical_lines,
    parse_line,
)
from nbenv.core.urls import without_credentials
from nbenv.errors import RequirementError
from nbenv.installer.files.foreign_files import read_foreign

__all__ = ["check_hashes", "read_files"]

_URL = re.compile(r"(https?|file):", re.IGNORECASE)
_SECRET = re.compile(r"TOKEN|SECRET|PASS|PWD|KEY|AUTH|CRED|LOGIN|(^|_)PAT($|_)")
"""Names of variables whose value must not be seen by whoever gets the notebook."""
_HASH = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_MOST_FILES = 100
_STANDARD_INPUT = "-"
"""What uv calls it: ``uv pip compile in.txt | uv pip install -r -``."""


def read_files(
    files: Sequence[str],
    constraints: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> FilesRead:
    """Read requirements files and constraints files, and those that they name.

    Parameters
    ----------
    files
        Paths, or URLs, of requirements files; ``-`` for the standard input.
    constraints
        The same of constraints files.
    environ
        What ``${NAME}`` may stand for; the environment's variables by default.

    Raises
    ------
    RequirementError
        A file cannot be read, or a line in it not be followed; the message names both.
    """
    reader = _Reader(os.environ if environ is None else environ)
    for names, is_constraint in ((files, False), (constraints, True)):
        for name in names:
            reader.read(os.path.expanduser(name), is_constraint)
    return reader.found


class _Reader:
    """Reads each file once, so that files which include each other come to an end."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.found = FilesRead()
        self._environ = environ
        self._read: set[tuple[str, bool]] = set()

    def read(self, name: str, is_constraint: bool, place: str = "") -> None:
        """Read one file; `place` is the line that names it."""
        is_local = not _URL.match(name)
        key = (os.path.realpath(name) if is_local else name, is_constraint)
        if key in self._read:
            return
        self._read.add(key)
        if len(self._read) > _MOST_FILES:
            raise RequirementError(f"More than {_MOST_FILES} requirements files name each other.")
        text, requires_hashes = _content(name, place), False
        before = len(self.found.requirements)
        for line in self._lines(name, text):
            requires_hashes |= bool(line.values("--require-hashes"))
            self._add(line, name, is_constraint)
        if requires_hashes:
            check_hashes(self.found.requirements[before:], "The file has")

    def _lines(self, name: str, text: str) -> Iterator[Line]:
        shown_name = without_credentials(name)
        for number, written in logical_lines(text):
            place = f"{shown_name}, line {number}"
            yield parse_line(self._expanded(written, place, name), place, written)

    def _expanded(self, written: str, place: str, name: str) -> str:
        """Return a line with its variables; no secret may end up where others could read it."""
        names = EXPANDED.findall(written)
        if not names:
            return written
        if _is_remote(name):
            why = "A file from another machine may not read this one's environment variables."
            raise bad_line(place, written, why, "Download the file, and check what it asks for.")
        text, missing = expand(written, self._environ)
        if missing:
            todo = f"Set the environment variable {missing[0]} before the kernel starts."
            raise bad_line(place, written, f"{missing[0]} is not set.", todo)
        public = without_credentials(text)
        for each in names:
            if _SECRET.search(each) and self._environ[each] in public:
                why = f"Everyone who gets the notebook could read the value of {each} in it."
                todo = "A password belongs between the user's name and the host, or in ~/.netrc."
                raise bad_line(place, written, why, todo)
        return text

    def _add(self, line: Line, name: str, is_constraint: bool) -> None:
        if line.requirement:
            if is_constraint:
                _check_constraint(line)
            asked = AskedLine(_checked(line), line.place, _hashes(line))
            (self.found.constraints if is_constraint else self.found.requirements).append(asked)
        for text in line.values("--editable"):
            if is_constraint:
                raise bad_line(line.place, line.shown, "A constraint cannot be installed in place.")
            _check_here(text, line)
            self.found.editable.append(AskedLine(text, line.place))
        self._add_options(line, name)
        for option, as_constraint in (("--requirement", False), ("--constraint", True)):
            for other in line.values(option):
                self.read(_beside(name, other, line), as_constraint, line.place)

    def _add_options(self, line: Line, name: str) -> None:
        found = self.found
        for url in line.values("--index-url"):
            found.index_url = url
        found.extra_index_urls += line.values("--extra-index-url")
        found.find_links += [_links(name, each) for each in line.values("--find-links")]
        found.no_binary += _names(line, "--no-binary")
        found.only_binary += _names(line, "--only-binary")
        found.trusted_hosts += line.values("--trusted-host")
        for option, _ in line.options:
            found.no_index |= option == "--no-index"
            found.pre |= option == "--pre"
            found.prefer_binary |= option == "--prefer-binary"
            if option == "--use-feature":
                found.ignored.append(f"{option} ({line.place})")


# -- one file


def _content(name: str, place: str) -> str:
    from_place = f" ({place} names it)" if place else ""
    shown = without_credentials(name)
    if _is_remote(name):
        from nbenv.installer.files.fetch_text import fetch_text  # slow, and seldom needed

        return _text_of(fetch_text(name), shown)
    if name == _STANDARD_INPUT:
        return _text_of(sys.stdin.buffer.read(), "The standard input")
    path = absolute(name, Path()) if _URL.match(name) else Path(name)
    if path.is_dir():
        raise RequirementError(
            f"{shown} is a folder, not a requirements file{from_place}.",
            todo=f"To install the project in it: %nbenv install -e {shown}",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        why = f"{error.strerror}." if path.exists() else "Paths are relative to the current folder."
        what = "cannot be read" if path.exists() else "is not there"
        raise RequirementError(
            f"The requirements file {shown} {what}{from_place}.",
            why if not place else "",
            "Check its name.",
        ) from None
    if (foreign := read_foreign(path.name, data)) is not None:
        return foreign
    return _text_of(data, shown)


def _text_of(data: bytes, shown: str) -> str:
    try:
        text = decode(data)
    except ValueError as error:
        raise RequirementError(f"{shown} {error}.", todo="Save it as UTF-8.") from None
    if error_of_listing := problem_of_listing(text, shown):
        raise error_of_listing
    return text


def _is_remote(name: str) -> bool:
    return bool(_URL.match(name)) and not name.lower().startswith("file:")


def _beside(name: str, other: str, line: Line) -> str:
    """Return the file that another one names: it is relative to that one."""
    if not _URL.match(name):
        return other if _URL.match(other) else os.path.join(os.path.dirname(name), other)
    joined = urljoin(name, other)
    if _is_remote(name) and not _is_remote(joined):
        why = "A file from another machine may not name files of this one."
        raise bad_line(line.place, line.shown, why)
    return joined


def _links(name: str, value: str) -> str:
    """Return a place of files to choose from: a path beside the file comes first, as in pip."""
    beside = os.path.join(os.path.dirname(os.path.abspath(name)), value)
    return beside if not _URL.match(name) and os.path.exists(beside) else value


def _names(line: Line, option: str) -> list[str]:
    values = line.values(option)
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


# -- one requirement


def _checked(line: Line) -> str:
    text = line.requirement
    try:
        requirement = parse(text) if is_named(text) else None
    except RequirementError as error:
        todo = _advice(text) or error.todo
        raise bad_line(line.place, line.shown, error.why, todo) from None
    url = requirement.url if requirement else text
    if url and requirement and url.startswith("file:") and not _exists(url):
        why = "That file is not on this machine; pip freeze in a conda environment writes such."
        todo = f"Write {requirement.name}, or {requirement.name}==VERSION."
        raise bad_line(line.place, line.shown, why, todo)
    if requirement is None:
        _check_here(text, line)
    return text


def _check_constraint(line: Line) -> None:
    if not is_named(line.requirement):
        why = "A constraint limits a package by its name, and this line has none."
        todo = "Move the line to the requirements file."
        raise bad_line(line.place, line.shown, why, todo)
    if parse(line.requirement).extras:
        raise bad_line(line.place, line.shown, "A constraint has no extras.")


def _advice(text: str) -> str:
    if re.fullmatch(r"[\w.-]+=[^=\s]+=\S+", text):
        return "Conda wrote this file. Write NAME==VERSION for each package, or use %nbenv adopt."
    if re.fullmatch(r"[\w.-]+=[^=\s]+", text):
        return "Write == before a version."
    return ""


def _exists(url: str) -> bool:
    return absolute(url, Path()).exists()


def _check_here(text: str, line: Line) -> None:
    """Raise unless a path exists: it is relative to the current folder, as in pip."""
    path = re.sub(r"\[[^]/]*\]$", "", text.partition(";")[0].partition("#")[0].strip())
    if path.startswith("file:"):
        path = str(absolute(path, Path()))
    elif "://" in path:
        return
    path = os.path.expanduser(path)
    if not os.path.exists(path):
        why = f"There is no {path}. Paths are relative to the current folder."
        raise bad_line(line.place, line.shown, why, "Correct the path, or change the folder first.")


def _hashes(line: Line) -> tuple[str, ...]:
    hashes = line.values("--hash")
    for each in hashes:
        if not _HASH.fullmatch(each):
            why = f"{each[:20]}… is not a hash as sha256:…, sha384:… or sha512:…."
            raise bad_line(line.place, line.shown, why)
    return hashes


def check_hashes(asked: Sequence[AskedLine], who: str) -> None:
    """Raise `RequirementError` at a requirement without a hash; `who` begins the reason."""
    for each in asked:
        if not each.hashes:
            why = f"{who} --require-hashes, and this line has no --hash."
            raise bad_line(each.place, each.text, why)
