"""Find the removed names that code uses: imported ones, those of imported modules, and members.

What an object is, nobody knows before the code runs. Only members are found whose name, use or
keyword belongs to one package: ``x.ix[0]``, ``x.append(y, ignore_index=True)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbenv.adopt.removals.table import Removal, removal_of
from nbenv.core.import_names import distribution_of

__all__ = ["Use", "uses"]


@dataclass(frozen=True)
class Use:
    """The use of a removed name, and the cell or file that has it."""

    removal: Removal
    where: str


def uses(code: Iterable[tuple[list[ast.Module], str]]) -> list[Use]:
    """Return the first use of each removed name.

    Code that prepares for the removal is no use: what is in a ``try``, or under an ``if``.

    Parameters
    ----------
    code
        The syntax trees of cells and files, and where they are.
    """
    walker = _Walker()
    for trees, where in code:
        walker.where = where
        for tree in trees:
            walker.visit(tree)
    return list(walker.found.values())


class _Walker(ast.NodeVisitor):
    def __init__(self) -> None:
        self.where = ""
        self.found: dict[str, Use] = {}
        self.aliases: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            bound = each.asname or each.name.partition(".")[0]
            self.aliases[bound] = each.name if each.asname else bound
            self._add(each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            return
        for each in node.names:
            dotted = f"{node.module}.{each.name}"
            self.aliases[each.asname or each.name] = dotted
            self._add(dotted)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if dotted := self._dotted(node):
            self._add(dotted)
        else:
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Attribute) and not self._dotted(node.value):
            self._add(f".{node.value.attr}[]")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        dotted = self._dotted(node.func)
        called = dotted.rpartition(".")[2]
        if not dotted and isinstance(node.func, ast.Attribute):
            called = f".{node.func.attr}"
            self._add(f"{called}()")
        if called:
            for each in node.keywords:
                self._add(f"{called}({each.arg})")
        if dotted.endswith((".style.use", ".style.context")) and any(map(_is_old_style, node.args)):
            self._add("matplotlib.style.seaborn")
        self.generic_visit(node)

    def _dotted(self, node: ast.expr) -> str:
        """Return the full name of a module's name, "" for anything else."""
        parts = list(_parts(node))
        if not parts or parts[0] not in self.aliases:
            return ""
        return ".".join([self.aliases[parts[0]], *parts[1:]])

    def visit_Try(self, node: ast.Try) -> None:
        """Visit what runs in any case; names that only the rest imports are known, too."""
        self._only_bind(node.body if node.handlers else [])
        self._visit_all([*([] if node.handlers else node.body), *node.finalbody])

    def visit_If(self, node: ast.If) -> None:
        self._only_bind([*node.body, *node.orelse])

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _only_bind(self, nodes: Iterable[ast.AST]) -> None:
        before = dict(self.found)
        self._visit_all(nodes)
        self.found = before

    def _add(self, dotted: str) -> None:
        removal = removal_of(dotted)
        if removal is not None and not _is_of_another(dotted, removal):
            self.found.setdefault(removal.name, Use(removal, self.where))


def _is_of_another(dotted: str, removal: Removal) -> bool:
    """Return whether what is used below a removed module is in another package today.

    ``llama_index.llms`` went, and ``llama_index.llms.openai`` is a package of its own.
    """
    own, today = distribution_of(removal.name), distribution_of(dotted)
    return dotted != removal.name and today not in (None, own, removal.distribution)


def _parts(node: ast.expr) -> Iterator[str]:
    """Yield the names of ``a.b.c``, nothing for an attribute of anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
        yield from reversed(names)


def _is_old_style(node: ast.expr) -> bool:
    """Return whether a text is the name of a style that got the prefix ``seaborn-v0_8``."""
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text.startswith("seaborn") and "v0_8" not in text
