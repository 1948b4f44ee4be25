"""Write the reference of commands, ``docs/reference.md``, from the table of commands.

Run it as ``python -m tools.command_reference``; a test compares the page with the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbenv.cli.commands import COMMANDS
from nbenv.cli.declarations import Command, Group, Place
from nbenv.cli.help_text import arguments_of, options_of

__all__ = ["PAGE", "reference"]

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
_INTRODUCTION = """\
# Commands and options

This page is made from the table that nbenv's parser reads (`python -m tools.command_reference`).
[Using nbenv](usage.md) explains what the commands are for. In a cell, write `%nbenv` before the
command and leave out the notebook.

Exit status: 0 done; 1 failed, with a message that says what, why, and what to do next; 2 wrong
usage; 3 an approval is needed and could not be asked for.
"""


def reference() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_groups()])


def _groups() -> Iterator[str]:
    for group in Group:
        commands = [each for each in COMMANDS.values() if each.group is group]
        if group is not Group.HIDDEN and commands:
            yield f"## {group.value}\n"
            for command in commands:
                yield from _command(command)


def _command(command: Command) -> Iterator[str]:
    yield f"### {command.name}\n"
    yield f"{command.help[:1].upper()}{command.help[1:]}. {_where(command)}\n"
    yield f"```text\n{command.usage}\n```\n"
    yield "| | |\n|---|---|"
    for name, text in (*arguments_of(command), *options_of(command)):
        yield f"| `{_escaped(name)}` | {_escaped(text)} |"
    yield ""


def _where(command: Command) -> str:
    if Place.CELL in command.where and Place.TERMINAL in command.where:
        return "In a terminal and in a cell."
    return "In a terminal." if Place.TERMINAL in command.where else "In a cell."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
