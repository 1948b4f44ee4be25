"""The facts about code: what it imports, calls, runs and writes."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

__all__ = ["Call", "CodeFacts", "Import"]


@dataclass(frozen=True)
class Import:
    """One import; `names` and `level` are what a ``from`` import takes, and its leading dots.

    An `optional` one is allowed to fail. `within` are the function and the class around it, which
    have to be used before it is executed. `line` is where its statement begins in the Python that
    IPython makes of a cell, from 1, and `text` that line; a call has none.
    """

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    optional: bool = False
    within: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)
    text: str = field(default="", compare=False)

    def modules(self) -> list[str]:
        """Return the dotted names of modules that this may import."""
        return [self.module, *(f"{self.module}.{name}" for name in self.names if name != "*")]


@dataclass(frozen=True)
class Call:
    """A call: its dotted name, and its arguments that are literal strings, True or False.

    Of an argument that is a list, `keywords` has each element.

    `paths` are the texts that the arguments are made of, with ``*`` for what is not literal;
    `names` are the variables that arguments are, or start with. A property has no arguments.
    `root` is the name that a method's object comes from: ``pd`` in ``pd.read_csv(path).plot()``,
    and `maker` the last part of the name of what was called for it: ``read_csv``.
    `within` are the function and the class around the call, as for an import.
    """

    name: str
    texts: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_property: bool = False
    root: str = ""
    maker: str = ""
    within: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass
class CodeFacts:
    """The facts about one piece of code.

    `commands` are shell lines; `colab_commands` run only on Colab, `conditional_commands` under
    some other condition, or after an error. `magics` are names and lines, `cell_magics` names and
    bodies. `paths` are added to ``sys.path``, `late_paths` behind what is installed, `entered` the
    folders that the code changes to. `written_files` are files that cells write: name → content.
    `aliases` are names → the modules, or what in them, that they stand for, `roots` variables → the
    names that their values come from, `makers` variables → the last parts of the names of what was
    called for their values, and `texts` variables → their literal values. `is_cell` says
    whether IPython runs it, `is_main` whether it may run as a program. `trees` are the syntax trees
    of all of it. `packages` are those whose metadata the code reads.
    """

    is_cell: bool = True
    is_main: bool = True
    imports: list[Import] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    colab_commands: list[str] = field(default_factory=list)
    conditional_commands: list[str] = field(default_factory=list)
    magics: list[tuple[str, str]] = field(default_factory=list)
    cell_magics: list[tuple[str, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    properties: list[Call] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    late_paths: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    written_files: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    roots: dict[str, set[str]] = field(default_factory=dict)
    makers: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    trees: list[ast.Module] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
