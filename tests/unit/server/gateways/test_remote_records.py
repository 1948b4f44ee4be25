"""Records that come back from another machine, and what they are kept beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.record import ABSENT, fingerprint
from nbenv.environments import store
from nbenv.environments.store import read_state
from nbenv.errors import RecordError
from nbenv.home import approval_store
from nbenv.notebook.metadata import KERNELSPEC, read_metadata, write_metadata
from nbenv.server.gateways.remote_records import Taken, hand_over, take, write_unsaved
from tests.conftest import write_notebook

OLD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["old"], "lock": []}
NEW = {**OLD, "requirements": ["new"]}
OTHER = {**OLD, "requirements": ["other"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_notebook(tmp_path / "work.ipynb", "1")


def record(path: Path) -> object:
    return read_metadata(str(path)).get("nbenv")


def test_what_is_handed_over_is_the_newest_record(path: Path) -> None:
    first = hand_over(str(path))
    assert (first.path, first.record) == (str(path), None)
    assert take(first.identity, NEW, [ABSENT]) is Taken.NEWER
    assert record(path) is None
    second = hand_over(str(path))
    assert (second.identity, second.record) == (first.identity, NEW)
    assert second.number != first.number
    assert ABSENT in second.known


def test_a_renamed_notebook_is_the_same(path: Path, tmp_path: Path) -> None:
    identity, there = hand_over(str(path)).identity, tmp_path / "renamed.ipynb"
    path.rename(there)
    store.rename(str(path), str(there))
    assert take(identity, NEW, [ABSENT]) is Taken.NEWER
    assert hand_over(str(there)).identity == identity
    assert write_unsaved(identity)
    assert record(there) == NEW


def test_an_undo_follows_what_it_undoes(path: Path) -> None:
    identity = hand_over(str(path)).identity
    assert take(identity, OLD, [ABSENT]) is Taken.NEWER
    assert take(identity, NEW, [ABSENT, fingerprint(OLD)]) is Taken.NEWER
    assert take(identity, NEW, [ABSENT, fingerprint(OLD)]) is Taken.SAME
    assert take(identity, OLD, [ABSENT, fingerprint(NEW)]) is Taken.NEWER


def test_what_the_notebook_has_left_behind_does_not_come_back(path: Path) -> None:
    identity = hand_over(str(path)).identity
    take(identity, OLD, [ABSENT])
    write_unsaved(identity)
    write_metadata(str(path), {"nbenv": OTHER})  # a checkout
    assert take(identity, OLD, [ABSENT]) is Taken.BEHIND
    assert record(path) == OTHER


def test_a_checkout_of_an_older_record_is_handed_over_as_the_newest(path: Path) -> None:
    identity = hand_over(str(path)).identity
    take(identity, OLD, [ABSENT])
    write_unsaved(identity)
    take(identity, NEW, [ABSENT, fingerprint(OLD)])
    write_unsaved(identity)
    write_metadata(str(path), {"nbenv": OLD})
    # A change there that followed both is no longer of this notebook.
    later = [ABSENT, fingerprint(OLD), fingerprint(NEW)]
    assert take(identity, OTHER, later) is Taken.CONFLICT
    handed = hand_over(str(path))
    assert handed.record == OLD
    assert fingerprint(NEW) in handed.known
    assert take(identity, OTHER, later) is Taken.NEWER  # made from what was handed over now


def test_a_record_that_was_removed_is_handed_over_as_none(path: Path) -> None:
    identity = hand_over(str(path)).identity
    take(identity, NEW, [ABSENT])
    write_unsaved(identity)
    write_metadata(str(path), {"nbenv": None})
    handed = hand_over(str(path))
    assert (handed.record, fingerprint(NEW) in handed.known) == (None, True)


def test_of_two_changes_the_files_counts(path: Path) -> None:
    identity = hand_over(str(path)).identity
    write_metadata(str(path), {"nbenv": OTHER})
    assert take(identity, NEW, [ABSENT, fingerprint(OLD)]) is Taken.CONFLICT
    assert hand_over(str(path)).record == OTHER


def test_nothing_is_approved_by_what_comes_back(path: Path) -> None:
    take(hand_over(str(path)).identity, NEW, [ABSENT])
    assert list(approval_store.approved()) == []


@pytest.mark.parametrize("odd", ["text", {"version": 9}, {"version": 1}, [OLD]])
def test_odd_records_are_refused(path: Path, odd: object) -> None:
    identity = hand_over(str(path)).identity
    with pytest.raises(RecordError):
        take(identity, odd, [ABSENT])
    state = read_state(str(path))
    assert state is not None
    assert state.record is None


def test_a_notebook_that_is_gone_takes_nothing(path: Path) -> None:
    identity = hand_over(str(path)).identity
    store.forget(str(path))
    assert take(identity, NEW, [ABSENT]) is Taken.SAME
    assert not write_unsaved(identity)


def test_only_what_is_unsaved_and_newest_is_written(path: Path) -> None:
    identity = hand_over(str(path)).identity
    assert not write_unsaved(identity)
    take(identity, NEW, [ABSENT])
    assert write_unsaved(identity)
    assert (record(path), read_metadata(str(path))["kernelspec"]) == (NEW, KERNELSPEC)
    assert not write_unsaved(identity)
    take(identity, OLD, [fingerprint(NEW)])
    write_metadata(str(path), {"nbenv": OTHER})  # meanwhile, by someone
    assert not write_unsaved(identity)
    assert record(path) == OTHER
