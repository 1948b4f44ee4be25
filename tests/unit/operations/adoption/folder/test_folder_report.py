"""Unit tests of ``nbenv.operations.adoption.folder.folder_report``."""

from __future__ import annotations

import json
from pathlib import Path

from nbenv.adopt.findings import Findings, Source
from nbenv.operations.adoption.examined import Examined
from nbenv.operations.adoption.folder.adopting_processes import Answer
from nbenv.operations.adoption.folder.collect import FolderNotebook, PassedOver
from nbenv.operations.adoption.folder.folder_report import Row, folder_outcome, folder_preview

PASSED = (PassedOver("x.ipynb", "in R"), PassedOver("y.ipynb", "in R"))


def row(name: str, *texts: str, index: str = "") -> Row:
    findings = Findings(python="3.11")
    for text in texts:
        findings.add(text, Source(3, "imports"), "cell 1")
    if index:
        findings.add_index(index)
    notebook = FolderNotebook(Path("/c", name), Path("/c"), name)
    return Row(notebook, Examined(findings, None, "3.11", None), "digest")


def broken(name: str) -> Row:
    notebook = FolderNotebook(Path("/c", name), Path("/c"), name)
    return Row(notebook, error={"what": "It is broken."}, message="It is broken.\nHow sad.")


def test_a_dry_run_shows_what_each_needs() -> None:
    outcome = folder_outcome([row("a.ipynb", "pandas"), broken("b.ipynb")], PASSED, dry_run=True)
    assert outcome.text.splitlines() == [
        "notebook  Python  needs",
        "a.ipynb   3.11    pandas",
        "b.ipynb           —",
        "Passed over (in R): x.ipynb, y.ipynb.",
        "b.ipynb: It is broken.",
        "  How sad.",
    ]
    assert outcome.summary == (
        "Would adopt 1 notebook; 2 passed over; nothing was changed. Failed: b.ipynb."
    )
    assert outcome.failed
    assert outcome.table is not None
    assert outcome.text == f"{outcome.table}\n{outcome.below}"


def test_the_result_says_who_shares_and_who_failed() -> None:
    rows = [row("a.ipynb", "six"), row("b.ipynb", "six"), row("c.ipynb"), row("d.ipynb")]
    locks = ({"six": "1", "rich": "2"}, {"six": "1"}, {"six": "2"})
    for each, lock in zip(rows, locks, strict=False):
        each.settle(Answer(str(each.notebook.path), {"python": "3.12"}), lock)
    rows[3].settle(Answer("d.ipynb", error={"what": "No."}, message="No."), {})
    outcome = folder_outcome(rows, (), dry_run=False)
    assert [line.split() for line in outcome.text.splitlines()[1:5]] == [
        ["a.ipynb", "3.12", "six", "shared", "adopted"],
        ["b.ipynb", "3.12", "six", "shared", "adopted"],
        ["c.ipynb", "3.12", "—", "its", "own", "adopted"],
        ["d.ipynb", "3.11", "—", "failed"],
    ]
    assert outcome.summary == "Adopted 3 of 4 notebooks. Failed: d.ipynb."
    data = json.loads(json.dumps(outcome.data))
    assert [each["state"] for each in data["notebooks"]] == ["adopted"] * 3 + ["failed"]
    assert [each["shares"] for each in data["notebooks"]] == [1, 1, None, None]
    assert data["notebooks"][3]["error"] == {"what": "No."}


def test_groups_have_letters_where_there_are_several() -> None:
    rows = [row(name) for name in "abcd"]
    for number, each in enumerate(rows):
        each.settle(Answer(each.name, {"python": "3.12"}), {"six": str(number % 2)})
    text = folder_outcome(rows, (), dry_run=False).text
    assert "shared (A)" in text
    assert "shared (B)" in text


def test_everything_foreign_is_shown_once_before_asking() -> None:
    rows = [row("a.ipynb", index="https://example.org/simple"), row("b.ipynb")]
    rows.append(row("c.ipynb", index="https://example.org/simple"))
    text = folder_preview(rows, PASSED)
    assert text.count("https://example.org/simple") == 1
    assert "a.ipynb, c.ipynb: it uses the index" in text
    assert "Passed over (in R): x.ipynb, y.ipynb." in text


def test_what_nobody_knows_is_named() -> None:
    unknown = row("a.ipynb")
    assert unknown.examined
    unknown.examined.findings.unknown["nobody_knows"] = ["cell 1"]
    unknown.examined.findings.note("It is old")
    text = folder_outcome([unknown], (), dry_run=True).below
    assert text.splitlines() == [
        "a.ipynb: no known package provides nobody_knows.",
        "a.ipynb: It is old.",
    ]


def test_what_holds_for_several_notebooks_is_said_once() -> None:
    rows = [row("a.ipynb"), row("b.ipynb"), row("c.ipynb")]
    for each in rows[:2]:
        assert each.examined
        each.examined.findings.note("It is old")
        each.examined.findings.unknown["nobody_knows"] = ["cell 1"]
    assert folder_outcome(rows, (), dry_run=True).below.splitlines() == [
        "a.ipynb, b.ipynb: no known package provides nobody_knows.",
        "a.ipynb, b.ipynb: It is old.",
    ]
