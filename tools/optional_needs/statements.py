"""Statements of a module, and what they import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from tools.optional_needs.sources import Source

IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException", ""}
LENIENT = re.compile(r"suppress|(try|deferred|optional|lazy|soft|safe)_?import", re.IGNORECASE)
"""What goes on after an import in its ``with`` fails."""


def is_inside(name: str, module: str) -> bool:
    return name.partition(".")[0] == module.partition(".")[0]


def imported(body: Iterable[ast.stmt], found: Source) -> Iterator[str]:
    """Yield what statements import in any case, under full names."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = found.name.split(".")
                up = node.level - 1 if found.is_package else node.level
                base = ".".join([*parts[: len(parts) - up], *filter(None, [base])])
            yield base
            yield from (f"{base}.{each.name}" for each in node.names if is_inside(base, found.name))
        elif is_plain_with(node) or is_strict(node):
            yield from imported(node.body, found)


def is_plain_with(node: ast.stmt) -> TypeGuard[ast.With]:
    """Return whether a ``with`` lets errors pass: ``with suppress(ImportError)`` does not."""
    return isinstance(node, ast.With) and not any(
        LENIENT.search(ast.unparse(each.context_expr)) for each in node.items
    )


def is_strict(node: ast.stmt) -> TypeGuard[ast.Try]:
    """Return whether a ``try`` does not go on without what it imports."""
    return isinstance(node, ast.Try) and all(map(gives_up, node.handlers))


def is_guarded(node: ast.stmt) -> bool:
    """Return whether a ``try`` raises an error of its own where a module is missing."""
    return is_strict(node) and any(map(is_about_import, node.handlers))


def gives_up(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler ends in an error, or is not about a missing module."""
    return not is_about_import(handler) or isinstance(handler.body[-1], ast.Raise)


def is_about_import(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler gets the error of a missing module."""
    kinds = (
        []
        if handler.type is None
        else [
            ast.unparse(each).rpartition(".")[2]
            for each in (
                handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            )
        ]
    )
    return handler.type is None or bool(set(kinds) & IMPORT_ERRORS)


def elements(node: ast.expr) -> list[ast.expr]:
    """Return the elements of a list that is spelled out, or the expression itself."""
    return node.elts if isinstance(node, ast.List | ast.Tuple) else [node]


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them, but no expressions, of which there are many more."""
    for node in body:
        yield node
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                yield from statements(inner)
