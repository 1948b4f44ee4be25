"""Indexes and packages that not every platform has files of, from a command's point of view."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any

import pytest

from nbenv.notebook.metadata import read_metadata, write_metadata
from tests.conftest import write_notebook, write_other_copy
from tests.support.commands import nbenv_here
from tests.support.index import LocalIndex

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its files are those of Linux")

LINUX = ["sys_platform == 'linux'"]
TAG = f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}"


def succeed(*words: object) -> str:
    done = nbenv_here(*words)
    assert done.status == 0, done.err
    return done.out + done.err


def record(notebook: Path) -> dict[str, Any]:
    found = read_metadata(str(notebook))["nbenv"]
    assert isinstance(found, dict)
    return found


def status(notebook: Path) -> Any:
    return json.loads(nbenv_here("status", notebook, "--json").out)


def test_an_index_of_this_platform(index: LocalIndex, notebook: Path) -> None:
    index.wheel(
        "ipykernel", "7.0", requires=["appnope; sys_platform == 'darwin'", "w32; os_name=='nt'"]
    )
    index.wheel("leaf", "1.0")
    said = succeed("install", notebook, "leaf")
    assert "Locked for Linux only" in said
    assert record(notebook)["platforms"] == LINUX
    assert "Locked only for: Linux" in succeed("status", notebook)
    assert status(notebook)["platforms"] == LINUX
    assert "locked for Linux only" in fail("pack", notebook, "--platform", "windows-x86_64")
    assert f'and {LINUX[0]}"' in succeed("export", notebook, "--format", "pylock")
    # Nothing new to say of it.
    index.wheel("more", "1.0")
    assert "Locked for" not in succeed("install", notebook, "more")
    for name in ("appnope", "w32", "last"):
        index.wheel(name, "1.0")
    assert "for every platform again" in succeed("install", notebook, "last")
    assert "platforms" not in record(notebook)
    assert status(notebook)["platforms"] == []


def test_a_kernel_of_an_empty_notebook(index: LocalIndex, notebook: Path) -> None:
    index.wheel("ipykernel", "7.0", requires=["appnope; sys_platform == 'darwin'"])
    done = nbenv_here("run", notebook)  # the stub of ipykernel is no kernel, but it is installed
    assert "appnope" not in done.err


def test_a_lock_of_another_platform(index: LocalIndex, notebook: Path, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0")
    succeed("install", notebook, "leaf")
    there = {**record(notebook), "platforms": ["sys_platform == 'darwin'"]}
    copy = write_other_copy(notebook, tmp_path / "other")
    write_metadata(str(copy), {"nbenv": there})
    index.wheel("leaf", "2.0")
    assert "That is not this machine" in succeed("status", copy)
    preview = json.loads(nbenv_here("restore", copy, "--dry-run", "--json").out)
    assert preview["platforms"] == "macOS"
    failed = nbenv_here("restore", copy)
    assert failed.status == 1
    assert f"locked for macOS only, not for Linux ({platform.machine()})" in failed.err
    assert "build   the same versions" in failed.err
    assert record(copy) == there
    succeed("restore", copy, "--fallback", "build")
    assert record(copy) == record(notebook)


def test_a_change_locks_for_this_platform_too(
    index: LocalIndex, notebook: Path, tmp_path: Path
) -> None:
    index.wheel("leaf", "1.0")
    succeed("install", notebook, "leaf")
    there = {**record(notebook), "platforms": ["sys_platform == 'darwin'"]}
    copy = write_other_copy(notebook, tmp_path / "other")
    write_metadata(str(copy), {"nbenv": there})
    assert nbenv_here("install", copy, "leaf").status == 3
    nbenv_here("restore", copy)  # which approves it, and fails
    succeed("install", copy, "leaf")
    assert record(copy) == record(notebook)


def test_what_has_no_wheel_here_is_built(index: LocalIndex, notebook: Path, tmp_path: Path) -> None:
    index.wheel("mixed", "1.0", tag=f"{TAG}-win_amd64")
    index.sdist("mixed", "1.0")
    succeed("install", notebook, "mixed")
    found = record(notebook)
    assert (found["source"], found["prebuilt"]) == (["mixed"], ["mixed ; sys_platform == 'win32'"])
    exported = succeed("export", notebook, "--format", "pylock")
    assert "mixed-1.0.tar.gz" in exported and "win_amd64.whl" in exported
    copy = write_other_copy(notebook, tmp_path / "other")
    nbenv_here("approvals", "--revoke", "all")
    refused = nbenv_here("run", copy)
    assert "It builds mixed from source, which runs their code." in refused.err
    succeed("restore", copy)
    # Where a wheel of it fits, nothing is built.
    found["prebuilt"] = ["mixed ; sys_platform == 'linux'"]
    write_metadata(str(copy), {"nbenv": found})
    preview = json.loads(nbenv_here("restore", copy, "--dry-run", "--json").out)
    assert preview["source"] == ["mixed"]  # the files that the index has tell better


def test_an_index_without_hashes(index: LocalIndex, notebook: Path) -> None:
    index.without_hashes = True
    index.wheel("mixed", "1.0", tag=f"{TAG}-win_amd64")
    index.sdist("mixed", "1.0")
    index.wheel("pure", "1.0")
    index.sdist("pure", "1.0")
    succeed("install", notebook, "mixed", "pure")
    assert record(notebook)["prebuilt"] == ["mixed ; sys_platform == 'win32'"]
    assert record(notebook)["source"] == ["mixed"]


def test_a_mixed_lock_takes_the_wheel_that_fits(index: LocalIndex, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "b.ipynb", "1")
    index.wheel("mixed", "1.0", tag=f"{TAG}-manylinux_2_17_{platform.machine()}")
    index.sdist("mixed", "1.0", fails="it was built")
    succeed("install", notebook, "mixed")
    found = record(notebook)
    assert found["source"] == ["mixed"]
    assert f"platform_machine == '{platform.machine()}'" in found["prebuilt"][0]
    nbenv_here("approvals", "--revoke", "all")
    assert "builds" not in nbenv_here("run", notebook).err


def fail(*words: object) -> str:
    done = nbenv_here(*words)
    assert done.status == 1, done.out
    return done.err


def test_what_cannot_be_installed_here(index: LocalIndex, notebook: Path) -> None:
    index.wheel("leaf", "1.0", tag=f"{TAG}-win_amd64")
    index.wheel("twig", "1.0", requires=["leaf"])
    said = fail("install", notebook, "twig")
    assert "leaf 1.0 cannot be installed on this platform." in said
    assert "files of it for Windows (amd64) only, and no source" in said
    assert "twig requires it." in said
    index.sdist("leaf", "1.0")
    said = fail("install", notebook, "--only-binary", "leaf", "leaf")
    assert "Windows (amd64) only, and --only-binary excludes a build" in said
    index.sdist("source", "1.0")
    said = fail("install", notebook, "--only-binary", "source", "source")
    assert "source can only be built from source here, and that is not allowed." in said
    assert "upgrade" not in said


def test_a_requirement_for_elsewhere_alone(index: LocalIndex, notebook: Path) -> None:
    index.sdist("there", "1.0", static=False, fails="it was built")
    said = succeed("install", notebook, "there; sys_platform == 'darwin'")
    assert "Recorded, but not for this Python and machine" in said
    assert "Locked for Linux and Windows only" in said
    assert "it was built" not in said


def test_a_wheel_that_does_not_fit_after_all(index: LocalIndex, notebook: Path) -> None:
    index.wheel("leaf", "1.0", tag=f"{TAG}-musllinux_1_2_{platform.machine()}")
    index.sdist("leaf", "1.0")
    succeed("install", notebook, "leaf")
    made_there = {**record(notebook), "prebuilt": ["leaf ; sys_platform == 'linux'"]}
    succeed("uninstall", notebook, "leaf")
    write_metadata(str(notebook), {"nbenv": made_there})
    said = fail("restore", notebook)
    assert "leaf 1.0: none of the locked files fits this machine." in said
    assert "leaf built from source, which runs its code" in said
    succeed("restore", notebook, "--fallback", "build")
    assert "prebuilt" not in record(notebook)
