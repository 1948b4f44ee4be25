"""Unit tests of ``nbenv.adopt.project_files``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.project_files import read_beside, read_requirements_text
from tests.unit.adopt.made import found, pins


def beside(folder: Path, **files: str) -> Findings:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    findings = Findings()
    read_beside(folder, findings)
    return findings


def test_a_requirements_file(tmp_path: Path) -> None:
    text = (
        "a>=1  # why\n\n# b\nc --hash=sha256:00\n-r more.txt\n-e ./here\n-r gone.txt\n"
        "--extra-index-url https://example.org/simple\n"
    )
    (tmp_path / "more.txt").write_text("d\n-r requirements.txt\n")  # a circle
    findings = beside(tmp_path, requirements_txt=text)
    assert set(found(findings)) == {"a>=1", "c", "d"}
    assert findings.editable[0] == "./here"
    assert list(findings.indexes.values()) == ["https://example.org/simple"]


def test_a_requirements_text_has_no_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("b")
    findings = Findings()
    read_requirements_text("a\n-rmore.txt", Source(1, "a cell"), findings, tmp_path)
    assert found(findings) == ["a", "b"]


def test_a_project(tmp_path: Path) -> None:
    text = (
        '[project]\ndependencies = ["a>=1", "b"]\nrequires-python = "==3.10.*"\n'
        '[[tool.uv.index]]\nname = "own"\nurl = "https://example.org/simple"\n'
    )
    findings = beside(tmp_path, pyproject_toml=text)
    assert (found(findings), findings.python) == (["a>=1", "b"], "3.10")
    assert findings.indexes == {"own": "https://example.org/simple"}


def test_a_lower_bound_is_no_python(tmp_path: Path) -> None:
    assert beside(tmp_path, pyproject_toml='project.requires-python = ">=3.8"').python is None


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ('"*"', "a"), ('"^1.2"', "a<2,>=1.2"), ('"^0.2"', "a>=0.2"), ('"~1.2"', "a~=1.2"),
        ('"1.2"', "a==1.2"), ('{version = "^2"}', "a<3,>=2"), ('">=1"', "a>=1"),
    ],
)  # fmt: skip
def test_versions_of_poetry(version: str, requirement: str, tmp_path: Path) -> None:
    text = f'[tool.poetry.dependencies]\npython = "~3.9"\na = {version}\n'
    findings = beside(tmp_path, pyproject_toml=text)
    assert (found(findings), findings.python) == ([requirement], "3.9")


def test_a_lock_only_pins(tmp_path: Path) -> None:
    lock = '[[packages]]\nname = "A_b"\nversion = "1.0"\n[[packages]]\nname = "c"\n'
    findings = beside(tmp_path, pylock_toml=lock, binder__pylock_toml=lock.replace("1.0", "2.0"))
    assert (found(findings), pins(findings)) == ([], ["A_b==1.0"])


def test_files_for_binder(tmp_path: Path) -> None:
    findings = beside(
        tmp_path,
        binder__requirements_txt="a",
        binder__runtime_txt="python-3.9",
        Pipfile="packages.b='*'",
    )
    assert (sorted(found(findings)), findings.python) == (["a", "b"], "3.9")
    assert findings.requirements[-1].source.name == "binder/requirements.txt"


def test_a_broken_file_is_noted(tmp_path: Path) -> None:
    findings = beside(tmp_path, pyproject_toml="[", Pipfile="=")
    assert [note.partition(" cannot be read")[0] for note in findings.notes] == [
        "pyproject.toml",
        "Pipfile",
    ]
