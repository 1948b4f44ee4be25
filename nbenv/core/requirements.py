"""Parse, normalise, merge and remove the requirements that a person asked for.

Grammar: https://packaging.python.org/en/latest/specifications/dependency-specifiers/ (PEP 508).
A local project is written ``name @ ./folder``, relative to the notebook's folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nbenv.core.marker_form import canonical_marker, has_mixed_quotes, marker_text
from nbenv.core.urls import direct_problem, is_archive, is_local, without_credentials
from nbenv.errors import RequirementError

__all__ = [
    "KERNEL",
    "absolute",
    "by_name",
    "check_recorded",
    "combine",
    "is_bare_kernel",
    "is_local",
    "is_named",
    "may_apply",
    "merge",
    "must_be_built",
    "name_of",
    "normalise",
    "parse",
    "portable",
    "remove",
    "text_of",
    "without_credentials",
]

KERNEL = "ipykernel"
"""The distribution that every environment has without being asked for.

Only a requirement that says more than its name is recorded: a version, an address, or extras.
"""

_PLATFORMS = (
    {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
)
_LONGEST = 4096
_LONGEST_SLIP = 200
"""Characters of a text that is examined for slips: a longer one was not typed."""
_VERSION = re.compile(r"v?\d[\w.*+!]*|latest|newest")
_VERSION_CONTROL = ("git+", "hg+", "svn+", "bzr+")
_MOST_STEPS_UP = 3
_SPECIAL = re.compile(r"[ %#?;\[\]]")
"""Characters of a path that would mean something else in a requirement."""


def is_named(text: str) -> bool:
    """Return whether a requirement says its distribution's name, which a path or a URL does not."""
    head = text.partition("@")[0].partition(";")[0].strip()
    if "://" in head or head.startswith((".", "~", "/", "git+")) or "\\" in head:
        return False
    return "/" not in head and not is_archive(head)


def parse(text: str) -> Requirement:
    """Parse a named requirement, its name and its extras in canonical form (PEP 503, PEP 685).

    Raises
    ------
    RequirementError
        It is not one; the message gives the reason.
    """
    try:
        requirement = _parsed(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0].strip().rstrip(":.")
        question, meant = _correction(text)
        told = RequirementError(
            f"{_excerpt(text)!r} is not a requirement.",
            question or f"{without_credentials(reason)}.",
            "Write a name such as pandas, or 'pandas>=2' if you need a certain version.",
        )
        told.corrections = [(text, meant)] if meant else ()
        raise told from None
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = set(map(canonicalize_name, requirement.extras))
    return requirement


def _parsed(text: str) -> Requirement:
    if len(text) > _LONGEST:
        raise InvalidRequirement(f"It is longer than {_LONGEST} characters")
    if not text.isprintable():
        raise InvalidRequirement("It contains a control character")
    try:
        requirement = Requirement(text)
        if has_mixed_quotes(marker_text(text, requirement.url)):
            raise InvalidRequirement("A value in its marker contains a quotation mark")
        if _VERSION.fullmatch(requirement.url or ""):
            raise InvalidRequirement("An address belongs after @, not a version")
        return requirement
    except InvalidRequirement:
        raise
    except RecursionError:
        raise InvalidRequirement("Its marker is nested too deeply") from None
    except ValueError:  # Python refuses to convert integers of thousands of digits
        raise InvalidRequirement("It contains a number that is too long") from None


def _correction(text: str) -> tuple[str, Sequence[str]]:
    """Return the question for what was probably meant, and that; nothing if it is not known."""
    if len(text) > _LONGEST_SLIP or "://" in text:
        return "", ()
    from nbenv.core.typed.no_package import dash_problem  # seldom needed
    from nbenv.core.typed.requirement_slips import meant_requirements  # slow, and seldom needed

    if problem := dash_problem(text):
        return problem, ()
    meant = meant_requirements(text)
    shown = " ".join(each if re.fullmatch(r"[\w.-]+", each) else f"'{each}'" for each in meant)
    return f"Did you mean {shown}?" if shown else "", meant


def _excerpt(text: str) -> str:
    return without_credentials(text if len(text) < 80 else f"{text[:77]}…")


def check_recorded(text: str) -> None:
    """Raise `RequirementError` unless `text` is safe to use, whoever wrote it into a notebook."""
    requirement = parse(text)
    problem = direct_problem(requirement.url) if requirement.url else ""
    if problem:
        raise RequirementError(f"The URL of {requirement.name} {problem}.")


def is_bare_kernel(text: str) -> bool:
    """Return whether a requirement asks for no more than the kernel that is there anyway."""
    asked = parse(text)
    return asked.name == KERNEL and not (asked.specifier or asked.url or asked.extras)


def normalise(text: str) -> str:
    """Return a named requirement in its one form."""
    return text_of(parse(text))


def text_of(requirement: Requirement) -> str:
    """Return a parsed requirement in the one form in which it is recorded and compared."""
    # Not `str`: packaging before 26 writes an address as in ``name@ url``.
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    what = f" @ {requirement.url}" if requirement.url else str(requirement.specifier)
    text = f"{requirement.name}{extras}{what}"
    if requirement.marker is None:
        return text
    return f"{text}{' ' if requirement.url else ''}; {_marker_of(requirement)}"


def _marker_of(requirement: Requirement) -> str:
    """Return a requirement's marker in its one form, "" without one."""
    return canonical_marker(str(requirement.marker), '"') if requirement.marker else ""


def name_of(text: str) -> str:
    """Return the canonical name of a named requirement."""
    return parse(text).name


def combine(asked: Iterable[tuple[str, str]]) -> list[str]:
    """Return requirements that were asked for together, with one line for a name and a marker.

    Specifiers of the same name are intersected, and extras add up.

    Parameters
    ----------
    asked
        Pairs of a requirement and its place, such as a file and a line; "" on the command line.

    Raises
    ------
    RequirementError
        Two of one name exclude each other; the message names both.
    """
    lines: dict[tuple[str, str], Requirement] = {}
    seen: dict[tuple[str, str], dict[str, tuple[Requirement, str]]] = {}
    for text, place in asked:
        new = parse(text)
        same = seen.setdefault((new.name, _marker_of(new)), {})
        if str(new) not in same:  # a long file says the same thing often
            _check_agrees(new, place, same.values())
            same[str(new)] = new, place
        # An address and a specifier cannot stand in one requirement, but in two of one name.
        kind = "url" if new.url else "specifier"
        known = lines.setdefault((new.name, f"{kind} {_marker_of(new)}"), parse(text))
        known.extras |= new.extras
        known.specifier &= new.specifier
    addresses = {(each.name, _marker_of(each)): each for each in lines.values() if each.url}
    for each in lines.values():
        addressed = addresses.get((each.name, _marker_of(each)))
        if addressed and not each.url:
            addressed.extras |= each.extras
    return [
        text_of(each)
        for each in lines.values()
        if each.url or each.specifier or (each.name, _marker_of(each)) not in addresses
    ]


def _check_agrees(new: Requirement, place: str, seen: Iterable[tuple[Requirement, str]]) -> None:
    """Raise unless a requirement agrees with others of its name and marker."""
    for old, where in seen:
        two_addresses = old.url and new.url and old.url != new.url
        if two_addresses or _is_impossible(old.specifier & new.specifier):
            error = RequirementError(
                f"{_placed(old, where)} and {_placed(new, place)} exclude each other.",
                f"No {new.name} can be both.",
                "Leave one of them out.",
            )
            error.corrections = [(text_of(each), ()) for each in (new, old)]
            raise error


def _is_impossible(specifier: SpecifierSet) -> bool:
    if not specifier:
        return False
    # New in packaging 26.1; without it the resolver finds out.
    check = getattr(specifier, "is_unsatisfiable", None)
    return bool(check and check())


def _placed(requirement: Requirement, place: str) -> str:
    return _excerpt(text_of(requirement)) + (f" ({place})" if place else "")


def by_name(texts: Iterable[str]) -> dict[str, str]:
    """Return requirements by name, for people; a name may have more than one, joined by commas."""
    found: dict[str, str] = {}
    for text in texts:
        name = name_of(text)
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def merge(
    recorded: Sequence[str],
    asked: Iterable[str],
    elsewhere: Collection[str] = (),
    renewed: Collection[str] = (),
) -> list[str]:
    """Return the recorded requirements with new ones merged in, sorted.

    A bare name keeps the version that was asked for before, and extras add up. Anything else
    replaces what was there, except under another marker. What is asked for in one call is kept
    together: see `combine`.

    Parameters
    ----------
    recorded
        The requirements so far.
    asked
        The new ones.
    elsewhere
        Names that are asked for on other machines than this one, so that what is required without
        a marker stays.
    renewed
        Names that a bare name asks for in their newest version: the one that was asked for before
        no longer counts.
    """
    merged = [parse(text) for text in recorded]
    added: dict[str, list[Requirement]] = {}
    for text in asked:
        new = parse(text)
        added.setdefault(new.name, []).append(new)
    for name, together in added.items():
        others = [old for old in merged if old.name != name]
        known = [old for old in merged if old.name == name]
        kept = [old for old in known if old.marker is None] if name in elsewhere else []
        if name in renewed and _is_bare(together):
            for old in known:
                old.specifier = SpecifierSet()
        merged = [*others, *kept, *_merged(known, together)]
    return sorted(dict.fromkeys(map(text_of, merged)))


def _merged(known: list[Requirement], new: list[Requirement]) -> list[Requirement]:
    """Return the requirements of one name."""
    if not _is_bare(new):
        return [*(old for old in known if _is_elsewhere(old, new)), *new]
    for old in known:
        for each in new:
            old.extras |= each.extras
    # What holds only under a marker does not hold everywhere, which a bare name asks for.
    return known if any(old.marker is None for old in known) else [*known, *new]


def _is_bare(asked: Iterable[Requirement]) -> bool:
    return all(not (each.specifier or each.url or each.marker) for each in asked)


def _is_elsewhere(old: Requirement, new: Iterable[Requirement]) -> bool:
    """Return whether a requirement is for other environments than all the new ones."""
    return bool(old.marker) and all(
        each.marker and _marker_of(each) != _marker_of(old) for each in new
    )


def remove(recorded: Iterable[str], names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the requirements without those of these names, and the names that none had."""
    recorded = list(recorded)
    wanted = {canonicalize_name(name) for name in names}
    kept = [text for text in recorded if name_of(text) not in wanted]
    missing = wanted - {name_of(text) for text in recorded}
    return kept, sorted(missing)


def may_apply(requirement: Requirement, python: str) -> bool:
    """Return whether a requirement is for some usual platform with a minor version of Python."""
    if requirement.marker is None:
        return True
    version = {"python_version": python, "python_full_version": f"{python}.99", "extra": ""}
    try:
        return any(requirement.marker.evaluate({**version, **each}) for each in _PLATFORMS)
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True


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

    A path far above the notebook is on this machine only, so it is recorded whole. `absolute` is
    the way back.
    """
    try:
        relative = os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return path.as_uri()
    if relative.count("../") > _MOST_STEPS_UP:
        return path.as_uri()
    relative = _SPECIAL.sub(lambda found: quote(found[0]), relative)
    return relative if relative.startswith("../") else f"./{relative}"
