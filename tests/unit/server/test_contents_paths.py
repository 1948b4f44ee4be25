"""Paths of the contents API, and requirements, that lead no farther than the root."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from nbenv.server.contents_paths import api_path, leads_out, local_path


@pytest.mark.parametrize("path", ["a.ipynb", "/a.ipynb", "RTC:a.ipynb"])
def test_inside(path: str, tmp_path: Path) -> None:
    contents = SimpleNamespace(root_dir=str(tmp_path))
    assert local_path(contents, path) == str(tmp_path.resolve() / "a.ipynb")


@pytest.mark.parametrize("path", ["../a.ipynb", "x/../../a.ipynb", "RTC:../a.ipynb", "a\0.ipynb"])
def test_outside(path: str, tmp_path: Path) -> None:
    assert local_path(SimpleNamespace(root_dir=str(tmp_path)), path) is None


def test_contents_that_are_no_files() -> None:
    assert local_path(SimpleNamespace(), "a.ipynb") is None


def test_a_name_with_a_colon_is_no_drive(tmp_path: Path) -> None:
    contents = SimpleNamespace(root_dir=str(tmp_path))
    assert local_path(contents, "Q1:a.ipynb") == str(tmp_path.resolve() / "Q1:a.ipynb")
    (tmp_path / "RTC:a.ipynb").touch()
    assert local_path(contents, "RTC:a.ipynb") == str(tmp_path.resolve() / "RTC:a.ipynb")


def test_links_lead_out_only_where_the_server_itself_goes(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (root / "link").symlink_to(other)
    contents = SimpleNamespace(root_dir=str(root))
    assert local_path(contents, "link/a.ipynb") == str(root.resolve() / "link" / "a.ipynb")
    assert local_path(contents, "link/../../a.ipynb") is None


def test_the_path_of_a_file_as_the_api_has_it(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "root"
    (root / "a").mkdir(parents=True)
    contents = SimpleNamespace(root_dir=str(root))
    assert api_path(contents, str(root / "a" / "b.ipynb")) == "a/b.ipynb"
    assert api_path(contents, str(root.parent / "root-2" / "b.ipynb")) is None
    assert api_path(contents, r"D:\b.ipynb") is None
    assert api_path(SimpleNamespace(), str(root / "b.ipynb")) is None
    assert api_path(SimpleNamespace(root_dir=os.sep), str(root / "b")) == str(root / "b")[1:]


@pytest.mark.parametrize(
    ("requirement", "is_outside"),
    [
        ("pandas>=2", False),
        ("x @ https://host.invalid/x.whl", False),
        ("git+https://host.invalid/x.git", False),
        ("./project", False),
        ("./project[extra]", False),
        ("../project", False),
        ("x @ ../project", False),
        ("../../project", True),
        ("../../project[extra]", True),
        ("x @ ../../project", True),
        ("~/project", True),
        ("/etc", True),
        ("file:///etc", True),
        ("x @ file:///etc", True),
        ("git+file:///etc", True),
        ("../linked/project", True),
    ],
)
def test_a_requirement_stays_below_the_root(
    requirement: str, is_outside: bool, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    folder = root / "notebooks"
    folder.mkdir(parents=True)
    (root / "linked").symlink_to(tmp_path)
    contents = SimpleNamespace(root_dir=str(root))
    assert leads_out(contents, requirement, str(folder)) is is_outside
