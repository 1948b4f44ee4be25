"""The records that changes replaced, newest last, per notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments import history
from nbenv.home import paths

NOTEBOOK = "/folder/work.ipynb"
KEY = paths.key(NOTEBOOK)


def record(number: int) -> dict[str, object]:
    return {"version": 1, "python": "3.11", "requirements": [f"p{number}"]}


def test_a_new_notebook_has_no_history(home: Path) -> None:
    assert history.last(NOTEBOOK) == (False, None)
    assert not home.exists()


def test_the_last_record_comes_first() -> None:
    history.remember(NOTEBOOK, None)
    assert history.last(NOTEBOOK) == (True, None)  # before it there was no record
    history.remember(NOTEBOOK, record(1))
    assert history.last(NOTEBOOK) == (True, record(1))
    history.drop_last(NOTEBOOK)
    assert history.last(NOTEBOOK) == (True, None)
    history.drop_last(NOTEBOOK)
    history.drop_last(NOTEBOOK)  # none is left
    assert history.last(NOTEBOOK) == (False, None)


def test_old_records_are_dropped() -> None:
    for number in range(history.REMEMBERED + 2):
        history.remember(NOTEBOOK, record(number))
    for number in reversed(range(2, history.REMEMBERED + 2)):
        assert history.last(NOTEBOOK) == (True, record(number))
        history.drop_last(NOTEBOOK)
    assert history.last(NOTEBOOK) == (False, None)


def test_what_was_there_before_the_first_record_stays_known() -> None:
    assert history.of_kernel_alone(NOTEBOOK) is None
    history.remember(NOTEBOOK, None, record(0))
    history.remember(NOTEBOOK, record(1), record(1))
    history.drop_last(NOTEBOOK)
    assert history.of_kernel_alone(NOTEBOOK) == record(0)


def test_a_history_moves_and_is_forgotten() -> None:
    other = "/folder/other.ipynb"
    history.move(KEY, paths.key(other))  # there is none: no error
    history.remember(NOTEBOOK, record(1))
    history.move(KEY, paths.key(other))
    assert history.last(NOTEBOOK) == (False, None)
    assert history.last(other) == (True, record(1))
    history.forget(paths.key(other))
    history.forget(paths.key(other))
    assert history.last(other) == (False, None)


@pytest.mark.parametrize("text", ["", "[]", '{"values": 1}'])
def test_a_broken_file_is_no_history(home: Path, text: str) -> None:
    path = home / "history" / f"{KEY}.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert history.last(NOTEBOOK) == (False, None)
    history.remember(NOTEBOOK, record(1))
    assert history.last(NOTEBOOK) == (True, record(1))
