"""Describe a call by what of it is known without running it."""

from __future__ import annotations

import ast

from nbenv.adopt.code.facts import Call
from nbenv.adopt.literals import (
    dotted_name,
    elements,
    first_operand,
    known_text,
    last_attribute,
    literal,
    literal_text,
    maker_name,
    root_name,
)

__all__ = ["described"]


def described(node: ast.Call, within: tuple[str, ...]) -> Call:
    """Return the facts about a call that is within some function and class."""
    values = [*node.args, *(each.value for each in node.keywords)]
    starts = map(first_operand, values)
    return Call(
        dotted_name(node.func) or last_attribute(node.func),
        tuple(map(literal_text, node.args)),
        tuple((x.arg or "", literal(each)) for x in node.keywords for each in elements(x.value)),
        tuple(
            text
            for value in values
            for each in elements(value)
            if (text := known_text(each)).strip("*")
        ),
        tuple(each.id for each in starts if isinstance(each, ast.Name)),
        root=root_name(node.func),
        maker=maker_name(node.func.value) if isinstance(node.func, ast.Attribute) else "",
        within=within,
    )
