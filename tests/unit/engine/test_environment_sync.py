"""A sync: the environment holds the lock afterwards, or is what it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.lock import Change, Lock
from nbenv.core.spec import Spec
from nbenv.engine import environment_sync
from nbenv.engine.environment_sync import (
    SyncResult,
    sync_environment,
)
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.interpreters import Interpreter, default_python, find
from nbenv.errors import InstallerError
from nbenv.progress import Progress, Steps
from tests.support.environments import (
    environment_of,
    install,
    install_by_hand,
    on_disk,
    read,
    versions,
)
from tests.support.index import LocalIndex

HERE = default_python()


def interpreter() -> Interpreter:
    found = find(HERE)
    assert found is not None
    return found


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("alpha", "1.0", modules={"alpha/__init__.py": "one = 1\n"})
    index.wheel("beta", "1.0", modules={"beta.py": "", "beta.pth": ""})
    install(notebook, "alpha")
    return notebook


def line(index: LocalIndex, filename: str) -> str:
    name, version = filename.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{index.sha256(filename)}"


def with_lock(spec: Spec, *lines: str) -> Spec:
    """Return a spec with lines added to its lock."""
    return replace(spec, lock=Lock.from_lines((*spec.lock.lines(), *lines)))


def run(steps: Steps[SyncResult]) -> tuple[SyncResult, list[str]]:
    """Run a sync; return its result and what it said."""
    said: list[str] = []
    while True:
        try:
            said.append(next(steps).message)
        except StopIteration as end:
            result: SyncResult = end.value
            return result, said


def sync(
    notebook: Path, spec: Spec | None = None, *, exact: bool = False
) -> tuple[SyncResult, list[str]]:
    snapshot = read(notebook)
    return run(sync_environment(snapshot, spec or snapshot.spec, interpreter(), exact=exact))


# -- what a sync does


def test_an_environment_that_holds_the_lock_is_only_marked(installed: Path) -> None:
    environment = environment_of(installed)
    before = environment.installed()
    environment.unmark()
    result, said = sync(installed)
    assert (result, said) == (SyncResult(environment), [])
    assert environment.installed() == before
    assert read(installed).is_ready


def test_what_is_added_is_reported(installed: Path, index: LocalIndex) -> None:
    spec = with_lock(read(installed).spec, line(index, "beta-1.0-py3-none-any.whl"))
    result, said = sync(installed, spec)
    assert said[0] == "Installing 1 package…"
    assert result.changes == (Change("beta", None, "1.0"),)
    assert result.imports == {"beta": ["beta"]}
    assert result.path_files == ("beta.pth",)
    assert not result.replaced
    assert environment_of(installed).read_marker().record == spec.to_record()


def test_what_is_removed_names_its_former_modules(installed: Path) -> None:
    spec = read(installed).spec
    kept = tuple(each for each in spec.lock.distributions if each.name != "alpha")
    result, said = sync(installed, replace(spec, lock=Lock(kept)))
    assert said[0] == "Removing 1 package…"
    assert result.changes == (Change("alpha", "1.0", None),)
    assert result.imports == {"alpha": ["alpha"]}
    assert versions(installed) == {}


def test_drift_stays_unless_the_sync_is_exact(installed: Path, index: LocalIndex) -> None:
    install_by_hand(environment_of(installed), "drift")
    spec = with_lock(read(installed).spec, line(index, "beta-1.0-py3-none-any.whl"))
    sync(installed, spec)
    assert versions(installed) == {"alpha": "1.0", "beta": "1.0", "drift": "9"}
    sync(installed, spec, exact=True)
    assert versions(installed) == {"alpha": "1.0", "beta": "1.0"}


def test_a_notebook_without_environment_gets_one(installed: Path) -> None:
    environment = environment_of(installed)
    shutil.rmtree(environment.path)
    result, said = sync(installed)
    assert said[0].startswith("Creating an environment with Python")
    assert (result.environment, result.replaced, result.damaged) == (environment, False, None)
    assert versions(installed) == {"alpha": "1.0"}


# -- environments that must be replaced


def lose_a_file(environment: Environment) -> None:
    (environment.site_packages() / "alpha" / "__init__.py").unlink()


def be_interrupted(environment: Environment) -> None:
    (environment.site_packages() / "half.py").touch()
    environment.unmark()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lose_a_file, "Files of alpha are missing or damaged in the environment on this machine."),
        (be_interrupted, "A change to the environment on this machine was interrupted."),
    ],
)
def test_a_damaged_environment_is_replaced(installed: Path, damage: object, sentence: str) -> None:
    assert callable(damage)
    former = environment_of(installed)
    damage(former)
    result, said = sync(installed)
    assert said[0] == f"{sentence} Replacing it…"
    assert result.replaced
    assert result.damaged == former
    assert result.environment.identifier != former.identifier
    assert set(result.environment.installed()) == {"alpha", "ipykernel"}
    assert former.path.exists()  # the transaction discards it, once nothing refers to it


def test_other_files_of_the_same_version_are_installed(installed: Path, index: LocalIndex) -> None:
    """An installer would leave what has the right version."""
    former = environment_of(installed)
    index.wheel("alpha", "1.0", modules={"alpha/__init__.py": "one = 2\n"})
    spec = read(installed).spec
    others = tuple(
        replace(each, hashes=(f"sha256:{index.sha256('alpha-1.0-py3-none-any.whl')}",))
        if each.name == "alpha"
        else each
        for each in spec.lock.distributions
    )
    result, _ = sync(installed, replace(spec, lock=Lock(others)))
    assert (result.replaced, result.damaged) == (True, None)
    module = result.environment.site_packages() / "alpha" / "__init__.py"
    assert module.read_text() == "one = 2\n"
    assert former.path.exists()


# -- when it fails


@pytest.fixture
def without_beta(installed: Path, index: LocalIndex) -> Spec:
    """Return a spec with a file that the index no longer has."""
    spec = with_lock(read(installed).spec, line(index, "beta-1.0-py3-none-any.whl"))
    index.gone.add("beta-1.0-py3-none-any.whl")
    return spec


def test_a_failed_sync_leaves_environment_and_marker(installed: Path, without_beta: Spec) -> None:
    environment = environment_of(installed)
    marker, before = environment.read_marker(), on_disk(environment.site_packages())
    with pytest.raises(InstallerError):
        sync(installed, without_beta)
    assert environment.read_marker() == marker
    assert not marker.is_touched
    assert on_disk(environment.site_packages()) == before
    assert read(installed).is_ready


def test_a_failed_sync_removes_the_new_environment(
    installed: Path, without_beta: Spec, home: Path
) -> None:
    former = environment_of(installed)
    lose_a_file(former)
    with pytest.raises(InstallerError):
        sync(installed, without_beta)
    assert os.listdir(home / "envs") == [former.identifier]


def test_a_sync_that_stops_halfway_leaves_no_marker(
    installed: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = environment_of(installed)

    def halfway(*_: object) -> Iterator[Progress]:
        assert environment.read_marker() == Marker()  # it was removed before anything changed
        install_by_hand(environment, "half")
        yield Progress("install", "half")
        raise KeyboardInterrupt

    monkeypatch.setattr(environment_sync, "sync_prefix", halfway)
    spec = with_lock(read(installed).spec, line(index, "beta-1.0-py3-none-any.whl"))
    with pytest.raises(KeyboardInterrupt):
        sync(installed, spec)
    assert environment.read_marker() == Marker()
    assert not read(installed).is_ready


def test_a_damaged_cache_is_downloaded_again(
    installed: Path, tmp_path: Path, index: LocalIndex
) -> None:
    """What the installer links from its cache was altered there, with the same size."""
    module = environment_of(installed).site_packages() / "alpha" / "__init__.py"
    if module.stat().st_nlink == 1:
        pytest.skip("this file system has no links")
    module.write_text("one = 9\n", encoding="utf-8")
    shutil.rmtree(environment_of(installed).path)
    result, said = sync(installed)
    assert "The cached files of alpha are damaged; downloading again…" in said
    site = result.environment.site_packages()
    assert (site / "alpha" / "__init__.py").read_text() == "one = 1\n"
    assert result.environment.read_marker().mismatched == frozenset()
