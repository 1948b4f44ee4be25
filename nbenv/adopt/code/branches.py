"""Visit the branches of code, and keep in mind under which conditions each of them runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbenv.adopt.code.conditions import (
    ALWAYS_TRUE,
    ASKS_FOR_EXTRA,
    asks_for_colab,
    chooses_imports,
    imports_colab,
    needs_variable,
)
from nbenv.adopt.code.import_errors import (
    bound_by_packages,
    goes_on,
    tolerates_a_missing_module,
)

__all__ = ["Branches"]

_ONE_OF_SEVERAL = "<one of several branches>"
"""A name that nothing uses, for imports in a function that chooses one by its arguments."""


class Branches(ast.NodeVisitor):
    """Visit code in the order of its branches.

    While a node is visited, `within` are the functions and classes around it, `optional` is whether
    it may fail without harm, `on_colab` whether it runs on Colab alone, and `conditional` whether
    it runs under some other condition. `variables` are names whose values come from the
    environment.
    """

    def __init__(self, *, is_cell: bool) -> None:
        self.is_cell = is_cell
        self.within: tuple[str, ...] = ()
        self.optional = False
        self.on_colab = False
        self.conditional = False
        self.variables: dict[str, ast.expr] = {}

    def visit_Try(self, node: ast.Try) -> None:
        lenient = any(tolerates_a_missing_module(each) for each in node.handlers)
        before, self.optional = self.optional, self.optional or lenient
        colab = next((i for i, each in enumerate(node.body) if imports_colab(each)), len(node.body))
        on_colab = colab < len(node.body) and any(map(goes_on, node.handlers))
        self.visit_all(node.body[: colab if on_colab else None])
        self.visit_on_colab(node.body[colab:] if on_colab else [])
        bound = bound_by_packages(node.body)
        for handler in node.handlers:
            # What takes the place of a module that is missing is needed itself.
            self.optional = before if bound & bound_by_packages(handler.body) else lenient
            if on_colab:  # anywhere else, the handler is what runs
                self.optional = before
                self.visit_all(handler.body)
            else:
                self.visit_under_condition(handler.body)
        self.optional = before
        (self.visit_on_colab if on_colab else self.visit_all)(node.orelse)
        self.visit_all(node.finalbody)

    def visit_If(self, node: ast.If) -> None:
        condition = ast.unparse(node.test)
        if "TYPE_CHECKING" in condition or condition == "False":
            self.visit_all(node.orelse)
            return
        self.visit(node.test)
        if self.within and chooses_imports(node):
            around, self.within = self.within, (*self.within, _ONE_OF_SEVERAL)
            self.visit_under_condition([*node.body, *node.orelse])
            self.within = around
            return
        if not self.is_cell and True in (found := needs_variable(node.test, self.variables)):
            for branch, needs in zip((node.body, node.orelse), found, strict=True):
                (self._visit_where_set if needs else self.visit_all)(branch)
            return
        here, elsewhere = asks_for_colab(node.test)
        if here or elsewhere:
            (self.visit_on_colab if here else self.visit_all)(node.body)
            (self.visit_on_colab if elsewhere else self.visit_all)(node.orelse)
            return
        if ALWAYS_TRUE.search(condition):
            self.visit_all([*node.body, *node.orelse])
            return
        lenient, self.optional = (
            self.optional,
            self.optional or bool(ASKS_FOR_EXTRA.search(condition)),
        )
        self.visit_under_condition(node.body)
        self.optional = lenient
        self.visit_under_condition(node.orelse)

    def _visit_where_set(self, nodes: Iterable[ast.AST]) -> None:
        """Visit what only runs where somebody has set a variable: here nobody has."""
        before, self.optional = self.optional, True
        self.visit_under_condition(nodes)
        self.optional = before

    def visit_on_colab(self, nodes: Iterable[ast.AST]) -> None:
        before, self.on_colab = self.on_colab, True
        self.visit_all(nodes)
        self.on_colab = before

    def visit_under_condition(self, nodes: Iterable[ast.AST]) -> None:
        before, self.conditional = self.conditional, True
        self.visit_all(nodes)
        self.conditional = before

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)
