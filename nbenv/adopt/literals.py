"""The names and the literal texts in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "added_folders",
    "dotted_name",
    "elements",
    "first_operand",
    "is_reached",
    "known_text",
    "last_attribute",
    "literal",
    "literal_text",
    "literal_texts",
    "maker_name",
    "names_reached",
    "root_name",
]

_CONVERSION = re.compile(
    r"to_?(pandas|polars|numpy|xarray|dask|arrow|array|(data_?)?frame|df|dict|list)$|(fetch_?)?df$",
    re.IGNORECASE,
)
"""A method whose result is an object of another library."""
_PATH = re.compile(
    r"(^|\.)(join|Path|PurePath|joinpath|str|fspath|abspath|realpath|normpath|expanduser)$"
)


def dotted_name(node: ast.expr) -> str:
    """Return the dotted name of what is called, its end where it is long, empty for no name."""
    return ast.unparse(node)[-200:] if isinstance(node, (ast.Name, ast.Attribute)) else ""


def first_operand(node: ast.expr) -> ast.expr:
    """Return what a sum or a path starts with: ``server`` in ``server + query``."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node


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


def elements(node: ast.expr) -> list[ast.expr]:
    """Return the elements of a list that is spelled out, or the expression itself."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
        return node.elts
    return [node]


def literal_texts(node: ast.Call) -> list[str]:
    """Return the literal strings among the arguments, in lists and nested calls too."""
    return list(_strings(node.args))


def added_folders(node: ast.Call, texts: Mapping[str, str]) -> list[str]:
    """Return the folders that a call adds to a path, as far as they are literal.

    ``str(ROOT / "src")`` is ``src``, and an empty text a folder that only the code knows.

    Parameters
    ----------
    node
        The call.
    texts
        Variables whose values are literal, or end in what is.
    """
    found = [each for each in literal_texts(node) if "{" not in each]
    for each in () if found else node.args[-1:]:
        text = texts.get(each.id, "") if isinstance(each, ast.Name) else known_text(each)
        found.append(text.lstrip("*").strip("/"))
    return [each for each in found if "*" not in each]


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


def root_name(node: ast.expr) -> str:
    """Return the name that a value comes from by calls, attributes and items, empty for none.

    What a method makes for another library, as ``to_pandas()`` does, comes from no name.
    """
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute) and _CONVERSION.match(node.attr):
            return ""
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Await):
            node = node.value
        else:
            return ""
    return node.id


def maker_name(node: ast.expr) -> str:
    """Return the last part of the name of what is called for a value, empty for no call."""
    node = node.value if isinstance(node, ast.Await) else node
    name = node.func if isinstance(node, ast.Call) else None
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def names_reached(executed: Iterable[ast.AST], imported: Iterable[ast.AST]) -> set[str]:
    """Return the names that code uses when it runs.

    Parameters
    ----------
    executed
        Code whose functions all count.
    imported
        Code whose functions count where their names are used by what counts.
    """
    used = {name for tree in executed for _, name in _names_used_in(tree)}
    waiting = [each for tree in imported for each in _names_used_in(tree)]
    while waiting:
        reached = {name for within, name in waiting if is_reached(within, used)}
        if reached <= used:
            break
        used |= reached
        waiting = [each for each in waiting if each[1] not in used]
    return used


def is_reached(within: tuple[str, ...], used: set[str]) -> bool:
    """Return whether code in these functions and classes runs where these names are used."""
    return all(name in used or re.fullmatch(r"__\w+__", name) for name in within)


def _names_used_in(
    node: ast.AST, within: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the functions and classes around each name that code uses, and the name.

    A function that uses its own name is no use of it.
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        within = (*within, node.name)
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name not in within:
            yield within, name
    for each in ast.iter_child_nodes(node):
        yield from _names_used_in(each, within)
