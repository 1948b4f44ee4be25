"""The versions that a cell prints: what it shows of ``__version__``, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

__all__ = ["printed_versions"]

_VERSION = r"v?(\d+(?:\.\d+)+(?:(?:a|b|rc|\.post|\.dev|\+)\w+)*)"
_ANYTHING = r"(?:.*?)"
_LONGEST = 300
_MOST_UNKNOWN = 4
_MOST_MODULES = 20
"""Limits that keep matching fast, whatever a notebook holds."""
_MAGIC = re.compile(r"^\s*[%!?].*$|^.*\?\s*$", re.MULTILINE)


def printed_versions(source: str, output: str) -> Iterator[tuple[str, str]]:
    """Yield the modules whose versions a cell prints, and the versions.

    Only what code prints that names ``module.__version__`` counts, in the line that it prints:
    other numbers in an output may be anything.

    Parameters
    ----------
    source
        The cell's code.
    output
        The text of its outputs.
    """
    if "__version__" not in source:
        return
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except (SyntaxError, ValueError):
        return
    lines = [line.strip() for line in output.splitlines() if len(line) <= _LONGEST]
    for modules, pattern in _shown(tree):
        if pattern.count(_ANYTHING) > _MOST_UNKNOWN or len(modules) > _MOST_MODULES:
            continue
        found = next((m for line in lines if (m := re.fullmatch(pattern, line))), None)
        yield from zip(modules, found.groups() if found else (), strict=False)


def _shown(tree: ast.Module) -> Iterator[tuple[list[str], str]]:
    """Yield the modules of each thing that is shown, and the pattern of its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "display"):
            yield _line(node.args, r"\s+")
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call):
        is_tuple = isinstance(last.value, ast.Tuple)
        parts = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
        modules, pattern = _line(parts, r"['\"]?,\s*['\"]?")
        yield modules, rf"\(?['\"]?{pattern}['\"]?,?\)?" if is_tuple else rf"['\"]?{pattern}['\"]?"


def _line(parts: Sequence[ast.expr], separator: str) -> tuple[list[str], str]:
    """Return the modules in the parts of one line, and a pattern with a group for each."""
    modules: list[str] = []
    patterns = [_pattern(part, modules) for part in parts]
    return modules, separator.join(patterns) if modules else r"(?!)"


def _pattern(node: ast.expr, modules: list[str]) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "__version__":
        modules.append(ast.unparse(node.value))
        return _VERSION
    if isinstance(node, ast.Constant):
        return r"\s*".join(map(re.escape, str(node.value).split()))
    if isinstance(node, ast.JoinedStr):
        return r"\s*".join(_pattern(part, modules) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _pattern(node.value, modules)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return rf"{_pattern(node.left, modules)}\s*{_pattern(node.right, modules)}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _formatted(node.left, r"%\S*?[sdrf]", values, modules)
    if isinstance(node, ast.Call):
        return _call(node, modules)
    return _ANYTHING


def _call(node: ast.Call, modules: list[str]) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _formatted(node.func.value, r"\{[^}]*\}", node.args, modules)
    if ast.unparse(node.func) in ("str", "repr", "parse_version", "Version") and node.args:
        return _pattern(node.args[0], modules)
    return _ANYTHING


def _formatted(
    template: ast.expr, field: str, values: Sequence[ast.expr], modules: list[str]
) -> str:
    """Return the pattern of a template that is filled with values, in their order."""
    if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
        return _ANYTHING
    pieces = re.split(field, template.value)
    patterns = [r"\s*".join(map(re.escape, piece.split())) for piece in pieces]
    filled = patterns[0]
    for value, after in zip(values, patterns[1:], strict=False):
        filled += rf"\s*{_pattern(value, modules)}\s*{after}"
    return filled
