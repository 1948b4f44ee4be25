"""YAML with the places of its keys, and without what makes YAML dangerous.

A header may come from a stranger: no tag constructs an object, no merge key is followed, and what
aliases repeat is counted as often as they repeat it.
"""

from __future__ import annotations

from typing import NamedTuple

import yaml

__all__ = ["Key", "compose", "dump", "is_block", "keys_of", "value_of"]

_MOST_VALUES = 200_000
_DEEPEST = 64
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TRUE = ("yes", "true", "on")


class Key(NamedTuple):
    """A key of a mapping: its first line, the line after its value, and the value."""

    line: int
    end: int
    value: yaml.Node


def compose(text: str) -> yaml.Node | None:
    """Parse YAML into nodes; None where there is nothing.

    Raises
    ------
    ValueError
        It is not YAML, or too deep or too large; the message says where.
    """
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ValueError(f"line {mark.line + 1}: {problem}" if mark else str(problem)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if root is not None:
        _check(root)
        if not isinstance(root, yaml.MappingNode):
            return None  # a rule in a text, and no header
    return root


def _check(root: yaml.Node) -> None:
    """Raise unless every value can be made of it in reasonable time."""
    count, waiting = 0, [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > _MOST_VALUES or depth > _DEEPEST:
            raise ValueError("it is too large or nested too deeply")
        waiting += [(each, depth + 1) for each in _children(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [each for pair in node.value for each in pair] if _is_mapping(node) else []


def _is_mapping(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.MappingNode)


def is_block(node: yaml.Node | None) -> bool:
    """Return whether a node is a mapping with one key a line."""
    return isinstance(node, yaml.MappingNode) and not node.flow_style


def keys_of(node: yaml.Node | None) -> dict[str, Key]:
    """Return the keys of a mapping in their order, none for another node; the last of equals."""
    if node is None or not _is_mapping(node):
        return {}
    return {
        name.value: Key(name.start_mark.line, _last_line(value) + 1, value)
        for name, value in node.value
        if isinstance(name, yaml.ScalarNode)
    }


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a value; comments and blank lines that follow do not belong to it."""
    children = [] if getattr(node, "flow_style", False) else _children(node)
    if children:
        return max(node.start_mark.line, _last_line(children[-1]))
    mark = node.end_mark
    is_block_text = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(mark.line) - int(is_block_text and mark.column == 0)


def value_of(node: yaml.Node) -> object:
    """Return the plain value of a node; what JSON does not know is text, as dates are."""
    if _is_mapping(node):
        return {str(value_of(name)): value_of(value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [value_of(each) for each in node.value]
    return _scalar(node.tag.removeprefix(_TAG), str(node.value))


def _scalar(tag: str, text: str) -> object:
    try:
        if tag == "int":
            return int(text.replace("_", ""), 10)
        if tag == "float":
            return float(text.replace("_", ""))
    except ValueError:  # another base, or an infinity as YAML writes it
        return text
    if tag == "bool":
        return text.lower() in _TRUE
    return None if tag == "null" else text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def dump(value: dict[str, object], column: int = 0) -> list[str]:
    """Return the lines of a mapping as jupytext writes them, indented to a column."""
    nested: dict[str, object] = value
    for _ in range(column // 2):  # lines are folded where jupytext folds them
        nested = {"x": nested}
    text = yaml.dump(nested, Dumper=_Dumper, default_flow_style=False)
    lines = text.splitlines()[column // 2 :]
    indent = column - column // 2 * 2
    return [" " * indent + line for line in lines]
