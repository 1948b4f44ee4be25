"""Unit tests of ``nbenv.adopt.examine``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.examine import examine
from tests.integration.adopt.cases import Case, ran_with


@pytest.mark.parametrize(
    ("case", "asked", "python", "source"),
    [
        (Case(("1",), ()), None, None, ""),
        (Case(("1",), (), metadata=ran_with("3.9")), None, "3.9", "last run with it"),
        (Case(("1",), (), metadata=ran_with("3.9")), "3.12", "3.12", "as requested"),
        (
            Case(("1",), (), metadata=ran_with("3.9"), files={"runtime.txt": "python-3.10"}),
            None,
            "3.10",
            "runtime.txt",
        ),
    ],
)
def test_the_python_is_the_best_sources(
    case: Case, asked: str | None, python: str | None, source: str, tmp_path: Path
) -> None:
    findings = examine(case.write(tmp_path), "3.11", asked)
    assert findings.python == python
    assert findings.python_source.endswith(source)


def test_a_version_in_an_output_is_for_a_package_that_is_needed(tmp_path: Path) -> None:
    cells = (
        ("import numpy as np\nprint(np.__version__)", "1.26.4"),
        ("print(rich.__version__)", "13.0"),
    )
    findings = examine(Case(cells, ()).write(tmp_path), "3.11")
    assert [each.requirement for each in findings.settled()] == ["numpy==1.26.4"]


def test_another_notebook_in_the_folder_makes_its_files_shared(tmp_path: Path) -> None:
    path = Case(("import pandas",), (), files={"requirements.txt": "rich"}).write(tmp_path)
    assert {each.name for each in examine(path, "3.11").settled()} == {"pandas", "rich"}
    (tmp_path / "other.ipynb").write_bytes(path.read_bytes())
    assert {each.name for each in examine(path, "3.11").settled()} == {"pandas"}
