"""Combinations of options that the operations do not have, and what is passed to them."""

from __future__ import annotations

import pytest

from nbenv.cli import actions, run_actions, share_actions
from nbenv.cli.commands import COMMANDS, parse
from nbenv.errors import UsageError


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("restore a.ipynb --python 3.12 --dry-run", "Use --python on its own."),
        ("restore a.ipynb --python 3.12 --fallback build", "Use --python on its own."),
        ("restore a.ipynb --torch-backend cpu --dry-run", "cannot be combined"),
    ],
)
def test_senseless_combinations_are_refused(line: str, message: str) -> None:
    call = parse(line.split())
    with pytest.raises(UsageError, match=message):
        COMMANDS[call.command].perform(call)


def test_every_action_belongs_to_a_command() -> None:
    performed = {command.perform for command in COMMANDS.values()} - {run_actions.run}
    both = (actions, share_actions)
    assert performed == {getattr(each, name) for each in both for name in each.__all__}
