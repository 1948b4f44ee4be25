"""The environments on this machine: whose they are, and that none is removed under a process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbenv.environments import inventory, ownership, store
from nbenv.environments.environment import Environment
from nbenv.environments.inventory import ASIDE, KnownEnvironment, known_environments

SLEEP = shutil.which("sleep")


def make(identifier: str) -> Environment:
    """Make a folder that looks like an environment."""
    environment = Environment(identifier)
    environment.path.parent.mkdir(parents=True, exist_ok=True)
    ownership.sign(environment.path)
    os.makedirs(os.path.dirname(environment.python))
    return environment


@contextmanager
def process_in(environment: Environment) -> Iterator[None]:
    """Run a process whose command is the environment's Python."""
    assert SLEEP is not None
    command = subprocess.Popen([environment.python, "60"], executable=SLEEP)
    try:
        yield
    finally:
        command.kill()
        command.wait()


def test_a_machine_without_environments_has_none(home: Path) -> None:
    assert known_environments() == []
    assert not home.exists()


def test_environments_have_their_notebooks(notebook: Path, home: Path) -> None:
    environment, other = make("b-1"), make("a-1")
    store.save_state(store.State(str(notebook), "b-1"))
    (home / "envs" / "a-file").touch()
    (home / "envs" / f"{ASIDE}1-2").mkdir()
    assert known_environments() == [
        KnownEnvironment(other, None, False),
        KnownEnvironment(environment, str(notebook), False),
    ]


def test_one_is_unused_without_notebook_and_process(notebook: Path) -> None:
    environment = make("a-1")
    assert KnownEnvironment(environment, None, False).is_unused
    assert not KnownEnvironment(environment, None, True).is_unused
    assert not KnownEnvironment(environment, str(notebook), False).is_unused
    notebook.unlink()
    assert KnownEnvironment(environment, str(notebook), False).is_unused


@pytest.mark.skipif(SLEEP is None, reason="this system has no sleep")
def test_what_a_process_uses_stays() -> None:
    environment = make("a-1")
    with process_in(environment):
        assert inventory.is_in_use(environment)
        [known] = known_environments()
        assert known.in_use
        assert not inventory.discard(environment)
        assert environment.path.is_dir()
    assert not inventory.is_in_use(environment)
    assert inventory.discard(environment)
    assert os.listdir(environment.path.parent) == []


def test_what_is_not_there_is_not_removed() -> None:
    assert not inventory.discard(Environment("nowhere"))


def test_a_process_that_starts_while_it_is_removed_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is looked for after the environment left its place, not before."""
    environment = make("a-1")
    seen = []

    def is_in_use(asked: Environment, aside: str) -> bool:
        seen.append(asked.path.exists())
        return True

    monkeypatch.setattr(inventory, "is_in_use", is_in_use)
    assert not inventory.discard(environment)
    assert seen == [False]
    assert environment.path.is_dir()
