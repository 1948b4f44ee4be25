"""The names of requirements that are only a URL or a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.adopt.findings import Findings
from nbenv.core import requirements
from nbenv.core.spec import Index
from nbenv.errors import NbenvError
from nbenv.installer.index_lookup import first_index_of
from nbenv.installer.requirement_names import find_names
from nbenv.progress import Progress, Steps

__all__ = ["Named", "resolve_names", "serving_indexes"]


@dataclass(frozen=True)
class Named:
    """Requirements that all have a name, and notes about those that have none."""

    requirements: tuple[str, ...]
    notes: tuple[str, ...] = ()


def resolve_names(findings: Findings, folder: Path, indexes: Sequence[Index] = ()) -> Steps[Named]:
    """Find out the names of URLs and paths by reading their metadata; leave out what has none.

    Parameters
    ----------
    findings
        The findings, whose requirements and editable projects are named.
    folder
        The notebook's folder, which paths are relative to.
    indexes
        The indexes that builds take what they need from, before this machine's own.
    """
    settled = [
        (each.requirement, _has_name(each.requirement, each.name)) for each in findings.settled()
    ]
    texts = [text for text, has_name in settled if has_name]
    notes: list[str] = []
    for text in [*(text for text, has_name in settled if not has_name), *findings.editable]:
        yield Progress("resolve", f"Reading the metadata of {text}…")
        try:
            found = yield from find_names([_absolute(text, folder)], folder, indexes=indexes)
        except NbenvError as error:
            notes.append(f"{text} was left out: {_first_lines(error)}")
            continue
        names = {requirements.name_of(named) for named in found.requirements}
        texts = [text for text in texts if requirements.name_of(text) not in names]
        texts += found.requirements
    return Named(tuple(texts), tuple(notes))


def serving_indexes(findings: Findings, python: str) -> Steps[tuple[Index, ...]]:
    """Return the indexes that a notebook names, with the packages that each of them serves.

    Those are what its sources ask from it instead of the default index, and otherwise what it has
    of what they ask for.

    Parameters
    ----------
    findings
        The findings.
    python
        The minor version of CPython that the packages are for.

    Raises
    ------
    IndexAccessError
        An index cannot be used.
    """
    indexes: list[Index] = []
    for name, url in findings.indexes.items():
        asked, is_only = findings.asked_from(url)
        texts = {each.name: each.requirement for each in asked if _can_be_asked(each.requirement)}
        index = Index(name, url, packages=(), claims=is_only)
        if not is_only and texts:
            yield Progress("resolve", f"Looking for packages on {url}…")
            found = first_index_of([*texts.values()], python, [index])
            served = {name for name, place in found.items() if place.rstrip("/") == url.rstrip("/")}
            texts = {name: text for name, text in texts.items() if name in served}
        indexes.append(index.serving(texts))
    return tuple(indexes)


def _can_be_asked(text: str) -> bool:
    """Return whether a requirement is for an index: it has a name, and no address."""
    if not requirements.is_named(text) or requirements.name_of(text) == requirements.KERNEL:
        return False
    return not requirements.parse(text).url


def _has_name(text: str, name: str) -> bool:
    return bool(name) and requirements.is_named(text)


def _absolute(text: str, folder: Path) -> str:
    return text if "://" in text else str(folder / text)


def _first_lines(error: NbenvError) -> str:
    lines = [line.strip() for line in f"{error.what}\n{error.why}".splitlines() if line.strip()]
    return " ".join(lines[:2])
