"""Recognise the conditions under which code imports and installs."""

from __future__ import annotations

import ast
import re

__all__ = ["ALWAYS_TRUE", "ASKS_FOR_EXTRA", "chooses_imports", "is_for_programs"]

ASKS_FOR_EXTRA = re.compile(
    r"check\w*\(|find_spec|find_loader|avail|installed|\b(has|have|with)_|sys\.modules|\bPY2\b"
    r"|version_info(\[0\]|\.major)? (<|== 2)|'win32'|'nt'|'Windows'|'[Dd]arwin'",
    re.IGNORECASE,
)
"""A condition that asks for something that not everybody has."""
ALWAYS_TRUE = re.compile(r"^(True|1|__name__ == '__main__')$")


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
