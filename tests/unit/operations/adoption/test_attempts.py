"""Attempts in their order; the change itself, which installs, is replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.transaction import ChangeOptions, ChangeResult, Edit, Edited
from nbenv.errors import (
    BuildError,
    BuildRefusedError,
    IndexAccessError,
    NbenvError,
    ResolutionError,
)
from nbenv.operations.adoption import attempts
from nbenv.operations.adoption.attempts import install_first_possible
from nbenv.operations.adoption.goal import Goal
from nbenv.progress import Progress, Steps, drain
from tests.conftest import write_notebook

OWN = Index("own", "https://example.org/simple")
Tried = list[tuple[str, tuple[str, ...], str]]


class Machine:
    """Records each attempt, and fails those that `refuse` returns an error for."""

    def __init__(self, refuse: Callable[[Spec], NbenvError | None]) -> None:
        self.refuse = refuse
        self.tried: Tried = []
        self.no_build: set[str] = set()

    def change(
        self, ref: NotebookRef, edit: Edit[None], options: ChangeOptions
    ) -> Steps[ChangeResult[None]]:
        yield Progress("resolve", "…")
        before = NotebookSnapshot.read(ref)
        edited = edit(before)
        assert isinstance(edited, Edited)
        assert options.resolve is not None
        spec = edited.spec
        self.no_build |= set(options.resolve.no_build)
        self.tried.append((spec.python, spec.requirements, options.resolve.before))
        if error := self.refuse(spec):
            raise error
        return ChangeResult(before, spec, SyncResult(before.environment), None)


@pytest.fixture
def goal(tmp_path: Path) -> Goal:
    notebook = write_notebook(tmp_path / "x.ipynb", "1")
    return Goal(
        ref=NotebookRef(str(notebook)),
        python="3.11",
        requirements=("a==1", "b"),
        indexes=(OWN,),
        as_of="2020-01-01",  # so that no index is asked for the age of a
        other_pythons=lambda: ["3.11", "3.9"],
    )


def on(monkeypatch: pytest.MonkeyPatch, refuse: Callable[[Spec], NbenvError | None]) -> Machine:
    machine = Machine(refuse)
    monkeypatch.setattr(attempts, "change", machine.change)
    return machine


def test_the_first_attempt_is_what_the_notebook_says(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = on(monkeypatch, lambda spec: None)
    adopted = drain(install_first_possible(goal))
    assert machine.tried == [("3.11", ("a==1", "b"), "2020-01-01")]
    assert (adopted.spec.indexes, adopted.notes, adopted.dropped) == ((OWN,), (), frozenset())


@pytest.fixture
def undated(goal: Goal, monkeypatch: pytest.MonkeyPatch) -> Goal:
    """A goal without a day, and an index that knows none of its versions."""

    def no_day(*_: object) -> Steps[str | None]:
        yield from ()
        return None

    monkeypatch.setattr(attempts, "day_of_versions", no_day)
    return replace(goal, as_of=None)


def test_another_python_comes_before_other_versions(
    undated: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, lambda spec: None if spec.python == "3.9" else ResolutionError("no"))
    seen: list[Progress] = []
    adopted = drain(install_first_possible(undated), seen.append)
    assert adopted.notes == ("these versions do not exist for Python 3.11; installed Python 3.9",)
    assert "These versions do not exist for Python 3.11; trying Python 3.9…" in [
        each.message for each in seen
    ]


def test_the_newest_versions_come_last(undated: Goal, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = on(monkeypatch, lambda s: ResolutionError("no") if "a==1" in s.requirements else None)
    adopted = drain(install_first_possible(undated))
    assert [each[:2] for each in machine.tried] == [
        ("3.11", ("a==1", "b")),
        ("3.9", ("a==1", "b")),
        ("3.11", ("a", "b")),
    ]
    assert adopted.notes == (
        "these versions cannot be installed together; installed the newest instead of a==1",
    )


def test_a_limit_that_leads_nowhere_is_given_up(
    undated: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = replace(undated, requirements=("a<2", "b<9"), soft=frozenset({"a<2"}))
    machine = on(monkeypatch, lambda s: ResolutionError("no") if "a<2" in s.requirements else None)
    drain(install_first_possible(goal))
    assert machine.tried[-1][:2] == ("3.11", ("a", "b<9"))


def test_later_days_are_tried_and_then_another_python(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = frozenset({"a==1"})
    dated = replace(goal, soft=known, shown=known, is_estimate=True, last_day="2023-02-01")
    machine = on(monkeypatch, lambda s: ResolutionError("no") if s.python == "3.11" else None)
    adopted = drain(install_first_possible(dated))
    days = [day for python, texts, day in machine.tried if python == "3.11"]
    # Not before the Python had wheels, and not without the last day on which all was there.
    assert days[:3] == ["2023-01-15", "2023-02-01", "2023-03-01"]
    assert {texts for _, texts, _ in machine.tried} == {("a", "b")}  # 1 was of another time
    assert machine.tried[-1] == ("3.9", ("a", "b"), "2021-01-15")
    assert adopted.as_of == "2021-01-15"
    assert adopted.notes == (
        "not all of it existed for Python 3.11 on 2020-01-01; "
        "installed what Python 3.9 had on 2021-01-15",
    )


def test_one_package_may_be_of_a_later_day(goal: Goal, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    refused = BuildRefusedError("b could only be built from source here.")
    refused.names = ("b",)
    answers = [refused, BuildError("Failed to build `b==1`.")]

    def change(
        ref: NotebookRef, edit: Edit[None], options: ChangeOptions
    ) -> Steps[ChangeResult[None]]:
        assert options.resolve is not None
        seen.append((options.resolve.dated, options.resolve.exempt))
        yield Progress("resolve", "…")
        if answers:
            raise answers.pop(0)
        before = NotebookSnapshot.read(ref)
        return ChangeResult(before, before.spec, SyncResult(before.environment), None)

    monkeypatch.setattr(attempts, "change", change)
    adopted = drain(install_first_possible(goal))
    assert seen == [((), ()), (("b=2021-12-31",), ()), ((), ("b",))]
    assert adopted.as_of == "2020-01-01"


def test_a_package_that_came_after_the_day_gets_a_later_one(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, tuple[str, ...]]] = []

    def change(
        ref: NotebookRef, edit: Edit[None], options: ChangeOptions
    ) -> Steps[ChangeResult[None]]:
        assert options.resolve is not None
        seen.append((options.resolve.before, options.resolve.dated))
        yield Progress("resolve", "…")
        before = NotebookSnapshot.read(ref)
        edited = edit(before)
        assert isinstance(edited, Edited)
        if not options.resolve.dated:
            raise ResolutionError("no", unknown="B")
        return ChangeResult(before, edited.spec, SyncResult(before.environment), None)

    monkeypatch.setattr(attempts, "change", change)
    adopted = drain(install_first_possible(goal))
    assert seen == [("2020-01-01", ()), ("2020-01-01", ("b=2021-12-31",))]
    assert (adopted.spec.requirements, adopted.notes) == (("a==1", "b"), ())


def test_what_is_slow_to_build_waits_for_a_later_day(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = replace(goal, requirements=("polars",))
    machine = Machine(lambda spec: None)

    def change(
        ref: NotebookRef, edit: Edit[None], options: ChangeOptions
    ) -> Steps[ChangeResult[None]]:
        assert options.resolve is not None
        is_early = options.resolve.before < "2023-06-01"
        machine.refuse = lambda spec: ResolutionError("no", unknown="polars") if is_early else None
        return (yield from machine.change(ref, edit, options))

    monkeypatch.setattr(attempts, "change", change)
    adopted = drain(install_first_possible(goal))
    assert adopted.spec.requirements == ("polars",)
    assert (adopted.as_of or "") >= "2023-06-01"
    assert all(requirements == ("polars",) for _, requirements, _ in machine.tried)


def test_a_package_that_no_index_has_is_left_out(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, lambda s: ResolutionError("no", unknown="b") if "b" in s.requirements else None)
    adopted = drain(install_first_possible(goal))
    assert adopted.spec.requirements == ("a==1",)
    assert adopted.notes == ("b was left out: the index does not have it",)
    assert adopted.dropped == {"b"}


@pytest.mark.parametrize("why", ["b has no wheel", "nobody knows"])
def test_what_is_only_suggested_is_left_out_rather_than_built(
    why: str, goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    guessed = replace(goal, speculative=frozenset({"b"}))
    machine = on(monkeypatch, lambda s: ResolutionError(why) if "b" in s.requirements else None)
    adopted = drain(install_first_possible(guessed))
    assert [each[:2] for each in machine.tried] == [("3.11", ("a==1", "b")), ("3.11", ("a==1",))]
    assert "b" in machine.no_build
    assert adopted.notes == (
        "b was left out: it may be needed, but there is no wheel of it that fits",
    )


def test_the_error_is_that_of_the_first_attempt(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, lambda spec: ResolutionError(f"{spec.python} {spec.requirements[0]}"))
    with pytest.raises(ResolutionError, match=r"3\.11 a==1") as caught:
        drain(install_first_possible(goal))
    assert "Other attempts failed, too:\n  3.9 a==1\n  3.11 a" in caught.value.why


@pytest.mark.parametrize(
    ("why", "names_it"), [("https://example.org/simple/b/ is down", True), ("another", False)]
)
def test_a_dead_index_of_the_notebook_ends_it_with_a_way_out(
    why: str, names_it: bool, goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = on(monkeypatch, lambda spec: IndexAccessError("no", why))
    with pytest.raises(IndexAccessError) as caught:
        drain(install_first_possible(goal))
    assert len(machine.tried) == 1
    assert ("nbenv adopt --own-indexes x.ipynb" in caught.value.todo) == names_it


def test_old_versions_bring_their_time_unless_that_fails(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def day(*_: object) -> Steps[str | None]:
        yield Progress("resolve", "…")
        return "2019-01-01"

    undated = Goal(goal.ref, "3.11", ("a==1",), (), None, None)
    monkeypatch.setattr(attempts, "day_of_versions", day)
    machine = on(monkeypatch, lambda spec: None)
    adopted = drain(install_first_possible(undated))
    assert [each[2] for each in machine.tried] == ["2019-01-01"]
    assert "everything else is resolved as of 2019-01-01" in adopted.notes[0]

    failures = iter([ResolutionError("no"), None])
    machine = on(monkeypatch, lambda spec: next(failures))
    adopted = drain(install_first_possible(undated))
    assert [each[2] for each in machine.tried] == ["2019-01-01", ""]
    assert adopted.notes == ()


def test_limits_outlive_the_versions_of_outputs(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an output shows is of a day before all Pythons here; a limit may be met all the same."""
    machine = on(monkeypatch, lambda spec: ResolutionError("no") if "b<2" in str(spec) else None)
    dated = replace(
        goal,
        requirements=("a==1", "b<2"),
        as_of="2016-06-01",
        is_estimate=True,
        soft=frozenset({"a==1", "b<2"}),
        shown=frozenset({"a==1"}),
    )
    drain(install_first_possible(dated))
    assert machine.tried == [
        ("3.11", ("a", "b<2"), "2023-01-15"),
        ("3.9", ("a", "b<2"), "2021-01-15"),
        ("3.11", ("a", "b"), "2023-01-15"),
    ]


def test_what_a_python_lacks_is_looked_for_on_another(
    undated: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = replace(undated, requirements=("a", "b"))
    machine = on(monkeypatch, lambda spec: ResolutionError("no") if spec.python != "3.9" else None)
    adopted = drain(install_first_possible(goal))
    assert [each[0] for each in machine.tried] == ["3.11", "3.9"]
    assert adopted.notes == ("not all of it exists for Python 3.11; installed Python 3.9",)
    machine = on(monkeypatch, lambda spec: BuildError("no"))  # which takes long, and again
    with pytest.raises(BuildError):
        drain(install_first_possible(goal))
    assert [each[0] for each in machine.tried] == ["3.11"]


def test_a_package_that_is_too_old_for_an_import_gets_a_later_day(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = [["models"], []]
    monkeypatch.setattr(attempts, "too_old", lambda *_: lacking.pop(0))
    imported = frozenset({"models.New"})
    guess = replace(goal, as_of="2025-01-01", is_estimate=True, imported=imported)
    machine = Machine(lambda _: None)
    monkeypatch.setattr(attempts, "change", machine.change)
    adopted = drain(install_first_possible(guess))
    assert len(machine.tried) == 2
    assert "models as of 2025-01-01 lacks what the notebook imports" in adopted.notes[-1]
    lacking += [["models"]]
    assert drain(install_first_possible(goal)).notes == ()  # a day that was asked for is kept
    assert len(machine.tried) == 3


def test_a_later_version_that_does_not_fit_leaves_what_is_there(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "too_old", lambda *_: ["models"])
    guess = replace(goal, as_of="2025-01-01", is_estimate=True)
    refused: list[NbenvError | None] = [None, ResolutionError("no")]
    machine = Machine(lambda _: refused.pop(0))
    monkeypatch.setattr(attempts, "change", machine.change)
    assert drain(install_first_possible(guess)).notes == ()
    assert len(machine.tried) == 2
