"""The names of what a notebook asks for by an address or a folder alone."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.findings import Findings
from nbenv.core import requirements
from nbenv.errors import NbenvError
from nbenv.installer.requirement_names import find_names
from nbenv.progress import Progress, Steps

__all__ = ["with_names"]


def with_names(findings: Findings, folder: Path) -> Steps[list[str]]:
    """Find out the names of URLs and paths; what cannot be fetched is left out, and told."""
    texts: list[str] = []
    direct: list[str] = []
    for each in findings.settled():
        (texts if each.name and requirements.is_named(each.requirement) else direct).append(
            each.requirement
        )
    for text in [*direct, *findings.editable]:
        yield Progress("resolve", f"Looking into {text} …")
        try:
            named = yield from (find_names([_located(text, folder)], folder))
        except NbenvError as error:
            findings.note(f"{text} is left out: {_reason(error)}")
            continue
        names = {requirements.name_of(found) for found in named.requirements}
        texts = [t for t in texts if requirements.name_of(t) not in names]
        texts += named.requirements
    return texts


def _located(text: str, folder: Path) -> str:
    return text if "://" in text else str(folder / text)


def _reason(error: NbenvError) -> str:
    lines = [line.strip() for line in f"{error.what}\n{error.why}".splitlines() if line.strip()]
    return " ".join(lines[:2])
