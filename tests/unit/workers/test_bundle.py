"""Bundles: what only workers need, nothing secret, whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nbenv.errors import NbenvError
from nbenv.progress import drain
from nbenv.workers.bundle import Bundle, write_bundle
from tests.support.environments import install, read
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def bundle_of(notebook: Path, folder: Path, **options: Any) -> Bundle:
    return drain(write_bundle(read(notebook), folder, **options))


def names(bundle: Bundle) -> list[str]:
    return sorted(bundle.manifest["versions"])  # type: ignore[call-overload]


@pytest.fixture
def made(index: LocalIndex, notebook: Path) -> Path:
    """A notebook with two packages that share a dependency, one of them with the kernel."""
    index.remove("ipykernel-7.0-py3-none-any.whl")
    index.wheel("ipykernel", "7.0", requires=["traits", "shared", "base"])
    for name in ("traits", "shared", "base", "leaf"):
        index.wheel(name, "1.0")
    index.wheel("spark", "3.5", requires=["leaf", "base"])
    index.wheel("mine", "2.0", requires=["shared", "spark"])
    install(notebook, "mine", "base")
    return notebook


def test_it_holds_the_requirements_without_what_only_the_kernel_needs(
    made: Path, tmp_path: Path
) -> None:
    bundle = bundle_of(made, tmp_path / "bundle")
    assert names(bundle) == ["base", "leaf", "mine", "shared", "spark"]
    assert bundle.manifest["left_out"] == ["ipykernel", "traits"]
    assert bundle.manifest["asked"] == ["base", "mine"]
    assert json.loads((tmp_path / "bundle" / "manifest.json").read_text()) == bundle.manifest
    assert (tmp_path / "bundle" / "nbenv_worker.py").exists()
    assert bundle.size < 100_000


def test_a_whole_one_has_the_kernel_too(made: Path, tmp_path: Path) -> None:
    whole = bundle_of(made, tmp_path / "bundle", whole=True)
    assert {"ipykernel", "traits"} <= set(names(whole))
    assert whole.digest != bundle_of(made, tmp_path / "bundle").digest


def test_equal_environments_have_equal_digests(made: Path, tmp_path: Path) -> None:
    first = bundle_of(made, tmp_path / "one").digest
    assert bundle_of(made, tmp_path / "two").digest == first
    install(made, "leaf")  # was there already
    assert bundle_of(made, tmp_path / "two").digest == first
    install(made, "traits")
    assert bundle_of(made, tmp_path / "two").digest != first


def test_credentials_stay_here(index: LocalIndex, notebook: Path, tmp_path: Path) -> None:
    index.wheel("mine", "1.0")
    address = index.url_for("/simple/", ("me", "secret"))
    install(notebook, "mine", indexes=(f"own={address}",))
    bundle_of(notebook, tmp_path / "bundle")
    text = "".join(each.read_text() for each in (tmp_path / "bundle").iterdir())
    assert "secret" not in text
    assert '"name": "own"' in text


def test_a_project_of_this_machine_cannot_go(
    index: LocalIndex, notebook: Path, tmp_path: Path
) -> None:
    install(notebook, str(make_project(notebook.parent, "local", "1.0")))
    with pytest.raises(NbenvError, match="workers cannot install local"):
        bundle_of(notebook, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_it_needs_the_environment(made: Path, tmp_path: Path) -> None:
    read(made).environment.remove()
    with pytest.raises(NbenvError, match="not ready on this machine"):
        bundle_of(made, tmp_path / "bundle")


def test_it_is_replaced_as_a_whole(made: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "left.py").touch()
    bundle_of(made, tmp_path / "bundle")
    assert not (tmp_path / "bundle" / "left.py").exists()
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".bundle")] == []


def test_wheels_come_along_once(made: Path, index: LocalIndex, tmp_path: Path) -> None:
    bundle = bundle_of(made, tmp_path / "bundle", wheels=True)
    found = sorted(each.name.split("-")[0] for each in (bundle.folder / "wheels").iterdir())
    assert found == ["base", "leaf", "mine", "shared", "spark"]
    index.close()
    assert bundle_of(made, tmp_path / "bundle", wheels=True).digest == bundle.digest


def test_a_folder_that_cannot_be_written_is_named(made: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NbenvError, match="cannot be written"):
        bundle_of(made, tmp_path / "file" / "bundle")
    assert os.listdir(tmp_path / "notebooks")
