"""Unit tests of ``nbenv.operations.adoption.examined``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments.interpreters import default_python
from nbenv.errors import UsageError
from nbenv.operations.adoption.examined import AdoptOptions, examine_for
from tests.conftest import write_notebook
from tests.integration.adopt.cases import Case, ran_with


def test_the_python_of_the_notebook_is_noted_where_it_is_not_used(tmp_path: Path) -> None:
    path = Case(("import pandas",), (), metadata=ran_with("3.4")).write(tmp_path)
    found = examine_for(path, AdoptOptions())
    assert (found.declared, found.python) == ("3.4", default_python())
    assert "Python 3.4" in found.findings.notes[0]


def test_a_day_must_be_one(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    with pytest.raises(UsageError, match="is not a date"):
        examine_for(path, AdoptOptions(as_of="soon"))


def test_files_of_the_folder_count_for_the_notebooks_below(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pandas<2\nrich\n", encoding="utf-8")
    path = write_notebook(tmp_path / "week" / "one" / "x.ipynb", "import pandas")
    alone = examine_for(path, AdoptOptions()).findings.settled()
    assert [each.requirement for each in alone] == ["pandas"]
    found = examine_for(path, AdoptOptions(), tmp_path).findings
    assert [each.requirement for each in found.settled()] == ["pandas<2"]
    assert [each.name for each in found.left_out] == ["rich"]
    (path.parent / "requirements.txt").write_text("pandas>2\n", encoding="utf-8")
    nearer = examine_for(path, AdoptOptions(), tmp_path).findings.settled()
    assert [each.requirement for each in nearer] == ["pandas>2"]


def test_files_of_a_folder_are_about_all_its_notebooks(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("rich\n", encoding="utf-8")
    path = write_notebook(tmp_path / "x.ipynb", "import pandas")
    wanted = {each.name for each in examine_for(path, AdoptOptions(), tmp_path).findings.settled()}
    assert wanted == {"pandas", "rich"}
    write_notebook(tmp_path / "week" / "y.ipynb", "1")
    found = examine_for(path, AdoptOptions(), tmp_path).findings
    assert [each.name for each in found.settled()] == ["pandas"]


def test_a_day_limits_what_is_older_than_this_machines_pythons(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "import networkx as nx\nG = nx.Graph()\nG.node[1]")
    today = examine_for(path, AdoptOptions()).findings.settled()
    assert [each.requirement for each in today] == ["networkx"]
    dated = examine_for(path, AdoptOptions(as_of="auto"))
    wanted = [each.requirement for each in dated.findings.settled()]
    assert wanted == ["networkx<2.4", "setuptools"]  # which packages of that time rely on
    assert dated.findings.limits == {"networkx<2.4"}
