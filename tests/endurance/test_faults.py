"""Faults of a machine: each is detected, reported, and repaired or refused; nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.home import paths
from nbenv.home.locks import is_locked
from nbenv.kernel.build import build
from tests.endurance.ground import Ground, differences, document_of, ground
from tests.integration.cli.test_verbs import environment, installed
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex
from tests.support.kernels import kernel

HELD = {"ipykernel": "7.0", "large": "1.0", "leaf": "1.0"}


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("small", "1.0")
    modules = {"large/__init__.py": "", "large/data.py": f"x = '{os.urandom(3_000_000).hex()}'\n"}
    index.wheel("large", "1.0", modules=modules)
    return index


@pytest.fixture
def ready(notebook: Path, stocked: LocalIndex) -> Path:
    """Return a notebook with an environment."""
    succeed("install", notebook, "leaf", "large", "-q")
    return notebook


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a file system of this size at a folder."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


# -- disks


def test_the_disk_of_the_environments_is_full(notebook: Path, stocked: LocalIndex) -> None:
    before = notebook.read_bytes()
    with disk(notebook.parent.parent / "small-disk", "2m") as small:
        environ = {"NBENV_HOME": str(small / "home"), "UV_LINK_MODE": "copy"}
        succeed("install", notebook, "leaf", "-q", environ=environ)
        with_leaf = notebook.read_bytes()
        told = fail("install", notebook, "large", "-q", environ=environ)
        assert "There is no space left on the disk." in told
        assert "Free some disk space" in told
        assert notebook.read_bytes() == with_leaf != before
        status = succeed("status", notebook, "--json", environ=environ).json
        assert (status["ready"], status["drift"]) == (True, [])
        remount(small, "size=50m")
        succeed("install", notebook, "large", "-q", environ=environ)


def test_the_disk_of_the_notebook_is_full(stocked: LocalIndex, tmp_path: Path) -> None:
    from tests.conftest import write_notebook

    with disk(tmp_path / "small-disk", "64k") as small:
        notebook = write_notebook(small / "x.ipynb", "1", "#" * 20_000)
        (small / "filler").write_bytes(b"0" * (shutil.disk_usage(small).free - 4096))
        before = notebook.read_bytes()
        told = fail("install", notebook, "leaf", "-q")
        assert "cannot be written" in told
        assert "No space left" in told
        assert notebook.read_bytes() == before
        (small / "filler").unlink()
        succeed("install", notebook, "leaf", "-q")
        assert {path.name for path in small.iterdir()} == {"x.ipynb"}


def test_a_home_that_is_read_only(notebook: Path, stocked: LocalIndex) -> None:
    with disk(notebook.parent.parent / "disk", "50m") as place:
        environ = {"NBENV_HOME": str(place / "home")}
        succeed("install", notebook, "leaf", "-q", environ=environ)
        remount(place, "ro")
        for looking in ("status", "list", "tree"):
            succeed(looking, notebook, environ=environ)
        before = notebook.read_bytes()
        told = fail("install", notebook, "small", "-q", environ=environ)
        assert "NBENV_HOME" in told
        assert notebook.read_bytes() == before
        remount(place, "rw")
        succeed("install", notebook, "small", "-q", environ=environ)


def test_home_and_cache_on_two_disks(notebook: Path, stocked: LocalIndex) -> None:
    with disk(notebook.parent.parent / "disk", "50m") as place:
        environ = {"NBENV_HOME": str(place / "home")}
        assert os.stat(place).st_dev != os.stat(notebook).st_dev
        succeed("install", notebook, "leaf", "large", "-q", environ=environ)
        status = succeed("status", notebook, "--json", environ=environ).json
        assert (status["ready"], status["installed"]) == (True, 3)


# -- caches and environments


@pytest.mark.parametrize("how", ["altered", "cut", "deleted"])
def test_a_corrupted_cache_entry(ready: Path, how: str) -> None:
    [cached] = Path(os.environ["UV_CACHE_DIR"]).rglob("large/data.py")
    size = cached.stat().st_size
    content = {"altered": b"#" * size, "cut": b"x = 0\n", "deleted": None}[how]
    environment(ready).remove()
    cached.unlink()
    if content is not None:
        cached.write_bytes(content)
    done = succeed("restore", ready)
    assert "The cached files of large are damaged; downloading again" in done.err
    assert environment(ready).site_packages().joinpath("large/data.py").stat().st_size == size
    assert installed(ready) == HELD


def test_a_cache_full_of_garbage(ready: Path) -> None:
    environment(ready).remove()
    for path in Path(os.environ["UV_CACHE_DIR"]).rglob("*"):
        if path.is_file() and path.suffix in (".msgpack", ".http", ".rkyv"):
            path.write_bytes(b"garbage")
    succeed("restore", ready, "-q")
    assert installed(ready) == HELD


def test_a_distribution_whose_record_was_never_right(notebook: Path, stocked: LocalIndex) -> None:
    wheel = stocked.wheel("odd", "1.0")
    import zipfile

    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data + b"# more\n" if name == "odd.py" else data)
    stocked.add(wheel)
    succeed("install", notebook, "odd", "-q")
    same = environment(notebook).identifier
    assert succeed("install", notebook, "leaf", "-q").err == ""
    assert environment(notebook).identifier == same  # not taken for damaged each time


def _without_site_packages(place: Environment) -> None:
    shutil.rmtree(place.site_packages())


def _without_a_distribution(place: Environment) -> None:
    shutil.rmtree(place.site_packages() / "large")
    shutil.rmtree(place.site_packages() / "large-1.0.dist-info")


def _without_modules(place: Environment) -> None:
    shutil.rmtree(place.site_packages() / "large")


def _without_metadata(place: Environment) -> None:
    for name in ("METADATA", "RECORD"):
        (place.site_packages() / "leaf-1.0.dist-info" / name).unlink()
    (place.site_packages() / "leaf.py").unlink()


def _without_configuration(place: Environment) -> None:
    (place.path / "pyvenv.cfg").unlink()


def _without_interpreter(place: Environment) -> None:
    Path(place.python).unlink()
    Path(place.python).symlink_to("/nowhere/python3")


def _without_lib(place: Environment) -> None:
    shutil.rmtree(place.path / "lib")


@pytest.mark.parametrize(
    "damage",
    [
        _without_site_packages,
        _without_a_distribution,
        _without_modules,
        _without_metadata,
        _without_configuration,
        _without_interpreter,
        _without_lib,
    ],
)
def test_a_half_deleted_environment_is_mended_by_the_next_start(ready: Path, damage) -> None:  # noqa: ANN001
    damage(environment(ready))
    build(str(ready))  # what a starting kernel does
    assert installed(ready) == HELD
    place = environment(ready)
    assert place.read_version()
    assert (place.site_packages() / "large" / "data.py").exists()
    assert (place.site_packages() / "leaf.py").exists()


def test_one_file_deep_inside_is_mended_by_restoring(ready: Path) -> None:
    deep = environment(ready).site_packages() / "large" / "data.py"
    deep.unlink()
    done = succeed("restore", ready)
    assert "Files of large are missing or damaged" in done.err
    assert (environment(ready).site_packages() / "large" / "data.py").exists()


def test_what_was_installed_by_hand_survives_a_start(ready: Path, stocked: LocalIndex) -> None:
    from uv import find_uv_bin

    command = [find_uv_bin(), "pip", "install", "-q", "--python", environment(ready).python]
    subprocess.run([*command, "--index-url", stocked.url, "small"], check=True)
    build(str(ready))
    assert "small" in installed(ready)


# -- clocks, locks, left-overs


@pytest.mark.parametrize("jump", [-20 * 365 * 86400, 20 * 365 * 86400])
def test_the_clock_jumps(ready: Path, jump: float) -> None:
    place = environment(ready)
    then = time.time() + jump
    for path in (place.path, *place.path.rglob("*"), *Path(paths.home()).rglob("*")):
        if path.exists() and not path.is_symlink():
            os.utime(path, (then, then))
    assert build(str(ready)) == str(place.path)
    assert environment(ready) == place  # checked and found intact
    succeed("install", ready, "small", "-q")
    assert succeed("status", ready, "--json").json["drift"] == []
    ready.unlink()
    os.utime(place.path, (then, then))
    assert succeed("prune", "--json").json == {"removed": [place.identifier]}


def test_the_lock_of_a_dead_process(ready: Path) -> None:
    identifier = environment(ready).identifier
    code = f"import time; from nbenv.home.locks import locked\nwith locked({identifier!r}):\n"
    code += " print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert is_locked(identifier)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert not is_locked(identifier)
    assert "Waiting" not in succeed("install", ready, "small").err


def test_an_orphaned_installer_keeps_the_lock(ready: Path, stocked: LocalIndex) -> None:
    stocked.stall = 6.0
    command = [sys.executable, "-m", "nbenv", "install", str(ready), "small", "-q"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    identifier = environment(ready).identifier
    while not is_locked(identifier):
        time.sleep(0.01)
    while not stocked.requests or "small" not in stocked.requests[-1][1]:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert is_locked(identifier)  # its child is still running
    stocked.stall = 0
    assert "Waiting for another change" in succeed("restore", ready).err
    assert installed(ready) == HELD


def test_what_killed_processes_left_is_swept(ready: Path, home: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [
        home / "notebooks" / f"x.json.{gone.pid}.new",
        home / "servers" / f"{gone.pid}.json",
        home / "waiting" / f"{gone.pid}.json",
        environment(ready).path / f"nbenv.json.{gone.pid}.new",
        ready.with_name(f".{ready.name}.0123456789ab.nbenv"),
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_text("{", encoding="utf-8")
    aside = home / "envs" / f".removed-{gone.pid}-0"
    aside.mkdir()
    succeed("prune", "-q")
    succeed("install", ready, "small", "-q")
    assert [path for path in (*left, aside) if path.exists()] == []
    assert installed(ready)["small"] == "1.0"


# -- in a real kernel


@pytest.fixture(scope="module")
def place() -> Iterator[Ground]:
    with ground() as made:
        yield made


def test_a_kernel_that_cannot_start_is_mended(place: Ground) -> None:
    notebook = place.notebook()
    succeed("install", notebook, "leaf", "-q")
    package = document_of(notebook).environment.site_packages() / "ipykernel"
    (package / "__init__.py").unlink()  # only the parent folder's time changes
    damaged = document_of(notebook).environment
    record = damaged.read_marker().record
    assert record is not None
    damaged.mark(record, str(notebook))
    with kernel(notebook) as running:
        assert running.ok("import leaf; print(leaf.__version__)") == "2.0\n"
    document = document_of(notebook)
    assert differences(document.environment, document.record or {}, place.index.folder) == []
    assert nbenv("status", notebook, "--json").json["ready"]
