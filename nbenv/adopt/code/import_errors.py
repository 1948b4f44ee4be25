"""Read from the ``try`` around an import whether the module is needed, or another one."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable

__all__ = ["bound_by_packages", "goes_on", "tolerates_a_missing_module"]

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_EXITS = {"exit", "quit", "sys.exit", "os._exit"}


def bound_by_packages(body: Iterable[ast.stmt]) -> set[str]:
    """Return the names that statements import, but from the standard library."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0]
        not in sys.stdlib_module_names
    }


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({ast.unparse(each) for each in kinds} & _IMPORT_ERRORS)


def tolerates_a_missing_module(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler goes on without a module; one that installs it needs it."""
    return goes_on(handler) and not re.search(
        r"\b(pip3?|conda|mamba)\b.*\binstall\b", ast.unparse(handler), re.DOTALL
    )


def goes_on(handler: ast.ExceptHandler) -> bool:
    """Return whether the program goes on after a module was missing, maybe by installing it."""
    return _catches_import_error(handler) and not _gives_up(handler)


def _gives_up(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler ends the program, so that the missing module is needed."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise):
        return True
    call = last.value if isinstance(last, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in _EXITS
