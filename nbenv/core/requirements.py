"""Parse, normalise, merge and remove the requirements that a person asked for.

Grammar: https://packaging.python.org/en/latest/specifications/dependency-specifiers/ (PEP 508).
A local project is written ``name @ ./folder``, relative to the notebook's folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nbenv.core.urls import direct_problem, is_archive, is_local, without_credentials
from nbenv.errors import RequirementError

__all__ = [
    "KERNEL",
    "absolute",
    "check_recorded",
    "is_local",
    "is_named",
    "merge",
    "must_be_built",
    "name_of",
    "normalise",
    "parse",
    "portable",
    "remove",
    "without_credentials",
]

KERNEL = "ipykernel"
"""The distribution that every environment has without being asked for."""

_LONGEST = 4096
_LONGEST_SLIP = 200
"""Characters of a text that is examined for slips: a longer one was not typed."""
_VERSION = re.compile(r"v?\d[\w.*+!]*|latest|newest")
_VERSION_CONTROL = ("git+", "hg+", "svn+", "bzr+")
_MOST_STEPS_UP = 3


def is_named(text: str) -> bool:
    """Return whether a requirement says its distribution's name, which a path or a URL does not."""
    head = text.partition("@")[0].partition(";")[0].strip()
    if "://" in head or head.startswith((".", "~", "/", "git+")) or "\\" in head:
        return False
    return "/" not in head and not is_archive(head)


def parse(text: str) -> Requirement:
    """Parse a named requirement, its name in canonical form (PEP 503).

    Raises
    ------
    RequirementError
        It is not one; the message gives the reason.
    """
    try:
        requirement = _parsed(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0].strip().rstrip(":.")
        raise RequirementError(
            f"{_excerpt(text)!r} is not a requirement.",
            _correction(text) or f"{without_credentials(reason)}.",
            "Write a name such as pandas, or 'pandas>=2' if you need a certain version.",
        ) from None
    requirement.name = canonicalize_name(requirement.name)
    return requirement


def _parsed(text: str) -> Requirement:
    if len(text) > _LONGEST:
        raise InvalidRequirement(f"It is longer than {_LONGEST} characters")
    if not text.isprintable():
        raise InvalidRequirement("It contains a control character")
    try:
        requirement = Requirement(text)
        if _VERSION.fullmatch(requirement.url or ""):
            raise InvalidRequirement("An address belongs after @, not a version")
        return requirement
    except InvalidRequirement:
        raise
    except RecursionError:
        raise InvalidRequirement("Its marker is nested too deeply") from None
    except ValueError:  # Python refuses to convert integers of thousands of digits
        raise InvalidRequirement("It contains a number that is too long") from None


def _correction(text: str) -> str:
    """Return the question for what was probably meant; "" if that is not known."""
    if len(text) > _LONGEST_SLIP or "://" in text:
        return ""
    from nbenv.core.requirement_slips import meant_requirements  # slow, and seldom needed

    meant = meant_requirements(text)
    shown = " ".join(each if re.fullmatch(r"[\w.-]+", each) else f"'{each}'" for each in meant)
    return f"Did you mean {shown}?" if shown else ""


def _excerpt(text: str) -> str:
    return without_credentials(text if len(text) < 80 else f"{text[:77]}…")


def check_recorded(text: str) -> None:
    """Raise `RequirementError` unless `text` is safe to use, whoever wrote it into a notebook."""
    requirement = parse(text)
    problem = direct_problem(requirement.url) if requirement.url else ""
    if problem:
        raise RequirementError(f"The URL of {requirement.name} {problem}.")


def normalise(text: str) -> str:
    """Return a named requirement in its one spelling."""
    return str(parse(text))


def name_of(text: str) -> str:
    """Return the canonical name of a named requirement."""
    return parse(text).name


def merge(recorded: Sequence[str], asked: Iterable[str]) -> list[str]:
    """Return the recorded requirements with new ones merged in, sorted.

    A bare name keeps the version that was asked for before, and extras add up. Anything else
    replaces what was there, except under another marker.
    """
    merged = [parse(text) for text in recorded]
    for text in asked:
        merged = _merged(merged, parse(text))
    return sorted(map(str, merged))


def _merged(known: list[Requirement], new: Requirement) -> list[Requirement]:
    same = [old for old in known if old.name == new.name]
    bare = not (new.specifier or new.url or new.marker)
    if bare and same:
        for old in same:
            old.extras |= new.extras
        return known
    kept = [old for old in known if old.name != new.name or _other_marker(old, new)]
    return [*kept, new]


def _other_marker(old: Requirement, new: Requirement) -> bool:
    return bool(old.marker and new.marker and str(old.marker) != str(new.marker))


def remove(recorded: Iterable[str], names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the requirements without those of these names, and the names that none had."""
    recorded = list(recorded)
    wanted = {canonicalize_name(name) for name in names}
    kept = [text for text in recorded if name_of(text) not in wanted]
    missing = wanted - {name_of(text) for text in recorded}
    return kept, sorted(missing)


# -- local paths


def must_be_built(url: str) -> bool | None:
    """Return whether installing from a URL runs code that comes from it; None if unknown."""
    if url.startswith(_VERSION_CONTROL):
        return True
    if is_archive(url):
        return not url.partition("#")[0].partition("?")[0].endswith(".whl")
    return True if is_local(url) else None


def _scheme(url: str) -> str:
    return urlsplit(url).scheme


def absolute(url: str, folder: Path) -> Path:
    """Return the path that a local URL means for a notebook in `folder`."""
    if _scheme(url) == "file":
        from urllib.request import url2pathname  # slow, and seldom needed

        return folder / url2pathname(urlsplit(url).path)  # pip knows ``file:folder``, too
    return Path(os.path.normpath(folder / unquote(url)))


def portable(path: Path, folder: Path) -> str:
    """Return the URL to record for a local path: relative if it can travel with the notebook.

    A path far above the notebook is on this machine only, so it is recorded whole.
    """
    try:
        relative = os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return path.as_uri()
    if relative.count("../") > _MOST_STEPS_UP or " " in relative:
        return path.as_uri()
    return relative if relative.startswith("../") else f"./{relative}"
