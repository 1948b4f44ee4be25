"""Errors say what, why and what to do, to people and to programs."""

from __future__ import annotations

import inspect

import pytest

from nbenv import errors

KINDS = [each for _, each in inspect.getmembers(errors, inspect.isclass)]


def test_a_message_has_the_parts_that_there_are() -> None:
    assert str(errors.NbenvError("What.", "Why.", "Do it.")) == "What.\nWhy.\nDo it."
    assert str(errors.NbenvError("What.", todo="Do it.")) == "What.\nDo it."


def test_a_cell_is_not_told_what_to_type_in_a_terminal() -> None:
    todo = (
        "Run %nbenv restore in a cell\n(in a terminal: nbenv restore NOTEBOOK). Or wait (a while)."
    )
    error = errors.NbenvError("What.", todo=todo)
    assert error.in_cell() == "What.\nRun %nbenv restore in a cell. Or wait (a while)."
    assert "nbenv restore NOTEBOOK" in str(error)


def test_the_plain_form_names_the_kind() -> None:
    error = errors.HashError("What.", "Why.")
    plain = {"kind": "Hash", "what": "What.", "why": "Why.", "todo": ""}
    assert error.parts() == plain
    error.is_passing = True
    assert error.parts() == {**plain, "again": True}
    assert errors.IndexAccessError("What.").parts()["again"] is True


def test_an_unavailable_environment_lists_its_fallbacks() -> None:
    cause = errors.HashError("No such file.")
    error = errors.UnavailableError("Why.", "Do it.", [{"level": "build"}], cause)
    assert error.parts()["steps"] == [{"level": "build"}]
    assert error.cause is cause
    assert str(error).endswith("Why.\nDo it.")


@pytest.mark.parametrize("kind", KINDS)
def test_exit_statuses_are_the_contracts(kind: type[errors.NbenvError]) -> None:
    expected = {errors.UsageError: 2, errors.ApprovalNeededError: 3}
    assert kind.exit_status == expected.get(kind, 1)


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    names = {each.__name__ for each in KINDS}
    assert names == set(errors.__all__)
    assert all(name in (errors.__doc__ or "") for name in names)
