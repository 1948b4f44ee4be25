"""What adopting found, told to a person and to a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbenv.adopt.findings import Findings, FoundRequirement

__all__ = ["report", "to_data"]

_SHOWN = 3


def report(findings: Findings, name: str) -> str:
    """Return what came from where, what stayed unknown, and what may be needed."""
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
        yield f"In place: {', '.join(findings.editable)}"
    if findings.indexes:
        yield "Indexes: " + ", ".join(f"{n} = {u}" for n, u in findings.indexes.items())
    for module, where in findings.unknown.items():
        yield f"Unknown: import {module} ({_places(where)}): no distribution is known for it."
    if findings.optional:
        yield f"Optional, left out: {_listing(findings.optional)}."
    if findings.offered:
        yield f"May be needed: {_listing(findings.offered)}."
        yield f"  To have it: nbenv install {name} {' '.join(e.name for e in findings.offered)}"
    if findings.left_out:
        names = ", ".join(sorted({each.name or each.requirement for each in findings.left_out}))
        source = ", ".join(sorted({each.source.name for each in findings.left_out}))
        yield f"Not used by this notebook, left out of {source}: {names}."
    yield from (f"Hint: {each}." for each in findings.hints)
    yield from (f"Skipped: {each}." for each in findings.skipped)
    yield from (f"Note: {each.rstrip('.')}." for each in findings.notes)


def _with_places(wanted: FoundRequirement) -> str:
    text = wanted.requirement
    renamed = wanted.module and wanted.module.lower().replace("_", "-") != wanted.name
    named = f"import {wanted.module}: " if renamed and wanted.source.rank > 1 else ""
    where = [place for place in wanted.where if place not in wanted.source.name]
    return f"{text} ({named}{_places(where)})" if where else text


def _places(where: Iterable[str]) -> str:
    places = list(where)
    cells = [place.removeprefix("cell ") for place in places if place.startswith("cell ")]
    others = [place for place in places if not place.startswith("cell ")]
    more = ", …" if len(cells) > _SHOWN else ""
    word = "cells" if len(cells) > 1 else "cell"
    shown = [f"{word} {', '.join(cells[:_SHOWN])}{more}"] if cells else []
    return "; ".join([*shown, *others[:_SHOWN]])


def _listing(wanted: Iterable[FoundRequirement]) -> str:
    return ", ".join(f"{each.name} ({_places(each.where)})" for each in wanted)


def to_data(findings: Findings) -> dict[str, object]:
    """Return the findings for ``--json``."""
    return {
        "python": findings.python,
        "python_source": findings.python_source,
        "found": [_entry(each) for each in findings.settled()],
        "editable": findings.editable,
        "indexes": [{"name": n, "url": u} for n, u in findings.indexes.items()],
        "unknown": [{"module": m, "where": w} for m, w in findings.unknown.items()],
        "optional": [_entry(each) for each in findings.optional],
        "offered": [_entry(each) for each in findings.offered],
        "left_out": [_entry(each) for each in findings.left_out],
        "hints": findings.hints,
        "skipped": findings.skipped,
        "notes": findings.notes,
        "as_of": findings.as_of,
        "as_of_reason": findings.as_of_reason,
    }


def _entry(wanted: FoundRequirement) -> dict[str, object]:
    return {
        "requirement": wanted.requirement,
        "name": wanted.name,
        "module": wanted.module,
        "source": wanted.source.name,
        "where": list(wanted.where),
    }
