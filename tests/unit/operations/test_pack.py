"""Packs: a notebook with its wheels in one file, and back without a network."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from nbenv.errors import ApprovalNeededError, NbenvError, UsageError
from nbenv.home import variables
from nbenv.operations.pack import pack
from nbenv.operations.unpack import unpack
from nbenv.progress import drain
from tests.support.environments import install, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


@pytest.fixture
def packed(installed: Path) -> Path:
    drain(pack(ref_of(installed), None, ()))
    return installed.with_suffix(".nbpack")


def test_a_pack_holds_the_notebook_and_its_wheels(packed: Path, installed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        assert sorted(archive.namelist()) == [
            "pack.json",
            "wheels/branch-1.0-py3-none-any.whl",
            "wheels/ipykernel-7.0-py3-none-any.whl",
            "wheels/leaf-1.0-py3-none-any.whl",
            "work.ipynb",
        ]
        assert archive.read("work.ipynb") == installed.read_bytes()


def test_equal_content_gives_equal_bytes(packed: Path, installed: Path, tmp_path: Path) -> None:
    done = drain(pack(ref_of(installed), str(tmp_path / "again"), ()))
    assert (tmp_path / "again").read_bytes() == packed.read_bytes()
    assert isinstance(done.data, dict)
    assert done.data["bytes"] == packed.stat().st_size
    assert list(tmp_path.glob(".again*")) == []


def test_a_pack_is_restored_without_a_network(
    packed: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.close()
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    done = drain(unpack(str(packed), str(tmp_path / "folder")))
    notebook = tmp_path / "folder" / "work.ipynb"
    assert done.summary.startswith(f"Unpacked {notebook}. Restored: ")
    assert versions(notebook) == {"branch": "1.0", "leaf": "1.0"}
    assert "UV_OFFLINE" not in os.environ


def test_no_other_notebook_is_overwritten(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "work.ipynb"
    other.write_text("mine", encoding="utf-8")
    with pytest.raises(NbenvError, match="already exists, and is another notebook"):
        drain(unpack(str(packed), str(tmp_path)))
    assert other.read_text() == "mine"


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ({"version": 2, "notebook": "work.ipynb"}, "format 2"),
        ({"version": 2, "built": ["of", "another", "form"]}, "format 2"),
        ({"version": 1, "notebook": "../work.sh"}, "no item named"),
        ({"version": 1}, "notebook"),
        ([], "not an object"),
    ],
)
def test_what_is_no_pack_is_refused(tmp_path: Path, about: object, problem: str) -> None:
    file = tmp_path / "a.nbpack"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("pack.json", json.dumps(about))
    with pytest.raises(NbenvError, match="cannot be unpacked") as caught:
        drain(unpack(str(file), str(tmp_path)))
    assert problem in caught.value.why


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.nbpack").write_text("no", encoding="utf-8")
    with pytest.raises(NbenvError, match="cannot be unpacked"):
        drain(unpack(str(tmp_path / "a.nbpack"), None))


def test_a_project_cannot_be_packed(installed: Path) -> None:
    install(installed, str(make_project(installed.parent, "mine", "1.0")))
    with pytest.raises(NbenvError, match="mine cannot be packed"):
        drain(pack(ref_of(installed), None, ()))
    assert not installed.with_suffix(".nbpack").exists()


def test_a_strangers_notebook_is_not_packed(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    with pytest.raises(ApprovalNeededError):
        drain(pack(ref_of(installed), None, ()))


def test_an_unknown_platform_names_the_known(installed: Path) -> None:
    with pytest.raises(UsageError, match="There is no platform 'amiga'") as caught:
        drain(pack(ref_of(installed), None, ["amiga"]))
    assert "Choose from " in caught.value.todo


def test_a_pack_that_cannot_be_written_leaves_nothing(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a-folder.nbpack"
    folder.mkdir()
    with pytest.raises(NbenvError, match="cannot be written"):
        drain(pack(ref_of(installed), str(folder), ()))
    assert list(tmp_path.glob(".a-folder*")) == []
