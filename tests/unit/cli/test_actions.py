"""Combinations of options that the operations do not have, and what is passed to them."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.cli import actions
from nbenv.cli.commands import COMMANDS, parse
from nbenv.errors import UsageError


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("restore a.ipynb --python 3.12 --dry-run", "Use --python on its own."),
        ("restore a.ipynb --python 3.12 --fallback build", "Use --python on its own."),
        ("run a.ipynb --yes", "--yes, --as-of and --torch-backend need --adopt."),
        ("run a.ipynb --as-of 2021-01-01", "--yes, --as-of and --torch-backend need --adopt."),
        ("run a.ipynb --torch-backend cpu", "--torch-backend need --adopt."),
        ("restore a.ipynb --torch-backend cpu --dry-run", "cannot be combined"),
        ("run a.ipynb --adopt --fallback build", "cannot be combined with --fallback"),
    ],
)
def test_senseless_combinations_are_refused(line: str, message: str) -> None:
    call = parse(line.split())
    with pytest.raises(UsageError, match=message):
        COMMANDS[call.command].perform(call)


def test_every_action_belongs_to_a_command() -> None:
    performed = {command.perform for command in COMMANDS.values()}
    assert performed == {getattr(actions, name) for name in actions.__all__}


def test_consent_to_adopting_is_asked_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        "nbenv.operations.adoption.run_adopt.run_adopting", lambda *given: seen.extend(given)
    )
    actions.run(parse(["run", "a.ipynb", "--adopt", "--as-of", "2021-01-01", "-o", "b.ipynb"]))
    source, out, request, consent = seen
    assert (source, out, request.as_of) == ("a.ipynb", "b.ipynb", "2021-01-01")
    assert consent("Install six") is None
    seen.clear()
    actions.run(parse(["run", "a.ipynb", "--adopt", "--yes"]))
    assert seen[3]("Install six") is True


def test_a_notebook_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbenv.operations.verify.verify", lambda *given: given)
    call = parse(["verify", "b.ipynb", "a.ipynb", "b.ipynb", "--jobs", "3"])
    assert actions.verify(call) == (["b.ipynb", "a.ipynb"], 3, None)
