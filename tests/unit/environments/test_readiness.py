"""The check before a kernel's start: what makes an environment ready, and that it only reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.environments import store
from nbenv.environments.environment import Environment
from nbenv.environments.readiness import check_readiness, ready_environment
from nbenv.environments.store import State
from nbenv.errors import NotebookError, RecordError
from nbenv.notebook.metadata import write_metadata
from tests.support.environments import on_disk

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["a"], "lock": []}
NEWER: dict[str, object] = {**RECORD, "requirements": ["a", "b"], "lock": ["b==1"]}


def made(identifier: str = "work-1", record: dict[str, object] | None = None) -> Environment:
    """Make what a starting kernel looks at of an environment of Python 3.11."""
    environment = Environment(identifier)
    os.makedirs(os.path.dirname(environment.python))
    Path(environment.python).touch()
    (environment.path / "pyvenv.cfg").write_text("version = 3.11.4\n", encoding="utf-8")
    environment.mark(record or RECORD, None)
    return environment


@pytest.fixture
def ready(notebook: Path) -> Path:
    write_metadata(str(notebook), {"nbenv": RECORD})
    made()
    store.save_state(State(os.path.realpath(notebook), "work-1", RECORD))
    return notebook


def test_a_ready_environment_is_found(ready: Path, home: Path) -> None:
    found = check_readiness(str(ready))
    assert found.environment == ready_environment(str(ready)) == str(home / "envs" / "work-1")
    assert found.record == RECORD
    assert found.metadata["nbenv"] == RECORD
    assert not found.is_stripped


@pytest.mark.parametrize("shown", [RECORD, NEWER, None], ids=["ready", "newer", "stripped"])
def test_checking_changes_nothing(ready: Path, home: Path, shown: dict[str, object] | None) -> None:
    write_metadata(str(ready), {"nbenv": shown})
    before, environ = on_disk(home.parent), dict(os.environ)
    check_readiness(str(ready))
    check_readiness(str(ready.with_name("absent.ipynb")))
    assert on_disk(home.parent) == before
    assert dict(os.environ) == environ


def test_a_notebook_that_is_new_here_is_not_ready(notebook: Path, home: Path) -> None:
    write_metadata(str(notebook), {"nbenv": RECORD})
    found = check_readiness(str(notebook))
    assert (found.environment, found.record, found.is_stripped) == (None, None, False)
    assert not home.exists()


def without_marker(environment: Environment) -> None:
    environment.unmark()


def without_python(environment: Environment) -> None:
    os.unlink(environment.python)


def without_settings(environment: Environment) -> None:
    (environment.path / "pyvenv.cfg").unlink()


def with_something_more(environment: Environment) -> None:
    (environment.site_packages() / "more.dist-info").mkdir()


def with_another_record(environment: Environment) -> None:
    environment.mark(NEWER, None)


@pytest.mark.parametrize(
    "damage",
    [without_marker, without_python, without_settings, with_something_more, with_another_record],
)
def test_what_differs_is_not_ready(ready: Path, damage: object) -> None:
    assert callable(damage)
    damage(Environment("work-1"))
    assert ready_environment(str(ready)) is None


def test_an_unsaved_record_counts(ready: Path) -> None:
    """The file still has the record before."""
    state = store.superseding(store.state_for(str(ready)), RECORD, NEWER, saved=False)
    store.save_state(state)
    assert ready_environment(str(ready)) is None
    Environment("work-1").mark(NEWER, None)
    assert check_readiness(str(ready)).record == NEWER


def test_only_what_determines_the_environment_counts(ready: Path) -> None:
    write_metadata(str(ready), {"nbenv": {**RECORD, "requirements": ["a>=0"], "more": 1}})
    assert ready_environment(str(ready)) is not None


def test_a_stripped_notebook_keeps_its_environment(ready: Path) -> None:
    write_metadata(str(ready), {"nbenv": None})
    found = check_readiness(str(ready))
    assert found.is_stripped
    assert found.environment is not None
    assert found.record is None


def test_a_notebook_without_record_is_ready_with_the_kernel_alone(notebook: Path) -> None:
    made(record={**RECORD, "requirements": []})
    store.save_state(State(os.path.realpath(notebook), "work-1"))
    assert ready_environment(str(notebook)) is not None
    Environment("work-1").mark(RECORD, None)
    assert ready_environment(str(notebook)) is None


def test_what_cannot_be_read_is_an_error(ready: Path) -> None:
    write_metadata(str(ready), {"nbenv": {"version": 99}})
    with pytest.raises(RecordError):
        check_readiness(str(ready))
    ready.write_text("no notebook", encoding="utf-8")
    with pytest.raises(NotebookError):
        check_readiness(str(ready))
