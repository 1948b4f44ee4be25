"""Offering and reporting fallbacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Change, Lock
from nbenv.core.spec import Spec
from nbenv.engine.availability import Availability
from nbenv.engine.fallbacks import Fallback
from nbenv.errors import (
    HashError,
    IndexAccessError,
    InstallerError,
    NbenvError,
    UnavailableError,
    UsageError,
)
from nbenv.operations.fallback import (
    _unavailable,
    _with_report,
    preview_fallback,
    with_fallbacks,
)
from nbenv.progress import Outcome, drain
from tests.support.environments import hide_other_pythons, read, ref_of
from tests.support.index import LocalIndex


@pytest.fixture(autouse=True)
def one_python(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_other_pythons(monkeypatch)


LINES = tuple(f"{name}==1.0 --hash=sha256:{'0' * 64}" for name in ("a", "b"))
SPEC = Spec("3.11", ("a",), Lock.from_lines(LINES))
MISSING = Availability(SPEC, None, {"a": "it is gone"})


def test_an_error_names_what_is_missing_and_each_way_out() -> None:
    found = [Fallback("newest", SPEC, (Change("a", "1.0", "2.0"),))]
    error = _unavailable(MISSING, found, InstallerError("x"))
    assert error.why == "a 1.0: it is gone."
    assert error.todo.splitlines()[:2] == [
        "Nothing was changed. The possible fallbacks, and what they would change:",
        "  newest  ~ a 1.0 → 2.0",
    ]
    assert [step["level"] for step in error.steps] == ["newest"]


def test_without_a_way_out_the_cause_says_what_to_do() -> None:
    error = _unavailable(MISSING, [], InstallerError("x", "y", "Install a compiler."))
    assert error.todo == "Nothing was changed, and there is no fallback. Install a compiler."
    assert "Try another machine" in _unavailable(MISSING, [], None).todo


@pytest.mark.parametrize(
    "error", [HashError("x"), IndexAccessError("x", "connection refused"), InstallerError("x")]
)
def test_other_errors_stay_as_they_are(installed: Path, error: NbenvError) -> None:
    assert drain(with_fallbacks(read(installed), error)) is error


def test_an_index_that_is_down_says_nothing_of_fallbacks(
    installed: Path, stocked: LocalIndex
) -> None:
    stocked.close()
    error = InstallerError("x")
    assert drain(with_fallbacks(read(installed), error)) is error


def test_what_is_missing_turns_the_error(installed: Path, stocked: LocalIndex) -> None:
    stocked.remove("leaf-1.0-py3-none-any.whl")
    error = InstallerError("x")
    found = drain(with_fallbacks(read(installed), error))
    assert isinstance(found, UnavailableError)
    assert found.cause is error


@pytest.mark.parametrize(
    ("level", "message"),
    [("nothing", "There is no fallback 'nothing'"), ("newest", "No fallback is needed")],
)
def test_a_fallback_must_exist_and_be_needed(installed: Path, level: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        drain(preview_fallback(ref_of(installed), level))


def test_a_fallback_that_is_not_possible_offers_the_others(
    installed: Path, stocked: LocalIndex
) -> None:
    stocked.remove("leaf-1.0-py3-none-any.whl")
    stocked.wheel("leaf", "1.5")
    with pytest.raises(UnavailableError) as caught:
        drain(preview_fallback(ref_of(installed), "build"))
    assert "newest" in [step["level"] for step in caught.value.steps]


def test_a_report_has_all_that_is_different() -> None:
    now = Spec("3.12", ("a",), Lock.from_lines(LINES[1:]))
    fallback = Fallback(
        "dated", now, (Change("a", "1.0", "0.9"),), ("c",), ("d",), "2024-02-01T10:00:00Z"
    )
    done = _with_report(Outcome("Done."), MISSING, fallback, done=True)
    assert done.summary == "Done."
    assert done.text.splitlines() == [
        "Missing:   a 1.0: it is gone.",
        "Python:    3.12 instead of 3.11",
        "Changed:   ~ a 1.0 → 0.9",
        "Files:     another one of d than the locked one",
        "Built:     c, from source",
        "As of:     2024-02-01, when the newest of the locked files was published",
        "Kept:      1 package of 2, exactly as locked",
        "Recorded:  in the notebook; nbenv undo goes back to the record before",
    ]
    assert isinstance(done.data, dict)
    assert (done.data["lacking"], done.data["done"]) == (["a 1.0: it is gone."], True)
