"""Imports and checks for modules that a function or a class makes in any case."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.optional_needs.sources import Source
from tools.optional_needs.statements import elements, imported, is_plain_with

CHECKING = re.compile(
    r"import|dependenc|installed|(^|_)requires?$|soft_|(^|check_|requires?_|optional_)package$|"
    r"backends?$",
    re.I,
)
CHECKING_SEVERAL = re.compile(r"soft_dep|(^|_)requires?(_backends)?$", re.I)
"""A call that may check for several modules."""
REQUIRED = re.compile(r"([A-Za-z][\w.]*)\s*([<>=!~][<>=\w.,!~ *]*)?")
"""A module that a check names, maybe with its version."""
LAZY = re.compile(r"^(optional|try|lazy|soft|safe|delayed)_?import|^Lazy(Import|Load|Module)", re.I)
"""What returns a module, or a name in one, that is imported when it is used, or not at all."""


def needed_by(
    node: ast.FunctionDef | ast.AsyncFunctionDef, found: Source, helpers: dict[str, ast.FunctionDef]
) -> set[str]:
    """Return the modules that a function needs in any case."""
    needs = set(in_any_case(node.body, found))
    for name in called(node.body):
        helper = helpers.get(name)
        if helper and helper is not node:
            needs |= set(in_any_case(helper.body, found))
    return needs


def in_any_case(body: list[ast.stmt], found: Source) -> Iterator[str]:
    yield from imported(body, found)
    for node in body:
        if is_plain_with(node):
            yield from in_any_case(node.body, found)
        elif isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call):
            yield from checked(node.value)
            name = ast.unparse(node.value.func)
            yield from found.lenient.get(name.removesuffix(".check"), ())
        if isinstance(node, ast.Expr | ast.Assign | ast.Return) and node.value:
            yield from lazily_used(node.value, found)
        elif isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise):
            yield from missing(node.test, found)


def missing(test: ast.expr, found: Source) -> Iterator[str]:
    """Yield the module that a condition finds missing: ``not HAS_X``, ``x is None``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        name = ast.unparse(test.operand)
    elif isinstance(test, ast.Compare) and ast.unparse(test).endswith(" is None"):
        name = ast.unparse(test.left)
    else:
        return
    name = name.removesuffix("()").rpartition(".")[2]
    if name in found.soft:
        yield found.soft[name]


def checked(call: ast.Call) -> Iterator[str]:
    """Yield the modules that a call checks for by their names."""
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "check_matplotlib_support":
        yield "matplotlib"
    elif CHECKING.search(name) and call.args:
        severity = {
            ast.unparse(each.value) for each in call.keywords if each.arg in ("severity", "errors")
        }
        args = call.args if CHECKING_SEVERAL.search(name) else call.args[:1]
        texts = [x.value for arg in args for x in elements(arg) if isinstance(x, ast.Constant)]
        if not severity - {"'error'", "'raise'"}:
            for text in texts:
                found = isinstance(text, str) and REQUIRED.fullmatch(text)
                yield from [found[1]] if found else []


def called(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the functions that statements call in any case."""
    for node in body:
        value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.Return) else None
        for each in evaluated(value) if value else ():
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
                yield each.func.id


def evaluated(value: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression and those in it that are evaluated in any case."""
    yield value
    if isinstance(value, ast.Lambda | ast.IfExp | ast.BoolOp | ast.GeneratorExp | ast.ListComp):
        return
    for each in ast.iter_child_nodes(value):
        inner = each.value if isinstance(each, ast.keyword) else each
        if isinstance(inner, ast.expr):
            yield from evaluated(inner)


def lazily_used(value: ast.expr, found: Source) -> Iterator[str]:
    """Yield the modules whose names a function that imports lazily gave: ``X = lazy("x")``."""
    for each in evaluated(value):
        if isinstance(each, ast.Attribute | ast.Call):
            inner = each.value if isinstance(each, ast.Attribute) else each.func
            if isinstance(inner, ast.Name) and inner.id in found.lazy:
                yield found.lazy[inner.id]


def methods_called(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the methods of its own that an object's statements call in any case."""
    for node in body:
        value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.Return) else None
        if isinstance(value, ast.Call) and ast.unparse(value.func).startswith("self."):
            yield ast.unparse(value.func).removeprefix("self.")
