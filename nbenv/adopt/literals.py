"""The names and the literal texts in expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

__all__ = [
    "dotted_name",
    "known_text",
    "last_attribute",
    "literal",
    "literal_text",
    "literal_texts",
]

_PATH = re.compile(r"(^|\.)(join|Path|PurePath|joinpath|str|fspath)$")


def dotted_name(node: ast.expr) -> str:
    """Return the dotted name of what is called, its end where it is long, empty for no name."""
    return ast.unparse(node)[-200:] if isinstance(node, (ast.Name, ast.Attribute)) else ""


def known_text(node: ast.expr) -> str:
    """Return a text as far as it is literal, with ``*`` for the rest: ``*/data.xlsx``."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(known_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        return known_text(node.left) + known_text(node.right)
    if isinstance(node, ast.Call) and node.args and _PATH.search(dotted_name(node.func)):
        return "/".join(map(known_text, node.args))
    return literal_text(node) or "*"


def literal_text(node: ast.expr) -> str:
    """Return a literal string, empty for any other expression."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def literal(node: ast.expr) -> str:
    """Return a literal string, True, False or None as text, empty for any other expression."""
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool)):
        return str(node.value)
    return literal_text(node)


def literal_texts(node: ast.Call) -> list[str]:
    """Return the literal strings among the arguments, in lists and nested calls too."""
    return list(_strings(node.args))


def _strings(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, (ast.List, ast.Tuple)):
            yield from _strings(node.elts)
        elif isinstance(node, ast.Call):
            yield from _strings(node.args)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(ast.unparse(each).strip("'\"") for each in node.values)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable":
            yield "{sys.executable}"


def last_attribute(node: ast.expr) -> str:
    """Return the last part of an attribute, from the dot, empty for another expression."""
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ""
