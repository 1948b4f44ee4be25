"""Find the removed names that code uses: imported ones, and those of imported modules."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbenv.adopt.removals.table import Removal, removal_of

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
        parts = list(_parts(node))
        if parts and parts[0] in self.aliases:
            self._add(".".join([self.aliases[parts[0]], *parts[1:]]))
        else:
            self.generic_visit(node)

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
        if removal is not None:
            self.found.setdefault(removal.name, Use(removal, self.where))


def _parts(node: ast.expr) -> Iterator[str]:
    """Yield the names of ``a.b.c``, nothing for an attribute of anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
        yield from reversed(names)
