"""Nothing is deleted that nbenv cannot prove to have made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.environments import inventory, ownership, store
from nbenv.environments.environment import Environment
from nbenv.environments.interpreters import default_python, find
from nbenv.environments.inventory import known_environments
from nbenv.environments.ownership import SIGN, is_ours
from nbenv.environments.store import State
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths
from nbenv.operations import envs

RECORD: dict[str, object] = {"version": 1, "python": default_python(), "lock": []}
NAME = "work-0123abcd"


@pytest.fixture(autouse=True)
def not_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envs, "_FRESH", 0.0)


def made(identifier: str = NAME) -> Environment:
    environment = Environment(identifier)
    interpreter = find(default_python())
    assert interpreter is not None
    environment.create(interpreter)
    return environment


def former(identifier: str = NAME) -> Environment:
    """Make an environment as versions before this one did: without the sign."""
    environment = made(identifier)
    (environment.path / SIGN).unlink()
    return environment


def test_what_we_make_is_ours() -> None:
    environment = made()
    assert is_ours(environment.path)
    assert [known.environment for known in known_environments()] == [environment]
    assert envs.prune().data == {"removed": [NAME]}
    assert not environment.path.exists()


def test_one_that_changes_is_ours() -> None:
    """While it changes it has no marker, and after a kill none either."""
    environment = made()
    environment.mark(RECORD, None)
    environment.unmark()
    assert is_ours(environment.path)


def conda_root(envs_folder: Path) -> None:
    for part in ("conda-meta", "bin", "lib"):
        (envs_folder / "science" / part).mkdir(parents=True)
    (envs_folder / "science" / "conda-meta" / "history").touch()


def conda_root_with_our_kind_of_name(envs_folder: Path) -> None:
    conda_root(envs_folder)
    folder = (envs_folder / "science").rename(envs_folder / "science-0123abcd")
    (folder / "pyvenv.cfg").write_text("virtualenv = 20.0\nversion = 3.11.0\n")
    (folder / "nbenv.json").write_text('{"notebook": null, "value": {}, "changed": 1}')


def venv_by_hand(envs_folder: Path) -> None:
    command = [sys.executable, "-m", "venv", "--without-pip", str(envs_folder / NAME)]
    subprocess.run(command, check=True)


def virtualenv_by_hand(envs_folder: Path) -> None:
    """It is named as ours are, but nothing here knows of it."""
    former()


def copy_of_ours(envs_folder: Path) -> None:
    environment = made()
    environment.mark(RECORD, None)
    shutil.copytree(environment.path, envs_folder / "my-backup", symlinks=True)
    shutil.rmtree(environment.path)


def renamed(envs_folder: Path) -> None:
    made().path.rename(envs_folder / "keep-this")


def copy_of_a_former_one(envs_folder: Path) -> None:
    environment = former()
    environment.mark(RECORD, None)
    environment.path.rename(envs_folder / "my-backup")


def data(envs_folder: Path) -> None:
    (envs_folder / NAME).mkdir(parents=True)
    (envs_folder / NAME / "photo.jpg").touch()


def forged(envs_folder: Path) -> None:
    data(envs_folder)
    (envs_folder / NAME / SIGN).write_text('{"environment": ["work-0123abcd"]}')


def a_sign_that_is_a_link(envs_folder: Path) -> None:
    data(envs_folder)
    real = envs_folder / "sign"
    real.write_text(json.dumps({"environment": NAME}))
    (envs_folder / NAME / SIGN).symlink_to(real)


def a_link_to_a_folder(envs_folder: Path) -> None:
    environment = made()
    environment.path.rename(envs_folder.parent / "elsewhere")
    environment.path.symlink_to(envs_folder.parent / "elsewhere")


@pytest.mark.parametrize(
    "make",
    [
        conda_root, conda_root_with_our_kind_of_name, venv_by_hand, virtualenv_by_hand,
        copy_of_ours, renamed, copy_of_a_former_one, data, forged, a_sign_that_is_a_link,
        a_link_to_a_folder,
    ],
)  # fmt: skip
def test_what_others_made_is_kept(home: Path, make: Callable[[Path], None]) -> None:
    folder = home / "envs"
    folder.mkdir(parents=True)
    make(folder)
    before = sorted(str(path) for path in home.rglob("*"))
    assert known_environments() == []
    assert envs.prune().data == {"removed": []}
    for name in os.listdir(folder):
        assert not inventory.discard(Environment(name))
        Environment(name).remove()
    assert sorted(str(path) for path in home.rglob("*")) == before


def test_nothing_is_made_over_what_others_made(home: Path) -> None:
    (home / "envs").mkdir(parents=True)
    data(home / "envs")
    with pytest.raises(BrokenEnvironmentError, match="did not make it"):
        made()
    assert (home / "envs" / NAME / "photo.jpg").exists()


def test_an_empty_folder_is_used(home: Path) -> None:
    (home / "envs" / NAME).mkdir(parents=True)
    assert is_ours(made().path)


def test_a_former_one_is_ours_by_its_marker() -> None:
    environment = former()
    environment.mark(RECORD, None)
    assert is_ours(environment.path)
    assert envs.prune().data == {"removed": [NAME]}
    assert os.listdir(environment.path.parent) == []


def test_a_former_one_that_was_changing_is_ours_by_the_state_of_its_notebook(
    notebook: Path,
) -> None:
    environment = former()
    assert not is_ours(environment.path)
    store.save_state(State(str(notebook), NAME))
    assert is_ours(environment.path)
    notebook.unlink()
    assert envs.prune().data == {"removed": [NAME]}


def test_a_home_behind_a_link(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = made()
    link = tmp_path / "link"
    link.symlink_to(home)
    monkeypatch.setenv("NBENV_HOME", str(link))
    assert [each.environment for each in known_environments()] == [environment]


def test_the_proof_goes_last(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left when a removal is killed is known as ours, and removed by the next prune."""
    environment = made()

    def killed(path: object, **_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ownership.shutil, "rmtree", killed)
        environment.remove()
    assert is_ours(environment.path)
    environment.remove()
    assert not environment.path.exists()


def test_files_that_cannot_be_deleted_keep_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = made()
    monkeypatch.setattr(ownership.shutil, "rmtree", lambda *_, **__: None)
    environment.remove()
    assert is_ours(environment.path)


def test_the_sign_is_no_stray(home: Path) -> None:
    from nbenv.environments.integrity import check_files

    environment = made()
    environment.site_packages().mkdir(parents=True, exist_ok=True)
    assert check_files(environment).strays == frozenset()
    assert paths.read_json(str(environment.path / SIGN)) == {"environment": NAME}


def test_an_interrupt_leaves_no_half_of_a_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / NAME

    def interrupted(place: Path, identifier: str) -> None:
        (place / SIGN).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(ownership, "write_sign", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ownership.sign(folder)
    assert not folder.exists()
