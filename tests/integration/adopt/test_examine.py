"""The findings for a corpus of notebooks, and for notebooks in older formats."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import nbformat
import pytest

from nbenv.adopt.examine import examine
from nbenv.adopt.report import report, to_data
from nbenv.errors import NotebookError
from tests.integration.adopt.cases import CASES, Case


def check(kind: str, words: Iterable[str], found: list[str]) -> None:
    """Each word stands in what was found, and nothing else was found."""
    words = list(words)
    assert len(found) == len(words), (kind, found)
    for word in words:
        assert any(word in each for each in found), (kind, word, found)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_corpus(case: Case, tmp_path: Path) -> None:
    findings = examine(case.write(tmp_path), "3.11")
    assert [each.requirement for each in findings.settled()] == sorted(case.wants)
    assert findings.python == case.python
    check("unknown", case.unknown, list(findings.unknown))
    check("optional", case.optional, [each.name for each in findings.optional])
    check("offered", case.offered, [each.name for each in findings.offered])
    check("left out", case.left_out, [each.name for each in findings.left_out])
    check("hints", case.hints, findings.hints)
    check("skipped", case.skipped, findings.skipped)
    check("notes", case.notes, findings.notes)
    check("indexes", case.indexes, list(findings.indexes.values()))
    assert findings.as_of == case.as_of
    text = report(findings, "notebook.ipynb")
    for requirement in case.wants:
        assert requirement in text
    assert to_data(findings)["python"] == case.python
    assert "secret" not in text


def test_format_3(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = nbformat.v3.new_code_cell(input="import pandas")
    sheet = nbformat.v3.new_worksheet(cells=[cell])
    nbformat.write(nbformat.v3.new_notebook(worksheets=[sheet]), path, version=3)
    assert [each.requirement for each in examine(path, "3.11").settled()] == ["pandas"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
        {"kernelspec": {"name": "julia-1.9", "display_name": "Julia 1.9"}},
        {"language_info": {"name": "scala"}},
    ],
)
def test_other_languages_are_refused_in_a_sentence(
    metadata: dict[str, object], tmp_path: Path
) -> None:
    path = Case(("library(x)",), (), metadata=metadata).write(tmp_path)
    with pytest.raises(NotebookError, match="for Python only") as caught:
        examine(path, "3.11")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"nbformat": 4}', "\x00"])
def test_what_is_no_notebook(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotebookError):
        examine(path, "3.11")
