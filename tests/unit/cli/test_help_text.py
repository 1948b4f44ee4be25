"""The help: every command in its group, every option explained, at any width."""

from __future__ import annotations

import pytest

from nbenv.cli.commands import COMMANDS
from nbenv.cli.declarations import Group
from nbenv.cli.help_text import command_help, overview


def sections(text: str) -> dict[str, str]:
    """Return the parts of a help below their titles."""
    parts = (part.partition(":\n") for part in text.split("\n\n"))
    return {title: body for title, colon, body in parts if colon}


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_overview_has_every_command_in_its_group() -> None:
    found = sections(overview(COMMANDS))
    assert list(found) == ["Start", "Change", "Look", "Share", "This machine", "Options"]
    for command in COMMANDS.values():
        if command.group is not Group.HIDDEN:
            assert f"{command.name} {command.help}" in words(found[command.group.value])
    assert "git-merge" not in overview(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_explains_all_that_it_takes(name: str) -> None:
    command = COMMANDS[name]
    text = command_help(command)
    assert text.startswith(f"usage: {command.usage}\n\n")
    explained = words(sections(text)["Options"])
    for option in (each for each in command.options if not each.hidden):
        assert f"{', '.join(option.flags)} {option.metavar}".strip() in explained
        assert option.help in explained
        assert all(choice in explained for choice in (option.choices or tuple)())
    assert "--json print JSON" in explained
    assert "--environment" not in text
    assert "--events" not in text


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_lines_fit_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = [line for each in COMMANDS.values() for line in command_help(each).splitlines()]
    lines += overview(COMMANDS).splitlines()
    long = [line for line in lines if len(line) > columns and " " in line.strip()]
    assert [line for line in long if not line.startswith(("usage:", "  --revoke"))] == []


def test_what_a_terminal_alone_has_is_not_explained_for_cells() -> None:
    assert "leave it out in a cell" in command_help(COMMANDS["list"])
    assert "leave it out in a cell" not in command_help(COMMANDS["run"])
    assert "Arguments" not in sections(command_help(COMMANDS["doctor"]))
