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


def test_what_is_named_may_be_built_where_nothing_else_may(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.sdist("only", "1.0")
    index.sdist("other", "1.0")
    index.wheel("branch", "1.0", requires=["only"])
    monkeypatch.setenv("PIP_ONLY_BINARY", ":all:")
    monkeypatch.setenv("PIP_NO_BINARY", "only")
    install(notebook, "branch")
    assert versions(notebook) == {"branch": "1.0", "only": "1.0"}
    with pytest.raises(InstallerError, match="other can only be built") as caught:
        install(notebook, "other")
    assert "does not allow to build anything but only" in caught.value.why


def test_uvs_own_file_excludes_builds_and_is_named(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index.sdist("only", "1.0")
    (tmp_path / "uv.toml").write_text("no-build = true\n")
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
    with pytest.raises(InstallerError, match="only can only be built from source here") as caught:
        install(notebook, "only")
    assert "no-build in uv.toml" in caught.value.why


def test_files_are_found_in_relative_folders(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", "linked", "1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", "./wheels")
    install(notebook, "linked")
    assert versions(notebook) == {"linked": "1.0"}


@pytest.mark.parametrize("variable", ["PIP_NO_INDEX", "UV_NO_INDEX"])
def test_where_no_index_is_asked_the_error_says_so(
    variable: str,
    notebook: Path,
    index: LocalIndex,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    make_wheel(tmp_path / "wheels", "needy", "1.0", requires=["leaf"])
    make_wheel(tmp_path / "wheels", "ipykernel", "7.0")
    index.wheel("leaf", "1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels")
    monkeypatch.setenv(variable, "1")
    with pytest.raises(InstallerError, match="leaf was not found, and no index") as caught:
        install(notebook, "needy")
    assert "needy requires it. --no-index, PIP_NO_INDEX" in caught.value.why
    assert index.requests == []
    monkeypatch.setenv(variable, "0")
    install(notebook, "needy")
    assert versions(notebook) == {"needy": "1.0", "leaf": "1.0"}


@pytest.mark.parametrize("gone", ["gone", "gone" + "/deeper" * 30])
def test_a_folder_that_is_gone_is_named_as_it_was_written(
    gone: str, notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", "linked", "1.0")
    (tmp_path / "pip.conf").write_text(
        f"[global]\nindex-url = {index.url}\nfind-links = wheels\n  {gone}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", "pip.conf")
    with pytest.raises(InstallerError, match="package index") as caught:
        install(notebook, "linked")
    assert f"There is no folder {tmp_path / gone}," in caught.value.why


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
