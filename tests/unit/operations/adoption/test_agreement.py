"""Agreement to what an adoption takes from elsewhere than this machine's own indexes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.errors import ApprovalNeededError
from nbenv.operations.adoption.agreement import (
    agreed_findings,
    digest_of_findings,
    direct_requirements,
    sentences,
)
from nbenv.progress import drain
from tests.support.environments import ref_of

SOURCE = Source(1, "install lines")


def nobody(question: str) -> bool | None:
    return None


def findings(*texts: str) -> Findings:
    found = Findings(python="3.11")
    for text in ("plain>=1", *texts):
        found.add(text, SOURCE)
    found.indexes["far"] = "https://far.invalid/simple"
    return found


def test_what_comes_from_elsewhere_is_named() -> None:
    found = findings("evil @ git+https://user:secret@host.invalid/evil")
    [direct] = direct_requirements(found)
    assert "secret" not in direct
    assert list(sentences(found)) == [
        "It uses the index far (https://far.invalid/simple).",
        f"It installs directly from {direct}, and may build it, which runs its code.",
    ]


@pytest.mark.parametrize("agreed", ["", None])
def test_nobody_agreed(notebook: Path, agreed: str | None) -> None:
    found = findings("evil @ git+https://host.invalid/evil")
    kept = drain(agreed_findings(found, ref_of(notebook), agreed, nobody))
    if agreed is None:  # a command of a person's: it shows them, and is the agreement
        assert kept == found
        return
    assert [each.requirement for each in kept.requirements] == ["plain>=1"]
    assert (kept.indexes, kept.editable) == ({}, [])
    assert "far.invalid" in str(kept.notes)
    assert "evil" in str(kept.notes)
    assert found.indexes  # the others' are left as they were


def test_the_agreement_is_to_what_was_shown(notebook: Path) -> None:
    ref, found = ref_of(notebook), findings()
    shown = digest_of_findings(found, ref)
    assert drain(agreed_findings(found, ref, shown, nobody)) == found
    for other in (findings("more"), findings("evil @ https://host.invalid/evil.zip")):
        with pytest.raises(ApprovalNeededError, match="has changed since it was shown") as caught:
            drain(agreed_findings(other, ref, shown, nobody))
        assert caught.value.digest == digest_of_findings(other, ref)


def test_another_project_in_the_same_place_is_another_digest(notebook: Path) -> None:
    found, project = findings("mine @ ./mine"), notebook.parent / "mine"
    project.mkdir()
    before = digest_of_findings(found, ref_of(notebook))
    (project / "setup.py").write_text("print()")
    assert digest_of_findings(found, ref_of(notebook)) != before
