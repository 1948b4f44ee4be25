"""The verb ``adopt``: an ordinary notebook gets the environment that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.adopt.examine import examine
from nbenv.adopt.findings import Findings, unpinned
from nbenv.adopt.report import report, to_data
from nbenv.core import requirements
from nbenv.core.spec import Index, Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments.interpreters import default_python
from nbenv.errors import (
    BuildError,
    IndexAccessError,
    InterpreterError,
    NbenvError,
    NotebookError,
    ResolutionError,
    UsageError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.dates import SLOW_TO_BUILD, day_of_versions
from nbenv.operations.adoption.edits import prepare_file, rewrite
from nbenv.operations.adoption.names import with_names
from nbenv.operations.adoption.pythons import day_of, first_python, other_pythons
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["AdoptOptions", "adopt"]

_OLD = timedelta(days=730)
"""From this age on, newer libraries are what mostly breaks a notebook."""
_MISSING = re.compile(r"(?:Because )?([\w.-]+) was not found in the package registry")


@dataclass(frozen=True)
class AdoptOptions:
    """What ``adopt`` is asked for; `as_of` is a day (``"2021-06-01"``) or ``auto``."""

    dry_run: bool = False
    as_of: str | None = None
    rewrite: bool = False
    python: str | None = None
    own_indexes: bool = False


@dataclass(frozen=True)
class _Attempt:
    python: str
    requirements: tuple[str, ...]
    note: str = ""


def adopt(target: NotebookRef, wish: AdoptOptions) -> Steps[Outcome]:
    """Look at everything that tells what a notebook needs; lock, install and record that."""
    path = _path(target)
    yield Progress("look", f"Looking at {path.name} …")
    findings = examine(path, default_python(), wish.python)
    as_of = day_of(wish.as_of, findings)
    python = first_python(findings, wish.python, as_of)
    said, source = findings.python, findings.python_source
    if python != said:
        findings = examine(path, default_python(), python)
        findings.python_source = ""
        if said:
            findings.note(f"Python {said} is not used ({source}); {python} is")
    if wish.own_indexes:
        findings.indexes.clear()
    if wish.dry_run:
        return _outcome_of_look(findings, path, as_of)
    prepare_file(path, target, wish.rewrite)
    named = yield from with_names(findings, target.folder)
    tries = _Tries(named, python, None if wish.python else partial(other_pythons, said, as_of))
    spec, synced = yield from _tried(target, findings, tries, as_of)
    _forget_known(findings, target)
    if wish.rewrite:
        rewrite(path)
    return _outcome(findings, path, spec, synced, as_of)


def _path(target: NotebookRef) -> Path:
    if target.is_detached:
        raise UsageError("There is no notebook to adopt here.", "Nothing says which one this is.")
    path = Path(target.notebook)
    if not path.is_file():
        raise NotebookError(f"There is no notebook {path}.", todo="Check the name, or save it.")
    return path


# -- one attempt after the other


@dataclass(frozen=True)
class _Tries:
    """What is tried in turn; `others` looks for more Pythons only when one is needed."""

    named: list[str]
    python: str
    others: Callable[[], list[str]] | None

    def __iter__(self) -> Iterator[_Attempt]:
        loose = list(unpinned(self.named))
        yield _Attempt(self.python, tuple(self.named))
        if loose == self.named:
            return
        for python in self.others() if self.others else ():
            if python != self.python:
                note = f"{self.python} has no such versions; {python} has"
                yield _Attempt(python, tuple(self.named), note)
        dropped = sorted(set(self.named) - set(loose))
        note = f"these versions cannot be had together; the newest are taken: {', '.join(dropped)}"
        yield _Attempt(self.python, tuple(loose), note)


def _tried(
    target: NotebookRef, findings: Findings, tries: _Tries, as_of: str | None
) -> Steps[tuple[Spec, SyncResult]]:
    first: NbenvError | None = None
    attempts = iter(tries)
    while (attempt := next(attempts, None)) is not None:
        if attempt.note:
            yield Progress("resolve", f"{attempt.note[:1].upper()}{attempt.note[1:]} …")
        try:
            result = yield from _dated(target, findings, attempt, as_of)
        except IndexAccessError as error:
            raise _without_its_index(error, findings, target) from None
        except (ResolutionError, BuildError, InterpreterError) as error:
            first = first or error
            missing = _MISSING.search(error.why)
            if missing and _drop(missing[1], findings, tries.named):
                attempts = iter(tries)
            continue
        if attempt.note:
            findings.note(attempt.note)
        return result
    assert first is not None, "there is at least one attempt"
    raise first


def _without_its_index(
    error: IndexAccessError, findings: Findings, target: NotebookRef
) -> IndexAccessError:
    """Return the error with the way out, where the index that failed is one the notebook names."""
    named = [url for url in findings.indexes.values() if url.rstrip("/") in error.why]
    if not named:
        return error
    todo = (
        f"The notebook names {', '.join(named)}. To do without: "
        f"nbenv adopt --own-indexes {Path(target.notebook).name} "
        "(in a cell: %nbenv adopt --own-indexes); nothing was changed."
    )
    return IndexAccessError(error.what, error.why, todo)


def _dated(
    target: NotebookRef, findings: Findings, attempt: _Attempt, as_of: str | None
) -> Steps[tuple[Spec, SyncResult]]:
    """Try an attempt; old versions that it names need the others of their time."""
    asked, indexes = attempt.requirements, _indexes(findings)
    steps = day_of_versions(asked, attempt.python, target.folder, indexes)
    day = as_of or (yield from steps)
    if day == as_of:
        return (yield from _change(target, findings, attempt, as_of))
    try:
        result = yield from _change(target, findings, attempt, day)
    except (ResolutionError, BuildError):
        return (yield from _change(target, findings, attempt, as_of))
    findings.note(f"The versions that it names are old; all else is as of {day}, to fit them")
    return result


def _drop(name: str, findings: Findings, named: list[str]) -> bool:
    """Leave out what the index does not know; return whether it was asked for."""
    kept = [text for text in named if requirements.name_of(text) != canonicalize_name(name)]
    if kept == named:
        return False
    named[:] = kept
    findings.note(f"{name} is left out: the index does not have it")
    findings.wanted = [each for each in findings.wanted if each.name != canonicalize_name(name)]
    return True


def _indexes(findings: Findings) -> tuple[Index, ...]:
    return tuple(Index(name, url) for name, url in findings.indexes.items())


def _change(
    target: NotebookRef, findings: Findings, attempt: _Attempt, as_of: str | None
) -> Steps[tuple[Spec, SyncResult]]:
    indexes = _indexes(findings)

    def edit(document: NotebookSnapshot) -> Edited[None]:
        spec = document.spec
        asked = [t for t in attempt.requirements if requirements.name_of(t) != requirements.KERNEL]
        known = {requirements.name_of(text) for text in spec.requirements}
        new = [text for text in asked if requirements.name_of(text) not in known]
        urls = {index.url for index in spec.indexes}
        wanted = replace(
            spec,
            python=attempt.python if document.record is None else spec.python,
            requirements=tuple(requirements.merge(spec.requirements, new)),
            indexes=(*spec.indexes, *(each for each in indexes if each.url not in urls)),
        )
        return Edited(wanted, None)

    upgrade = ResolveOptions(before=as_of or "", no_build=SLOW_TO_BUILD)
    done = yield from change(target, edit, ChangeOptions(upgrade))
    return done.spec, done.synced


# -- afterwards


def _forget_known(findings: Findings, target: NotebookRef) -> None:
    """Drop modules from the unknown that the environment turned out to have."""
    environment = NotebookSnapshot.read(target).environment
    provided = environment.imports(set(environment.installed()))
    present = {module for modules in provided.values() for module in modules}
    for module in list(findings.unknown):
        if module.partition(".")[0] in present:
            del findings.unknown[module]


def _outcome_of_look(findings: Findings, path: Path, as_of: str | None) -> Outcome:
    lines = [report(findings, path.name), *_about_age(findings, path, as_of)]
    count = len(findings.settled())
    return Outcome(
        f"Would adopt {counted(count)}{_on_python(findings)}; nothing was changed.",
        text="\n".join(line for line in lines if line),
        data={**to_data(findings), "dry_run": True},
    )


def _on_python(findings: Findings) -> str:
    why = f" ({findings.python_source})" if findings.python_source else ""
    return f" on Python {findings.python}{why}" if findings.python else ""


def _about_age(findings: Findings, path: Path, as_of: str | None) -> Iterator[str]:
    if as_of:
        yield f"Resolved as of {as_of}."
    elif findings.as_of and findings.as_of < (date.today() - _OLD).isoformat():
        yield (
            f"Old: {findings.as_of_reason}. If newer libraries break it, resolve as of then: "
            f"nbenv adopt --as-of {findings.as_of} {path.name}"
        )


def _outcome(
    findings: Findings, path: Path, spec: Spec, synced: SyncResult, as_of: str | None
) -> Outcome:
    asked = ", ".join(requirements.name_of(text) for text in spec.requirements) or "nothing"
    summary = f"Adopted: Python {spec.python} with {asked}."
    told = outcome_of(spec, synced, summary)
    lines = [report(findings, path.name), *_about_age(findings, path, as_of)]
    data = {
        **to_data(findings),
        **(told.data if isinstance(told.data, dict) else {}),
        "dry_run": False,
    }
    return replace(told, text="\n".join(line for line in lines if line), data=data)
