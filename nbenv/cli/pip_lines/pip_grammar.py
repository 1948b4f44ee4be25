"""Read a command line of pip's: its grammar is optparse's, as pip itself uses it.

So options cluster (``-qU``), may be abbreviated, have their values behind ``=`` or a space, and
stand before or behind the command.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from optparse import SUPPRESS_HELP, BadOptionError, Option, OptionParser
from typing import NoReturn

from nbenv.cli.pip_lines.pip_options import OPTIONS, Fate, PipOption
from nbenv.errors import UsageError

__all__ = ["PipLine", "read_line", "read_options"]


@dataclass
class PipLine:
    """A command line of pip's: its command, its words, and its options in their order.

    `answer` is the option that asks for an answer instead: ``--help`` or ``--version``.
    """

    command: str = ""
    words: list[str] = field(default_factory=list)
    options: list[tuple[PipOption, str, str]] = field(default_factory=list)
    answer: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether the line asks for less output."""
        return any("--quiet" in option.flags for option, _, _ in self.options)

    def notes(self) -> list[str]:
        """Return a line for each reason why some of the options were ignored."""
        reasons: dict[str, list[str]] = {}
        for option, typed, _ in self.options:
            if option.fate is Fate.IGNORED:
                reasons.setdefault(option.why, []).append(typed)
        return [
            f"Ignored {', '.join(dict.fromkeys(typed))}: {why}." for why, typed in reasons.items()
        ]


class _Parser(OptionParser):
    """optparse that notes each option in the order of the line."""

    def __init__(self, line: PipLine) -> None:
        super().__init__(add_help_option=False)
        self.line = line
        for flags in ("-h --help", "-V --version"):
            self.add_option(*flags.split(), action="callback", callback=self._answer)
        for option in OPTIONS:
            self.add_option(
                *option.flags,
                action="callback",
                callback=self._note,
                callback_args=(option,),
                type="string" if option.value else None,
                help=SUPPRESS_HELP,
            )

    def _note(
        self, _: Option, typed: str, value: str | None, parser: OptionParser, option: PipOption
    ) -> None:
        if option.fate is Fate.REFUSED:
            raise UsageError(f"{typed} {option.why}.", "Nothing was changed.", option.todo)
        self.line.options.append((option, typed, value or ""))

    def _answer(self, _: Option, typed: str, value: str | None, parser: OptionParser) -> None:
        self.line.answer = self.line.answer or typed

    def _match_long_opt(self, opt: str) -> str:
        """Return the option that a beginning means: one that begins all others may be it."""
        begun = sorted((name for name in self._long_opt if name.startswith(opt)), key=len)
        kinds = {id(self._long_opt[name]) for name in begun}
        if begun and (len(kinds) == 1 or all(name.startswith(begun[0]) for name in begun)):
            return begun[0]
        if begun:
            self.error(f"{opt} could mean {' or '.join(begun)}")
        raise BadOptionError(opt)

    def error(self, msg: str) -> NoReturn:
        """Raise a usage error with optparse's message, and what may have been meant."""
        flag = msg.partition("no such option: ")[2].partition("=")[0]
        known = [name for option in OPTIONS for name in option.flags]
        close = difflib.get_close_matches(flag, known, 1) if flag else []
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"This pip command cannot be recorded: {msg}.{meant}",
            todo="Use %nbenv instead: see %nbenv install --help.",
        )


def read_line(words: Sequence[str]) -> PipLine:
    """Read the words behind ``pip``.

    Raises
    ------
    UsageError
        An option is unknown, ambiguous, lacks its value, or cannot be followed.
    """
    line = PipLine()
    general = _Parser(line)
    general.disable_interspersed_args()
    _, rest = general.parse_args(list(words))
    if not rest:
        return line
    line.command = rest[0]
    line.words = rest[1:]
    return line


def read_options(line: PipLine) -> None:
    """Take the options out of the words of a line, whose command must be one that they are for.

    Raises
    ------
    UsageError
        As of `read_line`.
    """
    _, line.words = _Parser(line).parse_args(line.words)
