"""Report what each notebook of a folder needs, and what it got: as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbenv.adopt.report import to_data
from nbenv.core.requirements import KERNEL
from nbenv.core.spec import Spec
from nbenv.operations.adoption.agreement import (
    direct_requirements,
    sentences,
    sentences_by_name,
)
from nbenv.operations.adoption.examined import Examined
from nbenv.operations.adoption.folder.adopting_processes import Answer
from nbenv.operations.adoption.folder.collect import FolderNotebook, PassedOver
from nbenv.progress import Kind, Outcome, Table

__all__ = ["Row", "folder_outcome", "folder_preview"]

_KINDS: tuple[Kind, ...] = ("path", "whole", "text", "whole", "whole")


@dataclass
class Row:
    """One notebook: what it needs or why that cannot be told, and later how adopting it ended.

    `digest` is that of what is shown of it. `data` is what ``adopt --json`` prints for it, and
    `locked` are the versions that it has now.
    """

    notebook: FolderNotebook
    examined: Examined | None = None
    digest: str = ""
    data: Mapping[str, object] | None = None
    error: Mapping[str, object] | None = None
    message: str = ""
    locked: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The notebook's name for people."""
        return self.notebook.name

    @property
    def result(self) -> str:
        """The end of adopting, in a word."""
        if self.error:
            return "failed"
        return "adopted" if self.data else "not adopted yet"

    @property
    def python(self) -> str:
        """The Python that it got, or would get."""
        got = str((self.data or {}).get("python") or "")
        return got or (self.examined.python if self.examined else "")

    @property
    def packages(self) -> list[str]:
        """The names of what it asks for."""
        if self.examined is None:
            return []
        found = (each.name or each.requirement for each in self.examined.findings.settled())
        return [name for name in found if name != KERNEL]

    def settle(self, answer: Answer, locked: Mapping[str, str]) -> None:
        """Note how adopting ended, and the versions that are locked now."""
        self.data, self.error, self.message = answer.data, answer.error, answer.message
        self.locked = locked


_PRESENT = ""
"""Stands for the name of a notebook that had its environment before."""


def folder_preview(rows: Sequence[Row], passed: Sequence[PassedOver]) -> str:
    """Return everything that a person agrees to."""
    table = _table(rows, {}, "needs")
    lines = [str(table), *_passed_lines(passed), *_foreign_lines(rows)]
    return "\n".join([*lines, *_problems(rows)])


def folder_outcome(
    rows: Sequence[Row],
    passed: Sequence[PassedOver],
    *,
    dry_run: bool,
    present: Sequence[Spec] = (),
) -> Outcome:
    """Report on all notebooks; those that failed are named at the end.

    `present` is what others there record: a notebook may share versions with one of these.
    """
    shared = _shared(rows, present)
    lines = [*_passed_lines(passed), *_foreign_lines(rows), *_notes(rows), *_problems(rows)]
    table = _table(rows, shared, "needs" if dry_run else "got") if rows else None
    failed = [row.name for row in rows if row.error]
    return Outcome(
        _summary(rows, passed, dry_run),
        text="\n".join([*([str(table)] if table else []), *lines]),
        below="\n".join(lines),
        table=table,
        data={
            "notebooks": [_entry(row, shared, dry_run) for row in rows],
            "passed_over": [{"notebook": p.name, "reason": p.reason} for p in passed],
            "dry_run": dry_run,
        },
        failed=bool(failed),
    )


def _summary(rows: Sequence[Row], passed: Sequence[PassedOver], dry_run: bool) -> str:
    failed = [row.name for row in rows if row.error]
    good = len(rows) - len(failed)
    aside = f"; {len(passed)} passed over" if passed else ""
    named = f" Failed: {', '.join(failed)}." if failed else ""
    if dry_run:
        return f"Would adopt {_counted(good)}{aside}; nothing was changed.{named}"
    total = f" of {len(rows)}" if failed else ""
    return f"Adopted {_counted(good, total)}{aside}.{named}"


def _counted(number: int, total: str = "") -> str:
    return f"{number}{total} notebook{'' if number == 1 and not total else 's'}"


# -- for people


def _table(rows: Sequence[Row], shared: Mapping[str, int], packages: str) -> Table:
    headers = ["notebook", "Python", packages]
    cells = [[row.name, row.python, ", ".join(row.packages) or "—"] for row in rows]
    if packages == "got":
        headers += ["versions", "result"]
        for row, line in zip(rows, cells, strict=True):
            line += [_sharing(row, shared), row.result]
    return Table(tuple(headers), tuple(map(tuple, cells)), _KINDS[: len(headers)])


def _shared(rows: Sequence[Row], present: Sequence[Spec] = ()) -> dict[str, int]:
    """Return the number of the group of each notebook that has no other versions than the group.

    That is seen from what they have now, however they came to it.
    """
    others = [(_PRESENT, spec.python, spec.lock.versions()) for spec in present]
    everything = [*others, *((row.name, row.python, row.locked) for row in rows if row.locked)]
    groups: list[tuple[str, dict[str, str], list[str]]] = []
    for name, wanted, locked in everything:
        for python, versions, names in groups:
            if python == wanted and locked.items() <= {**locked, **versions}.items():
                versions.update(locked)
                names.append(name)
                break
        else:
            groups.append((wanted, dict(locked), [name]))
    several = [names for _, _, names in groups if len(names) > 1 and {*names} != {_PRESENT}]
    return {
        name: number
        for number, names in enumerate(several, 1)
        for name in names
        if name != _PRESENT
    }


def _sharing(row: Row, shared: Mapping[str, int]) -> str:
    """Return with how many notebooks it has its versions in common."""
    number = shared.get(row.name)
    if row.error or number is None:
        return "" if row.error else "its own"
    letter = f" ({_letter(number)})" if len(set(shared.values())) > 1 else ""
    return f"shared{letter}"


def _letter(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26)


def _passed_lines(passed: Sequence[PassedOver]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for each in passed:
        by_reason.setdefault(each.reason, []).append(each.name)
    yield from (f"Passed over ({why}): {', '.join(n)}." for why, n in by_reason.items())


def _foreign_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what a person has to judge, each with the notebooks that want it.

    That is what comes from elsewhere than this machine's indexes, or was found by its name alone.
    """
    wanted: dict[str, list[str]] = {}
    for row, findings in ((row, row.examined.findings) for row in rows if row.examined):
        for sentence in (*sentences(findings), *sentences_by_name(findings)):
            wanted.setdefault(sentence, []).append(row.name)
    for sentence, names in wanted.items():
        yield f"{', '.join(names)}: {sentence[:1].lower()}{sentence[1:]}"


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """Yield each note once, with the notebooks that it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        for note in _notes_of(row):
            about.setdefault(note, []).append(row.name)
    yield from (f"{', '.join(names)}: {note}" for note, names in about.items())


def _notes_of(row: Row) -> Iterator[str]:
    if row.data or row.examined:
        data = row.data or (to_data(row.examined.findings) if row.examined else {})
        unknown = [str(each["module"]) for each in _objects(data.get("unknown"))]
        if unknown:
            yield f"no known package provides {', '.join(unknown)}."
        notes = data.get("notes")
        for note in notes if isinstance(notes, list) else ():
            yield f"{str(note).rstrip('.')}."


def _objects(value: object) -> Iterable[Mapping[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _problems(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.error:
            first, *others = row.message.splitlines() or [""]
            yield f"{row.name}: {first}"
            yield from (f"  {line}" for line in others)


# -- for programs


def _entry(row: Row, shared: Mapping[str, int], dry_run: bool) -> dict[str, object]:
    state = "failed" if row.error else ("would adopt" if dry_run else "adopted")
    entry: dict[str, object] = {
        "notebook": row.name,
        "path": str(row.notebook.path),
        "state": state,
        "python": row.python or None,
        "packages": row.packages,
        "shares": shared.get(row.name),
    }
    if row.error:
        return {**entry, "error": dict(row.error)}
    if row.data:
        return {**entry, "adopted": dict(row.data)}
    if row.examined is None:
        return entry
    findings = row.examined.findings
    return {**entry, "adopted": {**to_data(findings), "direct": direct_requirements(findings)}}
