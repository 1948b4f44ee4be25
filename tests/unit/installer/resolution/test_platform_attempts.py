"""Locks for as many platforms as an index has files for, with a real uv."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.errors import BuildError, ResolutionError
from nbenv.installer.resolution.this_machine import narrower_markers, this_machine
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its markers are those of Linux")

PYTHON = f"3.{sys.version_info[1]}"
TAG = f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}"
LINUX, MAC, WINDOWS = (f"sys_platform == '{each}'" for each in ("linux", "darwin", "win32"))
MINE = f"{TAG}-manylinux_2_17_{platform.machine()}"


def resolve(folder: Path, *requirements: str, **options: object) -> Lock:
    spec = Spec(PYTHON, requirements)
    choice = ResolveOptions(**options)  # type: ignore[arg-type]
    return drain(resolve_lock(spec, sys.executable, folder, choice, kernel=False))


@pytest.mark.parametrize(
    ("needs", "platforms"),
    [
        ("absent; sys_platform == 'darwin'", (LINUX, WINDOWS)),
        ("absent; sys_platform == 'win32'", (MAC, LINUX)),
        ("absent; sys_platform != 'linux'", (LINUX,)),
        ("absent; platform_system == 'Windows'", (MAC, LINUX)),
        ("absent; os_name == 'nt'", (MAC, LINUX)),
        ("there>9; sys_platform == 'win32'", (MAC, LINUX)),
    ],
)
def test_what_other_systems_lack_does_not_stop_this_one(
    index: LocalIndex, tmp_path: Path, needs: str, platforms: tuple[str, ...]
) -> None:
    index.wheel("leaf", "1.0", requires=[needs])
    index.wheel("there", "1.0")
    lock = resolve(tmp_path, "leaf")
    assert lock.platforms == platforms
    assert [each.line.partition(" --")[0] for each in lock.distributions] == ["leaf==1.0"]


def of_machine(system: str, machine: str) -> str:
    return f"platform_machine == '{machine}' and {system}"


MACHINES = {
    *(of_machine(LINUX, each) for each in ("x86_64", "aarch64")),
    *(of_machine(MAC, each) for each in ("arm64", "x86_64")),
    of_machine(WINDOWS, "AMD64"),
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the machines are named")
@pytest.mark.parametrize(
    ("needs", "without"),
    [
        ("absent; platform_machine == 'aarch64'", {of_machine(LINUX, "aarch64")}),
        ("absent; platform_machine == 'arm64'", {of_machine(MAC, "arm64")}),
        ("absent; platform_machine == 'AMD64'", {of_machine(WINDOWS, "AMD64")}),
        ("absent; platform_machine == 's390x'", set()),
        (
            "absent; platform_machine != 'x86_64'",
            {each for each in MACHINES if "x86_64" not in each},
        ),
    ],
)
def test_what_other_machines_lack_does_not_stop_their_systems(
    index: LocalIndex, tmp_path: Path, needs: str, without: set[str]
) -> None:
    index.wheel("leaf", "1.0", requires=[needs])
    lock = resolve(tmp_path, "leaf")
    assert set(lock.platforms) == MACHINES - without
    assert list(lock.versions()) == ["leaf"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the machines are named")
def test_what_one_machine_of_another_system_lacks_does_not_stop_the_other(
    index: LocalIndex, tmp_path: Path
) -> None:
    needs = "absent; sys_platform == 'darwin' and platform_machine == 'x86_64'"
    index.wheel("leaf", "1.0", requires=[needs])
    lock = resolve(tmp_path, "leaf")
    assert set(lock.platforms) == {LINUX, WINDOWS, of_machine(MAC, "arm64")}


@pytest.mark.parametrize(
    "needs",
    [
        f"absent; python_full_version < '{platform.python_version()}'",
        "absent; platform_python_implementation != 'CPython'",
    ],
)
def test_what_other_pythons_lack(index: LocalIndex, tmp_path: Path, needs: str) -> None:
    index.wheel("leaf", "1.0", requires=[needs])
    lock = resolve(tmp_path, "leaf")
    assert lock.platforms == (narrower_markers(sys.executable)[1],)
    assert [each.marker for each in lock.distributions] == [None]


def test_an_extra_and_a_python_version_may_be_for_elsewhere(
    index: LocalIndex, tmp_path: Path
) -> None:
    extras = {"more": ["absent; sys_platform == 'win32'"]}
    index.wheel("leaf", "1.0", requires=["absent; python_version < '3'"], extras=extras)
    assert resolve(tmp_path, "leaf").platforms == ()
    assert resolve(tmp_path, "leaf[more]").platforms == (MAC, LINUX)


def test_a_yanked_file_for_another_system(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("gone", "1.0", yanked=True)
    assert resolve(tmp_path, "gone; sys_platform == 'darwin'").platforms == (LINUX, WINDOWS)


def test_files_for_this_machine_alone_are_told_of(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("pure", "1.0")
    index.wheel("fast", "1.0", tag=MINE)
    assert resolve(tmp_path, "pure", "fast").platforms == (this_machine().marker,)
    index.wheel("fast", "1.0", tag=f"{TAG}-win_amd64")
    assert resolve(tmp_path, "pure", "fast").platforms == ()  # the package has these, not more


def test_nothing_is_built_for_another_system(index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("there", "1.0", static=False, fails="it was built")
    index.sdist("here", "1.0", static=False, requires=["leaf"])
    index.wheel("leaf", "1.0")
    lock = resolve(tmp_path, "there; sys_platform == 'darwin'", "here")
    assert lock.platforms == (LINUX, WINDOWS)
    assert sorted(lock.versions()) == ["here", "leaf"]
    assert lock.source() == ["here"]
    everywhere = resolve(tmp_path, "here")
    assert (everywhere.platforms, sorted(everywhere.versions())) == ((), ["here", "leaf"])


def add_telltale(index: LocalIndex, built: Path) -> None:
    """Offer an sdist ``there`` that makes a file when its build starts."""
    code = f"open({str(built)!r}, 'w').close()\n"
    index.wheel("runs", "1.0", modules={"runs.py": code, "runs.pth": "import runs"})
    index.sdist("there", "1.0", static=False, build_requires=["runs"])


def test_a_repository_has_nothing_built_for_others(index: LocalIndex, tmp_path: Path) -> None:
    add_telltale(index, tmp_path / "built")
    project = make_project(tmp_path, "mine", "1.0")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "First"]):
        author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *author, *words], cwd=project, check=True)
    lock = resolve(tmp_path, "there; sys_platform == 'darwin'", f"mine @ git+{project.as_uri()}")
    assert lock.platforms == (LINUX, WINDOWS)
    assert not (tmp_path / "built").exists()


@pytest.mark.parametrize("setting", ["UV_NO_CACHE=1", "UV_KEYRING_PROVIDER=subprocess", "file"])
@pytest.mark.parametrize("marker", ["sys_platform == 'darwin'", "platform_machine == 'riscv64'"])
def test_no_setting_has_anything_built_for_others(
    setting: str, marker: str, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "built"
    add_telltale(index, built)
    index.sdist("here", "1.0", static=False, requires=["leaf"])
    index.wheel("leaf", "1.0")
    if setting == "file":
        (tmp_path / "uv.toml").write_text("no-cache = true\n")
        monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
    else:
        monkeypatch.setenv(*setting.split("="))
    lock = resolve(tmp_path, f"there; {marker}", "here")
    if "darwin" in marker:
        assert lock.platforms == (LINUX, WINDOWS)
    else:
        assert {this_machine().marker, *MACHINES} == set(lock.platforms)
    assert sorted(lock.versions()) == ["here", "leaf"]
    assert not built.exists()


def test_a_static_sdist_for_another_system_is_locked(index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("there", "1.0", fails="it was built")
    lock = resolve(tmp_path, "there; sys_platform == 'darwin'")
    assert (lock.platforms, lock.source()) == ((), ["there"])


def test_an_error_is_about_this_platform(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0", requires=["absent; sys_platform == 'darwin'"])
    with pytest.raises(ResolutionError, match="there>1"):
        resolve(tmp_path, "leaf", "there>1", "there<1")
    index.sdist("here", "1.0", static=False, fails="boom")
    with pytest.raises(BuildError, match="boom"):
        resolve(tmp_path, "here")
