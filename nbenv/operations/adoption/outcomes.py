"""Outcomes of adopting: of a dry run, and of a notebook that has an environment now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from nbenv.adopt.findings import Findings
from nbenv.adopt.report import report, to_data
from nbenv.core import requirements
from nbenv.engine.document import NotebookRef
from nbenv.engine.summaries import counted, outcome_of
from nbenv.operations.adoption.agreement import (
    digest_of_findings,
    direct_requirements,
    sentences,
)
from nbenv.operations.adoption.attempts import Adopted
from nbenv.progress import Outcome

__all__ = ["adopted_outcome", "dry_run_outcome"]

_OLD_NOTEBOOK = timedelta(days=730)
"""From this age on, the usual reason that a notebook fails is newer packages."""


def dry_run_outcome(findings: Findings, name: str, as_of: str | None, ref: NotebookRef) -> Outcome:
    """Report what adopting the notebook `name` would install; the ``digest`` is of all of it."""
    python = f" on Python {findings.python}" if findings.python else ""
    reason = f" ({findings.python_source})" if python and findings.python_source else ""
    return Outcome(
        f"Would adopt {counted(len(findings.settled()))}{python}{reason}; nothing was changed.",
        text=_text(findings, name, as_of),
        data={
            **to_data(findings),
            "direct": direct_requirements(findings),
            "digest": digest_of_findings(findings, ref),
            "dry_run": True,
        },
    )


def adopted_outcome(findings: Findings, name: str, adopted: Adopted, as_of: str | None) -> Outcome:
    """Report what adopting the notebook `name` installed."""
    spec = adopted.spec
    names = ", ".join(requirements.name_of(text) for text in spec.requirements) or "no packages"
    outcome = outcome_of(spec, adopted.synced, f"Adopted: Python {spec.python} with {names}.")
    changed = outcome.data if isinstance(outcome.data, dict) else {}
    return replace(
        outcome,
        text=_text(findings, name, as_of),
        data={**to_data(findings), **changed, "dry_run": False},
    )


def _text(findings: Findings, name: str, as_of: str | None) -> str:
    lines = [report(findings, name), *sentences(findings), *_age_lines(findings, name, as_of)]
    return "\n".join(line for line in lines if line)


def _age_lines(findings: Findings, name: str, as_of: str | None) -> Iterator[str]:
    if as_of:
        yield f"Resolved as of {as_of}."
    elif findings.as_of and findings.as_of < (date.today() - _OLD_NOTEBOOK).isoformat():
        yield (
            f"Old: {findings.as_of_reason}. If newer packages break it, resolve as of that day: "
            f"nbenv adopt --as-of {findings.as_of} {name}"
        )
