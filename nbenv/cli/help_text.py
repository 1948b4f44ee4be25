"""The text of ``--help``, made from the declarations of the commands."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from nbenv.cli.declarations import Command, Group, Notebooks, Option, Place
from nbenv.cli.options import COMMON

__all__ = ["arguments_of", "command_help", "options_of", "overview"]

_ABOUT = (
    "Give a Jupyter notebook its own environment, recorded in the notebook itself. In a cell, "
    "write %nbenv COMMAND and leave out the notebook's name."
)
_HELP = (("-h, --help", "show this help"),)
_WIDEST = 100
_INDENT = 2
_COLUMN = 24
"""Characters to the left of the explanations."""


def overview(commands: Mapping[str, Command]) -> str:
    """Return the help of ``nbenv`` itself: its commands, grouped by what people want."""
    parts = ["usage: nbenv COMMAND NOTEBOOK ... [OPTIONS]", _wrapped(_ABOUT)]
    for group in Group:
        rows = [(each.name, each.help) for each in commands.values() if each.group is group]
        if group is not Group.HIDDEN and rows:
            parts.append(_section(group.value, rows))
    parts.append(_section("Options", (*_HELP, ("--version", "show the version"))))
    parts.append(_wrapped("For the options of a command, see nbenv COMMAND --help."))
    return "\n\n".join(parts) + "\n"


def command_help(command: Command) -> str:
    """Return the help of one command."""
    sentence = f"{command.help[:1].upper()}{command.help[1:]}."
    parts = [f"usage: {command.usage}", _wrapped(sentence)]
    if words := list(arguments_of(command)):
        parts.append(_section("Arguments", words))
    parts.append(_section("Options", options_of(command)))
    return "\n\n".join(parts) + "\n"


def options_of(command: Command) -> list[tuple[str, str]]:
    """Return the options of a command: as they are written, and what they do."""
    shown = (*command.options, *COMMON)
    return [*((_flags(each), _explained(each)) for each in shown if not each.hidden), *_HELP]


def arguments_of(command: Command) -> Iterator[tuple[str, str]]:
    """Yield the arguments of a command: as they are written, and what they are."""
    if command.notebooks is Notebooks.MANY:
        yield "NOTEBOOK ...", "the notebooks"
    elif command.notebooks is Notebooks.PLACES:
        yield "NOTEBOOK", "the notebook; leave it out in a cell"
        yield "FOLDER", "a folder, for all notebooks in it and below"
    elif command.notebooks is not Notebooks.NONE:
        aside = "; leave it out in a cell" if Place.CELL in command.where else ""
        yield "NOTEBOOK", f"the notebook{aside}"
    if command.words.help:
        yield command.words.metavar, command.words.help


def _flags(option: Option) -> str:
    return " ".join(part for part in (", ".join(option.flags), option.metavar) if part)


def _explained(option: Option) -> str:
    """Return an option's explanation, and the values to choose from where it does not name them."""
    choices = option.choices() if option.choices else ()
    if all(choice in option.help for choice in choices):
        return option.help
    return f"{option.help}; one of {', '.join(choices)}"


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"{title}:", *(line for row in rows for line in _row(*row))])


def _row(name: str, text: str) -> Iterator[str]:
    """Yield a name and its explanation beside it, or below it where the name is long."""
    left = f"{'':{_INDENT}}{name}"
    lines = textwrap.wrap(text, max(_width() - _COLUMN, 16), break_on_hyphens=False)
    if len(left) > _COLUMN - 2:
        yield left
    else:
        yield f"{left:{_COLUMN}}{lines[0]}".rstrip()
        lines = lines[1:]
    yield from (f"{'':{_COLUMN}}{line}" for line in lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _width(), break_on_hyphens=False)


def _width() -> int:
    return max(min(shutil.get_terminal_size().columns, _WIDEST) - 1, 30)
