"""Packages that were asked from an index: later changes, other machines, other indexes."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from nbenv.cli.pip_lines.pip_magic import perform_pip
from nbenv.errors import InstallerError
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.listing import outdated
from nbenv.operations.restore import restore
from nbenv.operations.undoing.undo import undo
from nbenv.operations.upgrade import upgrade
from nbenv.progress import Outcome, drain
from tests.support.commands import succeed
from tests.support.environments import recorded, ref_of, versions
from tests.support.index import LocalIndex


def run(notebook: Path, *requirements: str, **options: object) -> None:
    request = InstallRequest(requirements, **options)  # type: ignore[arg-type]
    drain(install(ref_of(notebook), request))


def pip(notebook: Path, line: str) -> None:
    done = perform_pip(shlex.split(line), ref_of(notebook))
    assert not isinstance(done, Outcome)
    drain(done)


@pytest.fixture
def private(tmp_path: Path, index: LocalIndex) -> Iterator[LocalIndex]:
    """Yield an index with an old file of a public package, and with names that strangers took."""
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("acme-torch", "1.0", requires=["acme-util"])
        private.wheel("acme-util", "1.0")
        private.wheel("toolz", "0.1")
        private.wheel("viz", "1.0", requires=["toolz"])
        for name in ("acme-torch", "acme-util"):
            index.wheel(name, "99.0")
        index.wheel("toolz", "1.0")
        yield private


def entry(notebook: Path) -> dict[str, object]:
    record = cast("dict[str, list[dict[str, object]]]", recorded(notebook))
    (found,) = record["indexes"]
    return {name: value for name, value in found.items() if name not in ("name", "url")}


def test_later_commands_take_the_rest_from_the_machines_index(
    notebook: Path, private: LocalIndex
) -> None:
    pip(notebook, f"install acme-torch --index-url {private.url}")
    needed = {"dependencies": ["acme-util"], "with_dependencies": True}
    assert entry(notebook) == {"packages": ["acme-torch"], **needed}
    run(notebook, "toolz")
    run(notebook, "toolz>=1")
    drain(upgrade(ref_of(notebook)))
    expected = {"acme-torch": "1.0", "acme-util": "1.0", "toolz": "1.0"}
    assert versions(notebook) == expected
    assert "up to date" in drain(outdated(ref_of(notebook))).summary
    pip(notebook, f"install 'toolz<1' -i {private.url}")
    assert versions(notebook) == {**expected, "toolz": "0.1"}
    drain(undo(ref_of(notebook)))
    assert versions(notebook) == expected
    assert entry(notebook)["packages"] == ["acme-torch"]


def test_what_another_package_needs_can_be_asked_for_elsewhere(
    notebook: Path, private: LocalIndex
) -> None:
    pip(notebook, f"install viz acme-torch -i {private.url}")
    assert versions(notebook)["toolz"] == "0.1"
    run(notebook, "toolz")
    run(notebook, "toolz>=1")
    assert versions(notebook)["toolz"] == "1.0"
    with pytest.raises(InstallerError):
        run(notebook, "acme-torch>=2")
    assert versions(notebook)["acme-util"] == "1.0"
    assert entry(notebook)["packages"] == ["acme-torch", "viz"]
    assert entry(notebook)["dependencies"] == ["acme-util"]
    run(notebook, "toolz", any_index=True)


def test_what_later_versions_and_extras_need_comes_from_the_same_index(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    private.wheel("acme-solo", "1.0", extras={"fast": ["acme-fast"]})
    pip(notebook, f"install acme-solo -i {private.url}")
    for name in ("acme-new", "acme-fast", "acme-solo"):
        index.wheel(name, "99.0")
        private.wheel(name, "2.0")
    private.wheel("acme-solo", "2.0", requires=["acme-new"], extras={"fast": ["acme-fast"]})
    run(notebook, "acme-solo[fast]")
    drain(upgrade(ref_of(notebook)))
    assert versions(notebook) == {"acme-solo": "2.0", "acme-new": "2.0", "acme-fast": "2.0"}
    assert entry(notebook)["dependencies"] == ["acme-fast", "acme-new"]


def test_a_stranger_who_registers_a_private_name_later_changes_nothing(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    index.remove("acme_util-99.0-py3-none-any.whl")
    index.wheel("other", "1.0", requires=["acme-util"])
    pip(notebook, f"install acme-torch --index corp={private.url}")
    assert entry(notebook) == {"packages": ["acme-torch"], "dependencies": ["acme-util"]}
    index.wheel("acme-util", "99.0")
    run(notebook, "other")
    drain(upgrade(ref_of(notebook)))
    expected = {"acme-torch": "1.0", "acme-util": "1.0"}
    assert versions(notebook) == {**expected, "other": "1.0"}
    for name in expected:  # what nobody asked to upgrade keeps its version
        private.wheel(name, "1.1")
    succeed("uninstall", notebook, "other")
    assert versions(notebook) == expected


def test_what_is_needed_on_another_python_comes_from_the_same_index(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    private.wheel("acme-solo", "1.0", requires=["acme-new; python_version >= '3.12'"])
    for place, version in ((private, "1.0"), (index, "99.0")):
        place.wheel("acme-new", version)
    succeed("python", notebook, "3.11")
    pip(notebook, f"install acme-solo -i {private.url}")
    succeed("python", notebook, "3.12")
    assert versions(notebook) == {"acme-solo": "1.0", "acme-new": "1.0"}


@pytest.mark.parametrize("extra", [True, False])
def test_strangers_get_no_dependency_in(
    extra: bool, notebook: Path, index: LocalIndex, private: LocalIndex, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    private.wheel("acme-torch", "1.1", requires=["acme-util", "toolz>=1"])  # not all is there
    with LocalIndex(tmp_path / "extra") as other:
        other.wheel("acme-util", "50.0")
        if extra:  # a machine that takes the best version of all its indexes
            monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.url)
        pip(notebook, f"install acme-torch -i {private.url}")
        assert versions(notebook) == {"acme-torch": "1.1", "acme-util": "1.0", "toolz": "1.0"}
        private.sdist("acme-torch", "2.0", requires=["acme-util", "acme-new"], static=False)
        for place, version in ((private, "1.0"), (index, "99.0"), (other, "50.0")):
            place.wheel("acme-new", version)
        drain(upgrade(ref_of(notebook)))
        assert versions(notebook) == {"acme-torch": "2.0", "acme-util": "1.0", "acme-new": "1.0"}


def test_what_further_platforms_need_comes_from_the_same_index(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    elsewhere = next(each for each in ("win32", "darwin") if each != sys.platform)
    private.wheel("acme-solo", "1.0", requires=[f"acme-far; sys_platform == '{elsewhere}'"])
    pip(notebook, f"install acme-solo -i {private.url}")
    for place, version in ((private, "1.0"), (index, "99.0")):
        place.wheel("acme-far", version)
    run(notebook, "toolz")
    assert entry(notebook)["dependencies"] == ["acme-far"]
    assert "acme-far==1.0" in str(recorded(notebook))


def test_a_dependency_that_must_come_from_elsewhere_says_so(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    index.wheel("needy", "1.0", requires=["toolz>=1"])
    pip(notebook, f"install viz -i {private.url}")
    with pytest.raises(InstallerError, match=f"takes toolz from {private.url} alone"):
        run(notebook, "needy")
    run(notebook, "needy", "toolz", any_index=True)
    assert versions(notebook) == {"viz": "1.0", "needy": "1.0", "toolz": "1.0"}


BUILDS = ["-i {}", "--index corp={} --index-packages acme-*"]


@pytest.mark.parametrize("option", BUILDS)
def test_what_a_build_needs_comes_from_the_index_of_what_is_built(
    option: str, notebook: Path, index: LocalIndex, private: LocalIndex, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    log = tmp_path / "log"
    for place, name in ((private, "private"), (index, "public")):
        code = f"with open({str(log)!r}, 'a') as file:\n    file.write('{name} ')\n"
        modules = {"acme_build/__init__.py": code, "acme_build.pth": "import acme_build"}
        place.wheel("acme-build", "1.0" if place is private else "99.0", modules=modules)
    private.sdist("acme-torch", "1.5", build_requires=["acme-build"], static=False)
    for place in (private, index):  # two files of one version
        place.wheel("humanize", "1.0", modules={"humanize.py": f"url = {place.url!r}"})
    run(notebook, "humanize")
    option = option.format(private.url)
    if "--index " in option:
        succeed("install", notebook, "acme-torch", *shlex.split(option))
    else:
        pip(notebook, f"install acme-torch {option}")
    assert versions(notebook)["acme-torch"] == "1.5"
    copy = Path(shutil.copy(notebook, tmp_path / "copy.ipynb"))
    for name in ("NBENV_HOME", "UV_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere" / name))
    drain(restore(ref_of(copy), agreed=None))
    assert {*log.read_text().split()} == {"private"}


OPTIONS = ["--extra-index-url {}", "--index corp={}", "-r requirements.txt"]


@pytest.mark.parametrize("option", OPTIONS)
def test_further_indexes_serve_what_they_have(
    option: str, notebook: Path, index: LocalIndex, private: LocalIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    index.wheel("humanize", "1.0")
    notebook.parent.mkdir(exist_ok=True)
    lines = f"--extra-index-url {private.url}\nacme-torch\nhumanize\n"
    (notebook.parent / "requirements.txt").write_text(lines)
    monkeypatch.chdir(notebook.parent)
    names = "" if "-r" in option else "acme-torch humanize"
    for _ in range(2):
        pip(notebook, f"install {names} {option.format(private.url)}")
        assert entry(notebook) == {"packages": ["acme-torch"]}
        assert versions(notebook) == {"acme-torch": "1.0", "acme-util": "99.0", "humanize": "1.0"}


def test_patterns_hide_the_names_of_others(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    command = ["install", notebook, "acme-torch", "--index", f"corp={private.url}"]
    succeed(*command, "--index-packages", "acme-*")
    assert versions(notebook) == {"acme-torch": "1.0", "acme-util": "1.0"}
    assert entry(notebook) == {"packages": ["acme-*"]}
    assert "for acme-*" in succeed("status", notebook).out
    assert not [path for _, path in index.requests if "acme" in path]


@pytest.mark.parametrize("own", ["extra", "mirror", "down"])
def test_a_machine_with_other_indexes_installs_the_same_files(
    own: str, notebook: Path, index: LocalIndex, private: LocalIndex, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pip(notebook, f"install viz acme-torch -i {private.url}")
    expected = versions(notebook)
    index.wheel("acme-util", "1.0", modules={"acme_util.py": "evil = True"})
    with LocalIndex(tmp_path / "other") as other:
        if own == "extra":
            other.wheel("acme-torch", "1.0", modules={"acme_torch.py": "evil = True"})
            monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.url)
        else:
            for path in (*private.folder.iterdir(), *index.folder.glob("ipykernel*")):
                other.add(path)
            monkeypatch.setenv("PIP_INDEX_URL", other.url)
        if own == "down":
            private.close()
        copy = Path(shutil.copy(notebook, tmp_path / "copy.ipynb"))
        for name in ("NBENV_HOME", "UV_CACHE_DIR"):
            monkeypatch.setenv(name, str(tmp_path / "elsewhere" / name))
        drain(restore(ref_of(copy), agreed=None))
        assert versions(copy) == expected
