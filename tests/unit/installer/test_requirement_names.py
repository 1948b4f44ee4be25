"""The names behind paths and URLs."""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path

import pytest

from nbenv.errors import RequirementError
from nbenv.installer.requirement_names import NamedRequirements, _source_url, find_names
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_wheel


def test_a_wheel_and_a_project_in_place(index: LocalIndex, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "wheels", "leaf", "1.0")
    project = make_project(tmp_path, "mine", "1.0")
    found = drain(find_names([str(wheel)], tmp_path, editable=[str(project)]))
    assert found == NamedRequirements(
        (f"leaf @ ./wheels/{wheel.name}", "mine @ ./mine"), editable=("mine",)
    )


def test_a_path_is_relative_to_the_current_folder(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(tmp_path, "mine", "1.0")
    monkeypatch.chdir(tmp_path)
    found = drain(find_names(["./mine"], tmp_path / "notebooks"))
    assert found.requirements == ("mine @ ../mine",)
    found = drain(find_names([], tmp_path / "notebooks", editable=["mine"]))
    assert found == NamedRequirements(("mine @ ../mine",), editable=("mine",))


@pytest.mark.parametrize("space", ["", " "])
def test_a_marker_follows_a_path(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, space: str
) -> None:
    make_project(tmp_path, "mine", "1.0")
    monkeypatch.chdir(tmp_path)
    marker = 'os_name == "nt"'
    found = drain(find_names([f"./mine{space};{marker}"], tmp_path))
    assert found.requirements == (f"mine @ ./mine ; {marker}",)


@pytest.mark.parametrize("text", ["./none", "~/none-of-nbenv", "none-1-py3-none-any.whl"])
def test_a_path_that_is_not_there(text: str, tmp_path: Path) -> None:
    with pytest.raises(RequirementError, match="There is no"):
        drain(find_names([text], tmp_path))


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ({"git": "https://h.invalid/a"}, "git+https://h.invalid/a"),
        ({"git": "https://h.invalid/a", "tag": "v1"}, "git+https://h.invalid/a@v1"),
        (
            {"git": "https://h.invalid/a", "rev": "0f", "subdirectory": "x"},
            "git+https://h.invalid/a@0f#subdirectory=x",
        ),
        ({"url": "https://h.invalid/a.zip"}, "https://h.invalid/a.zip"),
    ],
)
def test_sources_elsewhere(source: dict[str, str], url: str, tmp_path: Path) -> None:
    assert _source_url(source, tmp_path, tmp_path) == url


BACKEND = """
import helper
import py_compile
import sys
from pathlib import Path

def prepare_metadata_for_build_wheel(folder, settings=None):
    info = Path(folder, "mine-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\\nName: mine\\nVersion: 1.0\\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\\nTag: py3-none-any\\n")
    return info.name

def build_wheel(folder, settings=None, metadata=None):
    raise SystemExit("nobody asked for this")
"""


@pytest.mark.parametrize("place", ["mine/__pycache__", "pycache{mine}"])
def test_a_build_runs_no_compiled_file_that_lies_there(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """An approval does not cover them; neither do builds leave any in the current folder."""
    project = tmp_path / "mine"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    )
    (project / "backend.py").write_text(BACKEND)
    (project / "helper.py").write_text("")
    trap = tmp_path / "trap"
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(trap)!r}, 'w').close()")
    folder = tmp_path / place.format(mine=project)
    compiled = folder / f"helper.{sys.implementation.cache_tag}.pyc"
    py_compile.compile(
        str(evil), str(compiled), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    before = sorted([*project.rglob("*"), *tmp_path.glob("pycache/**/*")])
    monkeypatch.chdir(tmp_path)
    assert drain(find_names(["./mine"], tmp_path)).requirements == ("mine @ ./mine",)
    assert not trap.exists()
    assert sorted([*project.rglob("*"), *tmp_path.glob("pycache/**/*")]) == before
