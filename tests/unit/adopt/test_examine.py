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


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("import pandas", {"pandas", "pyyaml"}),
        ("import pandas, scrape", {"pandas", "pyyaml", "pygithub", "rich"}),
        ("import pandas\n%run scrape.py", {"pandas", "pyyaml", "pygithub", "rich"}),
        ("import pandas\n!python scrape.py", {"pandas", "pyyaml", "pygithub", "rich"}),
    ],
)
def test_what_only_another_script_imports_is_left_out(
    cell: str, expected: set[str], tmp_path: Path
) -> None:
    files = {
        "requirements.txt": "PyGithub\nrich\npyyaml",
        "scrape.py": "import github\nfrom rich.table import Table\nfrom . import pyyaml",
        "broken.py": "# import yaml, (",
    }
    path = Case((cell,), (), files=files).write(tmp_path)
    assert {each.name for each in examine(path, "3.11").settled()} == expected


def test_files_beside_a_setup_are_about_the_package_that_it_builds(tmp_path: Path) -> None:
    files = {"requirements.txt": "rich\npandas<3", "setup.py": ""}
    path = Case(("import pandas",), (), files=files).write(tmp_path)
    found = [each.requirement for each in examine(path, "3.11").settled()]
    assert found == ["pandas<3"]


def test_what_the_repository_asks_for_speaks_for_a_package_of_the_index(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("qqqzz\nrich\n")
    (tmp_path / "notebooks").mkdir()
    path = Case(("import qqqzz",), ()).write(tmp_path / "notebooks")
    (asked,) = examine(path, "3.11").questions
    assert asked.mentioned == {"qqqzz"}
    (tmp_path / ".git").rmdir()
    (asked,) = examine(path, "3.11").questions
    assert not asked.mentioned
