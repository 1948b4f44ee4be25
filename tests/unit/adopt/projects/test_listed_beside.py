"""Unit tests of ``nbenv.adopt.projects.listed_beside``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.examine import examine
from tests.integration.adopt.cases import Case


def needs(tmp_path: Path, listed: str, cell: str = "import pandas, rich", **files: str) -> set[str]:
    case = Case((cell,), (), files={"requirements.txt": listed, **files})
    return {each.name for each in examine(case.write(tmp_path), "3.11").settled()}


def test_a_list_for_the_notebook_counts_in_full(tmp_path: Path) -> None:
    assert needs(tmp_path, "pandas\nrich\ntabulate") == {"pandas", "rich", "tabulate"}


def test_a_list_of_which_half_is_not_used_is_for_more(tmp_path: Path) -> None:
    assert needs(tmp_path, "pandas\nrich\ntabulate\nxgboost") == {"pandas", "rich"}


def test_a_list_is_all_that_is_known_of_a_notebook_without_imports(tmp_path: Path) -> None:
    listed = {"pandas", "rich", "tabulate", "xgboost"}
    assert needs(tmp_path, "\n".join(listed), "import json") == listed


def test_a_lock_counts_in_full(tmp_path: Path) -> None:
    listed = "pandas==2.2.0\nrich\ntabulate\nxgboost"
    assert needs(tmp_path, listed) == {"pandas", "rich", "tabulate", "xgboost"}


@pytest.mark.parametrize("place", ["train.py", "src/model.py"])
def test_what_other_code_imports_is_its_own(place: str, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    files = {place: "import torch.nn as nn"}
    assert needs(tmp_path, "pandas==2.2.0\nrich\ntorch", **files) == {"pandas", "rich"}


def test_tools_of_development_are_left_out(tmp_path: Path) -> None:
    assert needs(tmp_path, "pandas\nrich\nblack\nsphinx-book-theme") == {"pandas", "rich"}
