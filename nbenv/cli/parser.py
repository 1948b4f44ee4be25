"""Parse the words of a command line, by the declarations of the commands."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NoReturn

from nbenv.cli.call import Call, is_in_cell
from nbenv.cli.declarations import Command, Notebooks, Option, Place
from nbenv.cli.help_text import command_help, overview
from nbenv.cli.options import COMMON, HIDDEN, TARGETS
from nbenv.core.file_names import is_notebook, is_text_notebook
from nbenv.errors import ApprovalNeededError, UsageError

__all__ = ["parse_with"]

_FEWEST = 3
"""Characters from which on a beginning says what was meant."""


class _Parser(argparse.ArgumentParser):
    """argparse with our help, and with errors that are ours."""

    def __init__(self, name: str, help_of: Callable[[], str]) -> None:
        super().__init__(name, allow_abbrev=False)
        self._help_of = help_of

    def format_help(self) -> str:
        return self._help_of()

    def error(self, message: str) -> NoReturn:
        raise UsageError(_in_our_words(message), todo=f"See {self.prog} --help.")


def _in_our_words(message: str) -> str:
    """Return a message of argparse's as a sentence."""
    text = message.removeprefix("argument ")
    text = re.sub(r"^(\S+): expected one argument$", r"\1 needs a value", text)
    text = re.sub(r"^(\S+): ignored explicit argument .*$", r"\1 takes no value", text)
    return f"{text[:1].upper()}{text[1:]}."


def parse_with(commands: Mapping[str, Command], words: Sequence[str]) -> Call:
    """Parse `words` by a table of commands; raise `UsageError` when they cannot be understood."""
    if words and words[0] in commands:
        return _parse_command(commands[words[0]], list(words[1:]))
    if words and words[0].startswith("-"):
        parser = _Parser("nbenv", partial(overview, commands))
        parser.add_argument("--version", action="version", version=f"nbenv {_version()}")
        parser.parse_known_args(words)  # answers, unless it is neither
    raise _no_command(commands, words)


def _version() -> str:
    from nbenv._version import __version__

    return __version__


def _no_command(commands: Mapping[str, Command], words: Sequence[str]) -> UsageError:
    if not words:
        return UsageError("Choose a command.", overview(commands).rstrip())
    word = words[0]
    shown: dict[str, str] = {}
    for command in commands.values():
        if command.group.value:
            shown |= dict.fromkeys((command.name, *command.others), command.name)
    if word.startswith("-"):
        meant = _suggestion(word.lstrip("-"), {each: f"--{each}" for each in ("help", "version")})
        todo = "Options follow the command: nbenv COMMAND NOTEBOOK ... [OPTIONS]"
        return UsageError(f"Unknown option: {word}.{meant}", todo=todo)
    meant = _suggestion(word, shown)
    return UsageError(f"There is no command {word!r}.{meant}", todo="See nbenv --help.")


def _suggestion(word: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """Return a question about what was meant; `known` maps what people write to what it is."""
    names = known if isinstance(known, Mapping) else {name: name for name in known}
    begun = [name for name in names if len(word) >= _FEWEST and name.startswith(word.lower())]
    close = begun or difflib.get_close_matches(word.lower(), names, 1)
    return f" Did you mean {names[close[0]]}?" if close else ""


# -- one command


def _parse_command(command: Command, words: list[str]) -> Call:
    end = words.index("--") if "--" in words else len(words)
    _check_typed(command, words[:end])
    parser = _parser_of(command)
    options, found = parser.parse_known_args([_in_full(command, word) for word in words[:end]])
    unknown = [word for word in found if word.startswith("-")]
    if unknown:
        raise _unknown_option(command, unknown)
    for option in command.options:
        if option.many:
            setattr(options, option.dest, tuple(getattr(options, option.dest)))
    place = Place.CELL if is_in_cell(options) else Place.TERMINAL
    if options.unapproved:
        place = Place.UNAPPROVED
    _check_place(command, options, place)
    path, rest = "", (*found, *words[end + 1 :])
    if not is_in_cell(options):
        path, rest = _notebook_among(command, rest)
    command.words.check(command.name, rest)
    setattr(options, command.words.field, rest)
    return Call(command.name, rest, options, path, places=_places(command, path, found))


def _places(command: Command, path: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the notebooks and folders that a terminal names, () if it is a single notebook."""
    is_single = len(words) == 1 and not os.path.isdir(path)
    is_taken = command.notebooks is Notebooks.PLACES and path
    return tuple(words) if is_taken and not is_single else ()


def _check_typed(command: Command, words: Sequence[str]) -> None:
    """Refuse nbenv's own options where a person typed them: behind the one that names a notebook.

    A terminal's words name none. What they ask for, they may ask for.
    """
    names = {option.name for option in HIDDEN}
    targets = {option.name for option in TARGETS}
    flags = [word.partition("=")[0] for word in words]
    if not names.issuperset(flags[:1]):
        return
    named = next((place for place, flag in enumerate(flags) if flag in targets), len(words))
    typed = [words[place] for place in range(named + 1, len(words)) if flags[place] in names]
    if typed:
        raise _unknown_option(command, typed)


def _in_full(command: Command, word: str) -> str:
    """Return a word as it is, or the visible option that it abbreviates."""
    flag, equals, value = word.partition("=")
    if not flag.startswith("--"):
        return word
    shown = [each for each in (*command.options, *COMMON) if not each.hidden]
    known = [each.name for each in shown] + ["--help"]
    meant = [name for name in known if name.startswith(flag)]
    if len(meant) > 1 and flag not in meant:
        raise UsageError(f"{flag} could mean {' or '.join(meant)}.")
    return f"{meant[0]}{equals}{value}" if len(meant) == 1 else word


def _parser_of(command: Command) -> _Parser:
    parser = _Parser(f"nbenv {command.name}", partial(command_help, command))
    for option in (*command.options, *COMMON, *HIDDEN):
        if not option.metavar:
            parser.add_argument(*option.flags, dest=option.dest, action="store_true")
            continue
        parser.add_argument(
            *option.flags,
            dest=option.dest,
            type=partial(_converted, option),
            action="append" if option.many else "store",
            default=[] if option.many else option.default,
        )
    return parser


def _converted(option: Option, text: str) -> object:
    if option.choices and text not in (known := option.choices()):
        raise UsageError(
            f"There is no {option.dest} {text!r}.{_suggestion(text, known)}",
            todo=f"Choose from {', '.join(known)}.",
        )
    try:
        return option.convert(text)
    except ValueError as error:
        raise UsageError(f"{option.name} {error}.") from None


def _unknown_option(command: Command, unknown: Sequence[str]) -> UsageError:
    shown = (*command.options, *COMMON)
    known = {flag.lstrip("-"): flag for each in shown for flag in each.flags} | {"help": "--help"}
    what = f"Unknown option{'' if len(unknown) == 1 else 's'}: {' '.join(unknown)}."
    meant = _suggestion(unknown[0].lstrip("-").partition("=")[0], known)
    return UsageError(f"{what}{meant}", todo=f"See nbenv {command.name} --help.")


def _check_place(command: Command, options: argparse.Namespace, place: Place) -> None:
    """Raise where the command, or one of its options, does not work."""
    if place is Place.UNAPPROVED:
        _check_approval_waits(command, options)
        return
    if place not in command.where:
        raise _elsewhere(command)
    for option in command.options:
        if place not in option.where and getattr(options, option.dest):
            raise UsageError(f"{option.name} works only in a terminal.")


def _elsewhere(command: Command) -> UsageError:
    """Return the error of a command that does not work where it was given."""
    if Place.TERMINAL in command.where:
        what = f"{command.name} works only in a terminal."
        return UsageError(what, todo=f"In a terminal, write: {command.usage}")
    what = f"{command.name} works only in a notebook."
    return UsageError(what, todo=f"In a cell, write: %nbenv {command.name}")


def _check_approval_waits(command: Command, options: argparse.Namespace) -> None:
    """Raise unless a cell may give the command before anyone approved what its notebook records."""
    values = {each: getattr(options, each.dest) for each in command.options}
    given = [each for each, value in values.items() if value and value != each.default]
    refused = [each.name for each in given if Place.UNAPPROVED not in each.where]
    if Place.UNAPPROVED not in command.where or refused:
        raise ApprovalNeededError(
            f"%nbenv {' '.join([command.name, *refused])} has to wait: nobody has approved what "
            "this notebook records.",
            "Nothing was downloaded or run.",
            "Restore it first with %nbenv restore, or look at it: %nbenv restore --dry-run.",
        )


def _notebook_among(command: Command, words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the notebook that the words of a terminal name, and the other words."""
    problem = _notebook_problem(command, words)
    if problem:
        raise UsageError(problem, todo=f"Write: {command.usage}")
    if command.notebooks in (Notebooks.NONE, Notebooks.MANY):
        return "", tuple(words)
    if command.notebooks is Notebooks.PLACES:
        return words[0], ()
    place = words.index(_named(command, words)[0])
    return words[place], (*words[:place], *words[place + 1 :])


def _named(command: Command, words: Sequence[str]) -> list[str]:
    """Return the words that name notebooks.

    A word that ends like a notebook in text may be a package: discord.py, for one.
    """
    found = [word for word in words if is_notebook(word)]
    if command.notebooks is Notebooks.PLACES:
        return [w for w in words if len(words) == 1 or is_notebook(w) or os.path.isdir(w)]
    if command.notebooks is not Notebooks.ONE:
        return found
    sure = [word for word in found if not is_text_notebook(word)]
    there = [word for word in found if os.path.isfile(word)]
    return sure or there or found[:1]


def _notebook_problem(command: Command, words: Sequence[str]) -> str:
    named = _named(command, words)
    match command.notebooks:
        case Notebooks.MANY if not words or len(named) < len(words):
            return f"{command.name} takes notebooks."
        case Notebooks.PLACES if not words:
            return "Which notebook, or which folder?"
        case Notebooks.PLACES if len(named) < len(words):
            return f"{command.name} takes notebooks and folders."
        case Notebooks.FIRST if named[:1] != list(words[:1]) or not words:
            return "Which notebook?"
        case Notebooks.ONE if len(named) != 1:
            return "Name one notebook only." if named else "Which notebook?"
    return ""
