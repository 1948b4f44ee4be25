"""Unit tests of ``nbenv.operations.adoption.folder.collect``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nbenv.errors import NotebookError
from nbenv.operations.adoption.folder.collect import RECORDED, find_notebooks
from tests.conftest import write_notebook

TEXT = "---\njupyter:\n  jupytext:\n    text_representation:\n      extension: .md\n---\n\n# x\n"


def names(*places: Path) -> list[str]:
    return [each.name for each in find_notebooks(list(map(str, places))).notebooks]


def passed(place: Path) -> dict[str, str]:
    return {each.name: each.reason for each in find_notebooks([str(place)]).passed}


def with_metadata(path: Path, **metadata: object) -> Path:
    write_notebook(path, "1")
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "metadata": metadata}), encoding="utf-8")
    return path


def test_notebooks_are_found_at_any_depth_in_order(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.ipynb", "x/y/c.ipynb"):
        write_notebook(tmp_path / name, "1")
    (tmp_path / "x" / "helper.py").write_text("import os\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("# Course\n", encoding="utf-8")
    assert names(tmp_path) == ["a.ipynb", "b.ipynb", os.path.join("x", "y", "c.ipynb")]
    assert not passed(tmp_path)


def test_text_notebooks_count_unless_the_notebook_is_here_too(tmp_path: Path) -> None:
    (tmp_path / "alone.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "pair.md").write_text(TEXT, encoding="utf-8")
    write_notebook(tmp_path / "pair.ipynb", "1")
    assert names(tmp_path) == ["alone.md", "pair.ipynb"]
    assert passed(tmp_path) == {"pair.md": "the text of pair.ipynb"}


def test_checkpoints_hidden_folders_and_environments_are_passed_over(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a.ipynb", "1")
    for folder in (".ipynb_checkpoints", ".trash", "env/share", "node_modules", ".git"):
        write_notebook(tmp_path / folder / "x.ipynb", "1")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / ".empty").mkdir()
    assert names(tmp_path) == ["a.ipynb"]
    assert passed(tmp_path) == {
        ".ipynb_checkpoints": "checkpoints",
        ".trash": "a hidden folder",
        "env": "an environment",
    }


def test_records_other_languages_and_copies_are_passed_over(tmp_path: Path) -> None:
    with_metadata(tmp_path / "done.ipynb", nbenv={"version": 1})
    with_metadata(tmp_path / "r.ipynb", kernelspec={"name": "ir", "language": "R"})
    write_notebook(tmp_path / "old.ipynb", "1")
    write_notebook(tmp_path / "old.v3.ipynb", "1")
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    assert names(tmp_path) == ["broken.ipynb", "old.ipynb"]
    assert passed(tmp_path) == {
        "done.ipynb": "already recorded",
        "old.v3.ipynb": "the copy of old.ipynb in its old format",
        "r.ipynb": "in R",
    }


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write_notebook(tmp_path / "outside" / "x.ipynb", "1")
    course = tmp_path / "course"
    write_notebook(course / "a.ipynb", "1")
    (course / "again.ipynb").symlink_to("a.ipynb")
    (course / "away.ipynb").symlink_to(outside)
    (course / "folder").symlink_to(outside.parent)
    assert names(course) == ["a.ipynb"]
    assert passed(course) == {
        "again.ipynb": "a link to a.ipynb",
        "away.ipynb": "a link to a file elsewhere",
        "folder": "a link to a folder",
    }


def test_a_notebook_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1")
    assert names(tmp_path, path) == ["a.ipynb"]
    assert find_notebooks([str(path)]).notebooks[0].root == tmp_path


def test_names_of_several_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("w1", "w2"):
        write_notebook(tmp_path / folder / "a.ipynb", "1")
        with_metadata(tmp_path / folder / "b.ipynb", nbenv={})
        (tmp_path / folder / "link.ipynb").symlink_to(tmp_path / folder / "a.ipynb")
    one, other = tmp_path / "w1", tmp_path / "w2"
    assert names(one, other) == [str(Path("w1", "a.ipynb")), str(Path("w2", "a.ipynb"))]
    found = find_notebooks([str(one), str(other)])
    assert [each.root for each in found.notebooks] == [one, other]
    reasons = {each.name: each.reason for each in found.passed}
    assert reasons == {
        str(Path("w1", "b.ipynb")): RECORDED,
        str(Path("w1", "link.ipynb")): f"a link to {Path('w1', 'a.ipynb')}",
        str(Path("w2", "b.ipynb")): RECORDED,
        str(Path("w2", "link.ipynb")): f"a link to {Path('w2', 'a.ipynb')}",
    }
    assert {each.path for each in found.passed if each.reason == RECORDED} == {
        one / "b.ipynb",
        other / "b.ipynb",
    }


def test_there_must_be_something(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="There are no notebooks in"):
        names(tmp_path)
    with pytest.raises(NotebookError, match="There is no"):
        names(tmp_path / "gone")


def test_a_name_is_shown_in_one_line(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a\nb.ipynb", "1")
    assert names(tmp_path) == [r"a\nb.ipynb"]
    assert find_notebooks([str(tmp_path)]).notebooks[0].path.exists()
