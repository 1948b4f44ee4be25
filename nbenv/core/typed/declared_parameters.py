"""The parameters that a notebook declares: what its cell with the tag ``parameters`` assigns.

Those are papermill's rules. This module is copied into images, too (see `parameters`).

https://papermill.readthedocs.io/en/latest/usage-parameterize.html
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "TAG", "Default", "ParameterError", "declared", "tags_of"]

TAG = "parameters"
KINDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text",
    "list": "a list, as in JSON", "tuple": "a list, as in JSON", "dict": "an object, as in JSON",
    "set": "a set, as in Python", "bytes": "bytes, as in Python", "complex": "a complex number",
}  # fmt: skip
"""The types that are checked, and what to say that they take."""
_CONTAINERS = ("list", "tuple", "dict", "set")


class ParameterError(ValueError):
    """Parameters that do not fit the notebook, or cannot be read."""


@dataclass(frozen=True)
class Default:
    """A parameter's default as code, and the name of its type, "" where any will do.

    `code` is "" for a name that is only annotated, and has to be given.
    """

    code: str
    kind: str
    takes_none: bool = False


def declared(cells: Sequence[Mapping[str, Any]]) -> dict[str, Default]:
    """Return the parameters that the notebook's cells declare.

    Raises
    ------
    ParameterError
        No cell is tagged, or the tagged one is no Python.
    """
    cell = next((each for each in cells if TAG in tags_of(each)), None)
    if cell is None:
        raise ParameterError(
            f"The notebook takes no parameters: none of its cells has the tag {TAG}. Give that tag "
            "to the cell that assigns their defaults."
        )
    source = cell.get("source", "")
    code = source if isinstance(source, str) else "".join(source)
    try:
        return dict(_assigned(_parsed(code), code))
    except SyntaxError as error:
        where = f"line {error.lineno}: {error.msg}"
        raise ParameterError(f"The cell tagged {TAG} is not Python, {where}.") from None
    except ValueError as error:  # a null byte, before Python 3.12
        raise ParameterError(f"The cell tagged {TAG} is not Python: {error}.") from None


def _parsed(code: str) -> ast.Module:
    """Return the syntax tree of a cell, without its magics and comments that are no types."""
    with contextlib.suppress(SyntaxError):
        return ast.parse(code, type_comments=True)
    with contextlib.suppress(SyntaxError):
        return ast.parse(code)
    plain = re.sub(r"^[ \t]*[%!].*$", "", code, flags=re.MULTILINE)  # each line keeps its number
    return ast.parse(plain)


def _assigned(tree: ast.Module, code: str) -> Iterator[tuple[str, Default]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            kind = _expression(node.type_comment) if node.type_comment else None
            for target in node.targets:
                for name, value in _bound(target, node.value):
                    default = _default(value, code)
                    yield name, default if kind is None else _annotated(default, kind)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            default = _default(node.value, code) if node.value else Default("", "")
            yield node.target.id, _annotated(default, node.annotation)


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names of an assignment with what each gets, as far as that can be read."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        is_plain = len(parts) == len(target.elts) and not any(
            isinstance(each, ast.Starred) for each in (*parts, *target.elts)
        )
        for number, each in enumerate(target.elts):
            inner = each.value if isinstance(each, ast.Starred) else each
            yield from _bound(inner, parts[number] if is_plain else ast.Name("unknown"))


def _default(value: ast.expr, code: str) -> Default:
    shown = ast.get_source_segment(code, value) if hasattr(value, "lineno") else ""
    try:
        known = ast.literal_eval(value)
    except (TypeError, ValueError):  # a computed value, or a list as a key
        return Default(shown or "", "", takes_none=True)
    kind = type(known).__name__
    return Default(shown or "", kind if kind in KINDS else "", known is None)


def _annotated(default: Default, annotation: ast.expr) -> Default:
    """Return a default with the type of its annotation, as far as it is one that is checked."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _expression(annotation.value)
    names = [
        (each.id if isinstance(each, ast.Name) else each.attr).lower()
        for each in ast.walk(annotation)
        if isinstance(each, (ast.Name, ast.Attribute))
    ]
    kinds = [name for name in names if name in KINDS]
    takes_none = default.takes_none or "optional" in names
    if not kinds:
        return Default(default.code, default.kind, takes_none)
    is_one = len(kinds) == 1 or kinds[0] in _CONTAINERS
    return Default(default.code, kinds[0] if is_one else "", takes_none)


def _expression(text: str) -> ast.expr:
    """Return a type that is written as text, which words of a comment may follow."""
    for part in (text, text.split(None, 1)[0] if text.strip() else ""):
        with contextlib.suppress(SyntaxError):
            return ast.parse(part, mode="eval").body
    return ast.Constant(None)


def tags_of(cell: Mapping[str, Any]) -> Sequence[str]:
    """Return a cell's tags."""
    tags = cell.get("metadata", {}).get("tags", ())
    return tags if isinstance(tags, (list, tuple)) else ()
