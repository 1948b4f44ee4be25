"""Outcomes of adopting: of a dry run, and of a notebook that has an environment now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nbenv.adopt.findings import Findings, is_exact
from nbenv.adopt.removals.table import PYTHON
from nbenv.adopt.report import report, to_data
from nbenv.core import requirements
from nbenv.engine.document import NotebookRef
from nbenv.engine.summaries import counted, outcome_of
from nbenv.operations.adoption.agreement import (
    digest_of_findings,
    direct_requirements,
    sentences,
    sentences_by_name,
)
from nbenv.operations.adoption.dates import (
    day_before,
    older_than_pythons,
    suggested_day,
)
from nbenv.operations.adoption.goal import Adopted
from nbenv.progress import Outcome

__all__ = ["Days", "adopted_outcome", "dry_run_outcome"]

_OLD_NOTEBOOK = timedelta(days=730)
"""From this age on, the usual reason that a notebook fails is newer packages."""


@dataclass(frozen=True)
class Days:
    """The day that everything is resolved as of, or the one that old exact versions lead to."""

    as_of: str | None = None
    of_versions: str | None = None


def dry_run_outcome(findings: Findings, name: str, days: Days, ref: NotebookRef) -> Outcome:
    """Report what adopting the notebook `name` would install; the ``digest`` is of all of it."""
    python = f" on Python {findings.python}" if findings.python else ""
    reason = f" ({findings.python_source})" if python and findings.python_source else ""
    return Outcome(
        f"Would adopt {counted(len(findings.settled()))}{python}{reason}; nothing was changed.",
        text=_text(findings, name, days),
        data={
            **to_data(findings),
            "direct": direct_requirements(findings),
            "resolved_as_of": days.as_of or days.of_versions,
            "offered_as_of": None if days.as_of else _offered_day(findings),
            "digest": digest_of_findings(findings, ref),
            "dry_run": True,
        },
    )


def adopted_outcome(findings: Findings, name: str, adopted: Adopted, days: Days) -> Outcome:
    """Report what adopting the notebook `name` installed."""
    spec = adopted.spec
    names = ", ".join(requirements.name_of(text) for text in spec.requirements) or "no packages"
    outcome = outcome_of(spec, adopted.synced, f"Adopted: Python {spec.python} with {names}.")
    changed = outcome.data if isinstance(outcome.data, dict) else {}
    return replace(
        outcome,
        text=_text(findings, name, days),
        data={
            **to_data(findings),
            **changed,
            "resolved_as_of": days.as_of,
            "dry_run": False,
        },
    )


def _text(findings: Findings, name: str, days: Days) -> str:
    lines = [report(findings, name), *sentences(findings), *sentences_by_name(findings)]
    lines += _age_lines(findings, name, days)
    return "\n".join(line for line in lines if line)


def _offered_day(findings: Findings) -> str | None:
    """Return the day on which all that the code uses was still there, None if it is today."""
    removals = [each.removal for each in findings.removed]
    is_gone = day_before(removals) is not None or older_than_pythons(removals)
    return suggested_day(findings) if is_gone else None


def _age_lines(findings: Findings, name: str, days: Days) -> Iterator[str]:
    if days.as_of:
        yield f"Resolved as of {days.as_of}."
        return
    if days.of_versions:
        exact = [each.requirement for each in findings.settled() if is_exact(each.requirement)]
        yield (
            f"{', '.join(exact)}: as old as this is, everything else is resolved as of "
            f"{days.of_versions}, too."
        )
    gone = [each for each in findings.removed if not each.removal.is_limit]
    yield from (f"{each.where}: {each.removal}." for each in gone)
    if day := _offered_day(findings):
        yield f"To get versions that still have it: nbenv adopt --as-of {day} {name}"
    elif findings.as_of and findings.as_of < (date.today() - _OLD_NOTEBOOK).isoformat():
        yield (
            f"Old: {findings.as_of_reason}. If newer packages break it, resolve as of that day: "
            f"nbenv adopt --as-of {findings.as_of} {name}"
        )
    for each in gone:
        if not day and each.removal.distribution != PYTHON:
            yield f"No Python of this machine can have {each.removal.requirement}."
