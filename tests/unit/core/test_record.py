"""The rule of truth between a document and what this machine knows of it."""

from __future__ import annotations

import pytest

from nbenv.core import record
from nbenv.errors import RecordError

OLD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": [], "lock": []}
NEW: dict[str, object] = {**OLD, "requirements": ["six"]}
OTHER: dict[str, object] = {**OLD, "requirements": ["tqdm"]}


def state(saved: bool) -> dict[str, object]:
    before = [record.ABSENT, record.fingerprint(OLD)]
    return {"value": NEW, "saved": saved, "superseded": before}


@pytest.mark.parametrize("shown", [None, OLD])
def test_an_unsaved_record_replaces_what_it_superseded(shown: dict[str, object] | None) -> None:
    assert record.current(shown, state(saved=False)) == NEW


@pytest.mark.parametrize("saved", [True, False])
def test_a_record_from_elsewhere_is_right(saved: bool) -> None:
    assert record.current(OTHER, state(saved)) == OTHER


def test_a_stale_front_end_gets_the_newest() -> None:
    assert record.current(OLD, state(saved=True), on_disk=NEW) == NEW


def test_a_file_that_went_back_is_right() -> None:
    assert record.current(OLD, state(saved=True), on_disk=OLD) == OLD
    assert record.current(OLD, state(saved=True)) == OLD


def test_without_a_state_the_document_is_right() -> None:
    assert record.current(OLD, None) == OLD
    assert record.current(None, {"value": None}) is None


def test_the_recipe_is_what_the_environment_depends_on() -> None:
    assert record.recipe(OLD) == record.recipe(NEW)
    assert record.recipe(OLD) != record.recipe({**OLD, "python": "3.12"})


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([], "not an object"),
        ({}, "version"),
        ({**OLD, "version": True}, "version"),
        ({**OLD, "python": "3"}, "python"),
        ({**OLD, "python": "3.11; x"}, "python"),
        ({**OLD, "requirements": "six"}, "requirements"),
        ({**OLD, "requirements": ["a", 1]}, r"requirements\[1\]"),
        ({**OLD, "lock": ["a\nb"]}, r"lock\[0\]"),
        ({**OLD, "lock": ["a\0"]}, r"lock\[0\]"),
        ({**OLD, "indexes": [{"name": "x"}]}, r"indexes\[0\]"),
    ],
)
def test_broken_records_are_refused_with_their_place(value: object, place: str) -> None:
    with pytest.raises(RecordError, match=place):
        record.check(value)


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(RecordError, match="newer nbenv"):
        record.check({**OLD, "version": 2})


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({**OLD, "requirements": ["six"] * 10_001}, "10001 entries; nbenv reads at most"),
        ({**OLD, "lock": ["a" * 70_000]}, "longer than"),
        ({**OLD, "lock": ["a" * 60_000] * 9}, "540000 characters, not counting hashes"),
        (
            {**OLD, "indexes": [{"name": "a", "url": "b"}] * 51},
            "51 entries",
        ),
        ({**OLD, "lock": ["a --hash=" + "b" * 60_000] * 70}, "more than 4000000 characters"),
        ({**OLD, "unknown": {"a" * 5_000_000: 1}}, "more than 4000000 characters"),
        ({**OLD, "unknown": [1] * 200_000}, "more than 200000 values"),
        (
            {**OLD, "unknown": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
            "deep",
        ),
    ],
)
def test_a_strangers_record_is_bounded(value: object, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        record.check(value)


def test_a_message_shows_no_more_of_a_wrong_value_than_fits() -> None:
    with pytest.raises(RecordError) as caught:
        record.check({**OLD, "python": "3" * 10_000})
    assert len(str(caught.value)) < 400


def test_a_file_that_lost_its_record_is_stripped() -> None:
    assert record.is_stripped(None, state(saved=True))
    assert not record.is_stripped(OLD, state(saved=True))
    assert not record.is_stripped(None, state(saved=False))  # it never held one
    assert not record.is_stripped(None, None)


def test_an_environment_holds_what_determines_it() -> None:
    synced = {**NEW, "lock": ["six==1"]}
    assert record.is_held(synced, {**synced, "requirements": ["six>=1"]}, synced, None)
    assert not record.is_held(synced, {**synced, "lock": []}, synced, None)
    assert record.is_held(OLD, None, None, None)  # empty, as a notebook without a record needs
    assert not record.is_held(NEW, None, None, None)


def test_the_environment_of_a_lost_record_is_kept() -> None:
    assert record.is_held(NEW, None, None, state(saved=True))


def test_a_fingerprint_is_of_the_content() -> None:
    assert record.fingerprint(OLD) == record.fingerprint(dict(reversed(OLD.items())))
    assert record.fingerprint(OLD) != record.fingerprint(NEW)
    assert record.fingerprint(None) == record.ABSENT


def test_a_large_environment_is_within_the_bounds() -> None:
    hashes = f" --hash=sha256:{'0' * 64}" * 12
    lines = [f"package-{n}==1.{n} ; sys_platform == 'linux'{hashes}" for n in range(3_000)]
    record.check({**OLD, "lock": lines, "requirements": [f"package-{n}" for n in range(500)]})
