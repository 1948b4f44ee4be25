"""The types that a command is declared with; everything about a command follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING

from nbenv.errors import UsageError

if TYPE_CHECKING:
    from nbenv.cli.call import Call
    from nbenv.progress import Outcome, Steps

__all__ = ["Command", "Group", "Notebooks", "Option", "Place", "Words", "by_name"]


class Group(Enum):
    """Purposes of commands: the headings of ``nbenv --help``."""

    START = "Start"
    CHANGE = "Change"
    LOOK = "Look"
    SHARE = "Share"
    MACHINE = "This machine"
    HIDDEN = ""


class Place(Flag):
    """Places where a command or an option may be given; a page is JupyterLab, by its server.

    In a cell of a notebook whose record was not approved, only what names `UNAPPROVED` may be: such
    a cell may be a stranger's, too.
    """

    TERMINAL = auto()
    CELL = auto()
    PAGE = auto()
    UNAPPROVED = auto()
    HERE = TERMINAL | CELL
    ANYWHERE = TERMINAL | CELL | PAGE


class Notebooks(Enum):
    """Ways in which the words of a terminal name a notebook; a cell need not name one."""

    NONE = auto()
    ONE = auto()
    """One word, anywhere."""
    FIRST = auto()
    """The first word: others may be notebooks too."""
    MANY = auto()
    """Every word."""
    PLACES = auto()
    """Every word: notebooks, and folders of them."""


@dataclass(frozen=True)
class Words:
    """The words that a command takes beside its notebook.

    `field` is the name of the request's field that they fill; `problem` and `hint` are the error
    for a wrong number of them.
    """

    metavar: str = ""
    help: str = ""
    least: int = 0
    most: int | None = 0
    field: str = "words"
    problem: str = ""
    hint: str = ""

    @property
    def usage(self) -> str:
        """The words as the usage line shows them."""
        if not self.metavar:
            return ""
        shown = f"{self.metavar} ..." if self.most is None else self.metavar
        return shown if self.least else f"[{shown}]"

    def check(self, command: str, words: Sequence[str]) -> None:
        """Raise `UsageError` unless as many words came as there should."""
        if len(words) < self.least or (self.most is not None and len(words) > self.most):
            refused = f"{command} does not take {' '.join(words)}."
            raise UsageError(self.problem or refused, todo=self.hint)


@dataclass(frozen=True)
class Option:
    """An option: a switch, or with a `metavar` one that takes a value (`many`: again and again).

    `field` is the name of the request's field that it fills. `choices` and `convert` look at the
    value; `choices` is called only when the option is parsed or explained, as it may import, and
    `convert` raises `ValueError` with the end of a sentence that begins with the option.
    """

    flags: tuple[str, ...]
    help: str = ""
    metavar: str = ""
    field: str = ""
    many: bool = False
    default: object = None
    choices: Callable[[], Sequence[str]] | None = None
    convert: Callable[[str], object] = str
    where: Place = Place.HERE
    hidden: bool = False

    @property
    def name(self) -> str:
        """The long flag, which people know it by."""
        return next((flag for flag in self.flags if flag.startswith("--")), self.flags[0])

    @property
    def dest(self) -> str:
        """The field of the request that it fills."""
        return self.field or self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Command:
    """A command: everything that parsing, help, requests and the server need to know of it.

    `perform` takes the parsed call and imports what it needs itself. `others` are words that other
    tools have for it. `colours` gives lines of its output that begin with a certain word a colour.
    `changes` says that it may change the environment, so that no two run at once on a page.
    """

    name: str
    group: Group
    help: str
    perform: Callable[[Call], Outcome | Steps[Outcome]]
    words: Words = field(default=Words(), kw_only=True)
    options: tuple[Option, ...] = field(default=(), kw_only=True)
    notebooks: Notebooks = field(default=Notebooks.ONE, kw_only=True)
    where: Place = field(default=Place.HERE, kw_only=True)
    changes: bool = field(default=False, kw_only=True)
    others: tuple[str, ...] = field(default=(), kw_only=True)
    colours: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def usage(self) -> str:
        """The usage line."""
        notebook = {
            Notebooks.NONE: "",
            Notebooks.ONE: "NOTEBOOK",
            Notebooks.FIRST: "NOTEBOOK",
            Notebooks.MANY: "NOTEBOOK ...",
            Notebooks.PLACES: "NOTEBOOK|FOLDER ...",
        }[self.notebooks]
        parts = ("nbenv", self.name, notebook, self.words.usage, "[OPTIONS]")
        return " ".join(part for part in parts if part)

    @property
    def page_flags(self) -> frozenset[str]:
        """The switches that a page may give, without dashes, and choices (``name=choice``)."""
        allowed = [each for each in self.options if Place.PAGE in each.where]
        switches = [each.name for each in allowed if not each.metavar]
        chosen = [each for each in allowed if each.metavar and each.name != self.page_option]
        named = [f"{each.name}={word}" for each in chosen for word in (each.choices or tuple)()]
        return frozenset(each.lstrip("-") for each in (*switches, *named))

    @property
    def page_option(self) -> str:
        """The option whose value a page gives as a plain word, if there is one."""
        return next(
            (each.name for each in self.options if Place.PAGE in each.where and each.metavar), ""
        )


def by_name(commands: Sequence[Command]) -> dict[str, Command]:
    """Return a table of commands."""
    return {each.name: each for each in commands}
