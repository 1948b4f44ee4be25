"""Unit tests of ``nbenv.adopt.projects.installed_projects``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.resolve_imports import settle
from nbenv.adopt.scan import Scan
from tests.unit.adopt.made import found, made


def settled(folder: Path, *cells: str) -> Findings:
    folder.mkdir(parents=True, exist_ok=True)
    scan = Scan(Findings(), LocalModules(folder))
    scan.scan_cells(made(*cells).cells)
    scan.add_used_imports()
    settle(scan, Findings(), "3.12", alone=True)
    return scan.findings


def project(
    folder: Path, *, package: str = "src/qqqzz", declared_in: str = "pyproject.toml"
) -> Path:
    (folder / package).mkdir(parents=True)
    (folder / package / "__init__.py").write_text("from . import models")
    (folder / package / "models.py").write_text("import statsmodels")
    (folder / declared_in).write_text("")
    return folder


@pytest.mark.parametrize("package", ["src/qqqzz", "qqqzz"])
@pytest.mark.parametrize("declared_in", ["pyproject.toml", "setup.py", "setup.cfg"])
def test_a_package_of_the_project_around_is_local(
    tmp_path: Path, package: str, declared_in: str
) -> None:
    project(tmp_path, package=package, declared_in=declared_in)
    findings = settled(tmp_path / "notebooks", "import pandas\nfrom qqqzz.models import fit")
    assert set(found(findings)) == {"pandas", "statsmodels"}
    assert (findings.unknown, findings.editable) == ({}, [".."])


def test_a_project_in_the_folder_itself_with_its_sources_below(tmp_path: Path) -> None:
    findings = settled(project(tmp_path), "import qqqzz\nimport qqqzz.models")
    assert (found(findings), findings.editable) == (["statsmodels"], ["."])


@pytest.mark.parametrize("line", ["%pip install -e ..", "!pip install ..", "!pip install qqqzz"])
def test_a_project_that_the_notebook_installs_is_not_added(tmp_path: Path, line: str) -> None:
    findings = settled(project(tmp_path) / "notebooks", line, "import qqqzz")
    assert findings.editable in ([], [".."])
    assert findings.editable.count("..") == line.count("-e")
    assert not findings.unknown


def test_a_package_on_the_path_need_not_be_installed(tmp_path: Path) -> None:
    project(tmp_path, package="qqqzz")
    findings = settled(tmp_path / "notebooks", "import sys\nsys.path.append('..')\nimport qqqzz")
    assert (found(findings), findings.editable) == (["statsmodels"], [])


def test_what_an_index_has_as_well_is_taken_from_there(tmp_path: Path) -> None:
    project(tmp_path, package="src/mne")
    findings = settled(tmp_path / "examples", "import mne")
    assert (found(findings), findings.editable) == (["mne"], [])


def test_a_folder_without_a_project_has_nothing_to_install(tmp_path: Path) -> None:
    project(tmp_path, declared_in="README.md")
    findings = settled(tmp_path / "notebooks", "import qqqzz")
    assert list(findings.unknown) == ["qqqzz"]


def test_what_is_above_the_repository_does_not_count(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "mine" / ".git").mkdir(parents=True)
    findings = settled(tmp_path / "mine" / "notebooks", "import qqqzz")
    assert (list(findings.unknown), findings.editable) == (["qqqzz"], [])


@pytest.mark.parametrize(
    "line",
    [
        "!pip install git+https://example.org/me/my-book.git@2023",
        "%pip install https://example.org/me/my-book/archive/main.zip",
    ],
)
def test_a_project_that_comes_from_its_repository_has_its_own_needs(
    tmp_path: Path, line: str
) -> None:
    project(tmp_path / "My_Book")
    findings = settled(tmp_path / "My_Book" / "labs", line, "import qqqzz")
    [requirement] = found(findings)
    assert "my-book" in requirement
    assert (findings.unknown, findings.editable) == ({}, [])
