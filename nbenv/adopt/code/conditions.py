"""Recognise the conditions under which code imports and installs."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TypeGuard

__all__ = [
    "ALWAYS_TRUE",
    "ASKS_FOR_EXTRA",
    "asks_for_colab",
    "chooses_imports",
    "imports_colab",
    "is_for_programs",
    "needs_variable",
]

ASKS_FOR_EXTRA = re.compile(
    r"check\w*\(|find_spec|find_loader|avail|installed|\b(has|have|with)_|sys\.modules|\bPY2\b"
    r"|version_info(\[0\]|\.major)? (<|== 2)|'win32'|'nt'|'Windows'|'[Dd]arwin'",
    re.IGNORECASE,
)
"""A condition that asks for something that not everybody has."""
_LOOKUPS = ("os.environ.get", "os.getenv", "environ.get", "getenv")
ALWAYS_TRUE = re.compile(r"^(True|1|__name__ == '__main__')$")


def asks_for_colab(test: ast.expr) -> tuple[bool, bool]:
    """Return whether the branch of a condition runs on Colab only, and whether the other one does.

    Of "on Colab, and something else", the other branch runs elsewhere too.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        here, elsewhere = asks_for_colab(test.operand)
        return elsewhere, here
    if isinstance(test, ast.BoolOp):
        found = [asks_for_colab(each) for each in test.values]
        first, second = [x for x, _ in found], [x for _, x in found]
        if isinstance(test.op, ast.And):
            return any(first), all(second)
        return all(first), any(second)
    if "colab" not in ast.unparse(test).lower():
        return False, False
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        is_false = isinstance(right, ast.Constant) and right.value in (None, False)
        is_other = isinstance(test.ops[0], ast.NotIn | ast.NotEq | ast.IsNot)
        return (False, True) if is_false != is_other else (True, False)
    return True, False


def imports_colab(node: ast.stmt) -> bool:
    """Return whether a statement imports what only Colab has, so that it fails anywhere else."""
    names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(name == "google.colab" or name.startswith("google.colab.") for name in names) or (
        isinstance(node, ast.ImportFrom)
        and node.module == "google"
        and any(each.name == "colab" for each in node.names)
    )


def is_for_programs(node: ast.stmt) -> bool:
    """Return whether a statement does nothing where its file is imported."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def chooses_imports(node: ast.If) -> bool:
    """Return whether several branches import: a function that takes models of any library."""
    branches, rest = [node.body], node.orelse
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        branches.append(rest[0].body)
        rest = rest[0].orelse
    branches.append(rest)
    return sum(any(isinstance(x, ast.Import | ast.ImportFrom) for x in b) for b in branches) > 1


def needs_variable(test: ast.expr, values: Mapping[str, ast.expr]) -> tuple[bool, bool]:
    """Return whether the branch of a condition runs only where an environment variable is set.

    The second is whether the other branch does: ``os.environ.get("A") == "1"`` is false without
    the variable, ``os.getenv("A", "1") == "1"`` is true.

    Parameters
    ----------
    test
        The condition.
    values
        Names → the expressions of their values.
    """
    test = _value_of(test, values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        needs, other = needs_variable(test.operand, values)
        return other, needs
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = _value_of(test.left, values), test.comparators[0]
        is_other = isinstance(test.ops[0], ast.NotIn | ast.NotEq | ast.IsNot)
        if ast.unparse(right) == "os.environ" and isinstance(test.ops[0], ast.In | ast.NotIn):
            return not is_other, is_other
        if not _is_lookup(left) or not isinstance(right, ast.Constant):
            return False, False
        without = (_default_of(left) == right.value) != is_other
        return not without, without
    if _is_lookup(test):
        is_set = bool(_default_of(test))
        return not is_set, is_set
    return False, False


def _value_of(node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    return values.get(node.id, node) if isinstance(node, ast.Name) else node


def _is_lookup(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in _LOOKUPS


def _default_of(node: ast.Call) -> object:
    """Return the value that a look-up gives for a variable that is not set."""
    given = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "default")]
    return next((each.value for each in given if isinstance(each, ast.Constant)), None)
