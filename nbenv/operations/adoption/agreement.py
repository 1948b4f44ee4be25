"""Agreement to what an adoption takes from elsewhere than this machine's own indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from nbenv.adopt.findings import Findings, parse_named
from nbenv.core.record import fingerprint
from nbenv.core.requirements import absolute, is_local, without_credentials
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import local_projects
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.progress import Progress, Steps

__all__ = [
    "Consent",
    "agreed_findings",
    "digest_of_findings",
    "direct_requirements",
    "sentences",
    "sentences_by_name",
]

Consent = Callable[[str], bool | None]
"""Asks a question without its question mark; returns None where nobody can be asked."""


def direct_requirements(findings: Findings) -> list[str]:
    """Return what would be installed from a URL or a path, the editable projects included."""
    texts = (each.requirement for each in findings.settled())
    found = [*(text for text in texts if _is_direct(text)), *findings.editable]
    return [without_credentials(text) for text in found]


def _is_direct(text: str) -> bool:
    parsed = parse_named(text)
    return bool(parsed.url) if parsed else True  # without a name it is a URL or a path


def digest_of_findings(findings: Findings, ref: NotebookRef) -> str:
    """Return the digest of what a dry run shows: requirements, indexes, and local projects."""
    direct = direct_requirements(findings)
    return fingerprint(
        {
            "adopts": sorted(each.requirement for each in findings.settled()),
            "by_name": sorted(each.name for each in findings.by_name),
            "editable": sorted(findings.editable),
            "indexes": sorted(findings.indexes.values()),
            "asked_from": {url: _asked_from(findings, url) for url in findings.indexes.values()},
            "python": findings.python,
            "system": sorted(findings.system),
            "no_deps": sorted(findings.no_deps),
            "contents": {text: found for text in direct if (found := _contents(text, ref.folder))},
            "record": _record_digest(ref),
            "folder": str(ref.folder) if direct else "",
        }
    )


def _asked_from(findings: Findings, url: str) -> str:
    """Return the names that have to come from an index, "" if none has to."""
    asked, is_only = findings.asked_from(url)
    return ", ".join(sorted({each.name for each in asked if each.name})) if is_only else ""


def _contents(text: str, folder: Path) -> str:
    """Return the fingerprint of what a requirement names on this machine, "" for anything else."""
    parsed = parse_named(text)
    place = (parsed.url if parsed else text) or ""
    if "://" in place and not is_local(place):
        return ""
    bare = place.partition("#")[0].partition("[")[0]
    return local_projects.fingerprint(absolute(bare, folder)) if bare else ""


def _record_digest(ref: NotebookRef) -> str:
    """Return the digest of the record that the notebook has already, "" without one."""
    try:
        snapshot = NotebookSnapshot.read(ref)
        return "" if snapshot.record is None else snapshot.digest
    except NbenvError:  # an old format, which adopting converts
        return ""


def sentences(findings: Findings) -> Iterator[str]:
    """Yield a sentence for each thing that can make code run or a host be asked."""
    for name, url in findings.indexes.items():
        names = _asked_from(findings, url)
        place = f"the index {name} ({url})"
        if names:
            yield (
                f"It takes {names} from {place} alone, and what that needs from there, too, as far "
                "as the index has it."
            )
        else:
            yield f"It uses {place}."
    for text in direct_requirements(findings):
        yield f"It installs directly from {text}, and may build it, which runs its code."


def sentences_by_name(findings: Findings) -> Iterator[str]:
    """Yield a sentence for each package that was found by its name alone, to judge it by."""
    for each in findings.by_name:
        since = f", first released on {each.first_day}" if each.first_day else ""
        about = f"“{each.summary}”" if each.summary else "without a description"
        yield (
            f"nbenv does not know {' and '.join(each.modules)}. This machine's index has "
            f"{each.name} {each.version} ({about}{since}); {each.why}. Check that it is the one "
            "that the notebook means."
        )


def agreed_findings(
    findings: Findings, ref: NotebookRef, agreed: str | None, consent: Consent
) -> Steps[Findings]:
    """Return the findings, without what nobody agreed to; the others are as in `adopt`."""
    if agreed is None:
        if lines := list(sentences(findings)):
            shown = "\n".join(["Adopting what this notebook asks for:", *lines])
            yield Progress("approve", shown, lasting=True)
        return (yield from _agreed_by_name(findings, consent))
    found = digest_of_findings(findings, ref)
    if agreed == found:
        return findings
    if agreed and agreed != _record_digest(ref):
        raise ApprovalNeededError(
            "What this notebook asks for has changed since it was shown.",
            "\n".join([*sentences(findings), "Nothing was downloaded or run."]),
            "Look at it again: nbenv adopt --dry-run (in a cell: %nbenv adopt --dry-run).",
            found,
        )
    return _without_foreign(_without_named(findings, "nobody agreed to it"))


def _agreed_by_name(findings: Findings, consent: Consent) -> Steps[Findings]:
    """Ask about what was found by its name; without an answer it is left out."""
    if not findings.by_name:
        return findings
    yield Progress("approve", "\n".join(sentences_by_name(findings)), lasting=True)
    names = ", ".join(each.name for each in findings.by_name)
    answer = consent(f"Install {names}, too")
    if answer:
        return findings
    why = "there is no terminal to ask on" if answer is None else "you did not approve it"
    return _without_named(findings, why)


def _without_named(findings: Findings, why: str) -> Findings:
    """Return the findings without what was found by its name; the modules are unknown again."""
    names = {each.name for each in findings.by_name}
    where = {each.module: [*each.where] for each in findings.requirements if each.name in names}
    left = replace(
        findings,
        requirements=[each for each in findings.requirements if each.name not in names],
        unknown={**findings.unknown, **{module: w for module, w in where.items() if module}},
        by_name=[],
        notes=[*findings.notes],
    )
    for each in findings.by_name:
        left.note(
            f"{each.name}, found by its name for import {', '.join(each.modules)}, was left out, "
            f"as {why}. If it is the right one: nbenv install NOTEBOOK {each.name}"
        )
    return left


def _without_foreign(findings: Findings) -> Findings:
    """Return the findings that this machine's own indexes serve, with notes about the others."""
    left_out = [*findings.indexes.values(), *direct_requirements(findings)]
    kept = [each for each in findings.requirements if not _is_direct(each.requirement)]
    reduced = replace(
        findings, requirements=kept, editable=[], indexes={}, main_indexes={}, index_sources={},
        notes=[*findings.notes],
    )  # fmt: skip
    for text in left_out:
        reduced.note(f"{text} was not used, as nobody agreed to it")
    return reduced
