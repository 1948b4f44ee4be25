"""Report the findings to people, and to programs as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from nbenv.adopt.findings import Findings, FoundRequirement

__all__ = ["report", "to_data"]

_MOST_PLACES = 3


def report(findings: Findings, name: str) -> str:
    """Return the requirements by source, unknown imports, and what else a person should know."""
    return "\n".join(_lines(findings, name))


def _lines(findings: Findings, name: str) -> Iterator[str]:
    by_source: dict[str, list[FoundRequirement]] = {}
    for each in findings.settled():
        by_source.setdefault(each.source.name, []).append(each)
    ranks = {each.source.name: each.source.rank for each in findings.settled()}
    for source in sorted(by_source, key=lambda each: (ranks[each], each)):
        yield f"From {source}:"
        yield from (f"  {_with_places(each)}" for each in by_source[source])
    if findings.editable:
        yield f"Projects, not installed by adopt: {', '.join(findings.editable)}"
        words = " ".join(f"-e {shlex.quote(path)}" for path in findings.editable)
        yield f"  To install: nbenv install {name} {words}"
    if findings.indexes:
        yield "Indexes: " + ", ".join(f"{n} = {u}" for n, u in findings.indexes.items())
    if findings.system:
        shown = (f"{name} ({_places(where)})" for name, where in findings.system.items())
        yield f"System packages, recorded but never installed by nbenv: {', '.join(shown)}."
    for module, where in findings.unknown.items():
        yield f"Unknown: import {module} ({_places(where)}): no known package provides it."
    if findings.optional:
        yield f"Optional, left out: {_listing(findings.optional)}."
    if findings.offered:
        yield f"May be needed: {_listing(findings.offered)}."
        yield f"  To install: nbenv install {name} {' '.join(e.name for e in findings.offered)}"
    if findings.left_out:
        names = ", ".join(sorted({each.name or each.requirement for each in findings.left_out}))
        source = ", ".join(sorted({each.source.name for each in findings.left_out}))
        yield f"In {source}, but not used by this notebook: {names}."
    yield from (f"Hint: {each}." for each in findings.hints)
    yield from (f"Skipped: {each}." for each in findings.skipped)
    yield from (f"Note: {each.rstrip('.')}." for each in findings.notes)


def _with_places(found: FoundRequirement) -> str:
    text = found.requirement
    is_renamed = found.module and found.module.lower().replace("_", "-") != found.name
    module = f"import {found.module}: " if is_renamed and found.source.rank > 1 else ""
    where = [place for place in found.where if place not in found.source.name]
    return f"{text} ({module}{_places(where)})" if where else text


def _places(where: Iterable[str]) -> str:
    places = list(where)
    cells = [place.removeprefix("cell ") for place in places if place.startswith("cell ")]
    others = [place for place in places if not place.startswith("cell ")]
    more = ", …" if len(cells) > _MOST_PLACES else ""
    word = "cells" if len(cells) > 1 else "cell"
    shown = [f"{word} {', '.join(cells[:_MOST_PLACES])}{more}"] if cells else []
    return "; ".join([*shown, *others[:_MOST_PLACES]])


def _listing(found: Iterable[FoundRequirement]) -> str:
    return ", ".join(f"{each.name} ({_places(each.where)})" for each in found)


def _index_entry(findings: Findings, name: str) -> dict[str, object]:
    url = findings.indexes[name]
    asked, is_only = findings.asked_from(url)
    names = sorted({each.name for each in asked if each.name})
    return {"name": name, "url": url} | ({"packages": names} if is_only else {})


def to_data(findings: Findings) -> dict[str, object]:
    """Return the findings for ``--json``."""
    return {
        "python": findings.python,
        "python_source": findings.python_source,
        "found": [_entry(each) for each in findings.settled()],
        "editable": findings.editable,
        "indexes": [_index_entry(findings, name) for name in findings.indexes],
        "unknown": [{"module": m, "where": w} for m, w in findings.unknown.items()],
        "by_name": [asdict(each) for each in findings.by_name],
        "optional": [_entry(each) for each in findings.optional],
        "offered": [_entry(each) for each in findings.offered],
        "left_out": [_entry(each) for each in findings.left_out],
        "system": list(findings.system),
        "hints": findings.hints,
        "skipped": findings.skipped,
        "notes": findings.notes,
        "as_of": findings.as_of,
        "as_of_reason": findings.as_of_reason,
    }


def _entry(found: FoundRequirement) -> dict[str, object]:
    return {
        "requirement": found.requirement,
        "name": found.name,
        "module": found.module,
        "source": found.source.name,
        "where": list(found.where),
    }
