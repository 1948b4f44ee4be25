"""A build of PyTorch in every format: each tool gets it from the index that the notebook does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from nbenv.installer.uv_config import tomllib
from nbenv.operations.install import InstallRequest
from nbenv.operations.install import install as install_verb
from nbenv.progress import drain
from tests.support.commands import succeed
from tests.support.environments import ref_of
from tests.support.index import LocalIndex
from tests.support.torch_indexes import TorchIndexes, serving, stock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it has builds for Linux")


@pytest.fixture
def torch(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TorchIndexes]:
    with serving(tmp_path / "torch", "cpu") as torch:
        stock(index, torch)
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        yield torch


@pytest.fixture
def made(notebook: Path, torch: TorchIndexes) -> Path:
    request = InstallRequest(("wrapper",), torch_backend="cpu")
    drain(install_verb(ref_of(notebook), request))
    return notebook


def exported(notebook: Path, name: str) -> str:
    return succeed("export", notebook, "--format", name).out


@pytest.mark.parametrize("name", ["requirements", "requirements-locked", "conda", "dockerfile"])
def test_pip_gets_the_index_of_the_build(name: str, made: Path, torch: TorchIndexes) -> None:
    assert f"--extra-index-url {torch.url}/cpu" in exported(made, name)


def test_a_standard_lock_has_the_files_of_every_platform(made: Path, torch: TorchIndexes) -> None:
    lock = tomllib.loads(exported(made, "pylock"))
    builds = [each for each in lock["packages"] if each["name"] == "torch"]
    assert [each["version"] for each in builds] == ["2.9.1", "2.9.1+cpu"]
    assert [len(each["wheels"]) for each in builds] == [1, 2]  # macOS; Linux and Windows


def test_a_project_of_uvs_takes_the_same_build(
    made: Path, torch: TorchIndexes, index: LocalIndex, tmp_path: Path
) -> None:
    text = exported(made, "pyproject")
    settings = tomllib.loads(text)["tool"]["uv"]
    assert {each["url"] for each in settings["index"]} == {f"{torch.url}/cpu"}
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text(text, encoding="utf-8")
    subprocess.run(
        [find_uv_bin(), "lock", "--python", sys.executable],
        cwd=tmp_path / "project",
        env={**os.environ, "UV_DEFAULT_INDEX": index.url},
        check=True,
        capture_output=True,
    )
    locked = tomllib.loads((tmp_path / "project" / "uv.lock").read_text(encoding="utf-8"))
    found = {each["version"] for each in locked["package"] if each["name"] == "torch"}
    assert found == {"2.9.1", "2.9.1+cpu"}
