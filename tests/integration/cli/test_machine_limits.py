"""Limits of this machine: they hold for every command, and no notebook records them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nbenv.cli.pip_lines.pip_magic import perform_pip
from nbenv.errors import InstallerError
from nbenv.operations.restore import restore
from nbenv.operations.upgrade import upgrade
from nbenv.progress import Outcome, drain
from tests.support.commands import succeed
from tests.support.environments import install, recorded, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_wheel


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    """Return the index with a branch that needs a leaf."""
    index.wheel("branch", "1.0", requires=["leaf"])
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    return index


def pip(notebook: Path, *words: str) -> None:
    done = perform_pip(["install", *words], ref_of(notebook))
    assert not isinstance(done, Outcome)
    drain(done)


def test_constraints_hold_for_resolving_and_for_what_is_locked(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(notebook, "branch")
    assert versions(notebook)["leaf"] == "2.0"
    copy = Path(shutil.copy(notebook, tmp_path / "copy.ipynb"))
    (tmp_path / "limits.txt").write_text("leaf<2\n")
    conf = tmp_path / "pip.conf"
    conf.write_text(f"[install]\nconstraint = {tmp_path / 'limits.txt'}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(conf))
    with pytest.raises(InstallerError, match=r"leaf 2\.0 is locked"):
        drain(restore(ref_of(copy), agreed=None))
    with pytest.raises(InstallerError, match="leaf>=2"):
        install(notebook, "leaf>=2")
    drain(upgrade(ref_of(notebook)))
    assert versions(notebook)["leaf"] == "1.0"
    pip(notebook, "leaf")
    assert "constraints" not in (recorded(notebook) or {})  # type: ignore[operator]


def test_nothing_is_built_against_the_policy(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index.wheel("both", "1.0")
    index.sdist("both", "2.0")
    index.sdist("only", "1.0")
    monkeypatch.setenv("PIP_ONLY_BINARY", ":all:")
    pip(notebook, "both")
    assert versions(notebook) == {"both": "1.0"}
    assert "only_binary" not in (recorded(notebook) or {})  # type: ignore[operator]
    with pytest.raises(InstallerError, match="only can only be built from source here") as caught:
        install(notebook, "only")
    assert "PIP_ONLY_BINARY" in caught.value.why
    monkeypatch.delenv("PIP_ONLY_BINARY")
    install(notebook, "only")
    copy = Path(shutil.copy(notebook, tmp_path / "copy.ipynb"))
    monkeypatch.setenv("UV_NO_BUILD_PACKAGE", "only")
    with pytest.raises(InstallerError, match="would have to be built"):
        drain(restore(ref_of(copy), agreed=None))


def test_files_are_found_in_relative_folders(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", "linked", "1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", "./wheels")
    install(notebook, "linked")
    assert versions(notebook) == {"linked": "1.0"}


def test_a_cache_that_cannot_be_written_is_replaced_with_a_word(
    notebook: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "file" / "cache"))
    done = succeed("install", notebook, "leaf")
    assert "cannot be written; using" in done.out + done.err
    done = succeed("install", notebook, "branch")
    assert "cannot be written" not in done.out + done.err


@pytest.mark.skipif(os.name != "posix", reason="permissions differ there")
def test_what_others_may_write_is_replaced_with_a_word(
    notebook: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A home and a cache that a group shares: what is in them could be anybody's."""
    shared, cache = tmp_path / "shared", tmp_path / "shared-cache"
    for folder in (shared, cache):
        folder.mkdir()
        folder.chmod(0o2777)
    monkeypatch.setenv("NBENV_HOME", str(shared))
    monkeypatch.setenv("UV_CACHE_DIR", str(cache))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "own"))
    done = succeed("install", notebook, "leaf")
    said = done.out + done.err
    assert f"{shared} can be written by other users; using {tmp_path / 'own' / 'nbenv'}" in said
    assert f"uv's cache {cache} can be written by other users; using" in said
    done = succeed("install", notebook, "branch")
    assert "other users" not in done.out + done.err
    assert list(shared.iterdir()) == list(cache.iterdir()) == []
