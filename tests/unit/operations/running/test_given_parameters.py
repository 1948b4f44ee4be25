"""Unit tests of ``nbenv.operations.running.given_parameters``."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbenv.errors import UsageError
from nbenv.operations.running.given_parameters import GivenParameters, read_sweep


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A notebook that takes parameters, in the working directory."""
    monkeypatch.chdir(tmp_path)
    cell = nbformat.v4.new_code_cell("rate = 0.1\nday = 'now'\nfast = False")
    cell.metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    return str(tmp_path / "a.ipynb")


def test_a_row_counts_before_a_word_and_a_word_before_a_file(notebook: str) -> None:
    Path("1.yaml").write_text("rate: 1e-3\nday: 2020-01-31\n", encoding="utf-8")
    Path("2.json").write_text('{"fast": true, "rate": 7}', encoding="utf-8")
    given = GivenParameters(["rate=2"], ["1.yaml", "2.json"])
    assert given.values(notebook) == [{"rate": 2.0, "day": "2020-01-31", "fast": True}]
    Path("s.csv").write_text("rate,day\n5,\n,x\n", encoding="utf-8")
    assert given.values(notebook, read_sweep("s.csv")) == [
        {"rate": 5.0, "day": "2020-01-31", "fast": True},
        {"rate": 2.0, "day": "x", "fast": True},
    ]


def test_without_parameters_no_tag_is_needed(tmp_path: Path) -> None:
    assert GivenParameters().values(str(tmp_path / "not read.ipynb")) == [{}]


def test_an_error_names_the_row(notebook: str) -> None:
    for rows, message in (
        ('{"rate": 1}\n{"rat": 2}\n', "Row 2 does not fit. The notebook has no parameter rat."),
        ('{"rate": "x"}\n', "Row 1 does not fit. rate=x: rate takes a number"),
    ):
        Path("s.jsonl").write_text(rows, encoding="utf-8")
        with pytest.raises(UsageError, match=message):
            GivenParameters().values(notebook, read_sweep("s.jsonl"))
    with pytest.raises(UsageError, match=r"^The notebook has no parameter rat\."):
        GivenParameters(["rat=2"]).values(notebook)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.yaml", "a: [", "p.yaml cannot be read: while parsing"),
        ("p.json", "{", "p.json cannot be read: Expecting"),
        ("p.yaml", "- 1", "p.yaml must hold names"),
        ("p.yaml", "other: 1", "no parameter other"),
        ("p.json", "\xff", "p.json cannot be read"),
        ("p.json", None, "p.json cannot be read: No such file"),
    ],
)
def test_files_that_cannot_be_used(
    name: str, content: str | None, message: str, notebook: str
) -> None:
    if content is not None:
        Path(name).write_text(content, encoding="latin-1")
    with pytest.raises(UsageError) as caught:
        GivenParameters(files=[name]).values(notebook)
    assert message in str(caught.value)


def test_sweeps_that_cannot_be_read(notebook: str) -> None:
    Path("s.csv").write_text("", encoding="utf-8")
    for name, message in (("s.txt", "neither"), ("s.csv", "no rows"), ("t.csv", "No such file")):
        with pytest.raises(UsageError, match=message):
            read_sweep(name)
