"""Turn a cell into Python with IPython's own transform, without the rest of IPython.

``valid_lines`` makes code out of what is nearly Python.

``import IPython`` takes a third of a dry run, for a shell that nobody starts. The transform is a
module of its own that needs none of it, so it is imported into an empty package of that name, which
is forgotten again: whoever imports IPython later gets all of it.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol, cast

__all__ = ["as_meant", "transform_cell", "valid_lines"]

_IMPORT = re.compile(r"\s*(import|from)\s")
_UNMARKED_INSTALL = re.compile(
    r"^(\s*)((?:pip3?|conda|mamba|uv pip) (?:install|add) )", re.MULTILINE
)
_SMUGGLED = re.compile(r"^([ \t]*(?:from[ \t]+[\w.]+[ \t]+)?)smuggle[ \t]+(?=\w)", re.MULTILINE)
"""An import that installs what is missing, as davos has it."""
_PACKAGE = "IPython"
_MODULE = f"{_PACKAGE}.core.inputtransformer2"


class _Transformers(Protocol):
    """The part of IPython's module that is used."""

    def TransformerManager(self) -> _Transformer: ...


class _Transformer(Protocol):
    def transform_cell(self, cell: str) -> str: ...


def as_meant(source: str) -> str:
    """Return a cell with a sign before ``pip install``, and imports for what davos smuggles in."""
    if not source.lstrip().startswith("%%"):
        source = _UNMARKED_INSTALL.sub(r"\1%\2", source)
    return _SMUGGLED.sub(r"\1import ", source)


def transform_cell(source: str) -> str:
    """Return the Python that IPython runs for a cell: magics and commands become calls."""
    return _transformers().TransformerManager().transform_cell(source)


def valid_lines(source: str) -> str:
    """Return code without the lines that are not valid Python.

    Exercises have blanks to fill in, and old notebooks Python 2's print: what else they import is
    needed all the same. Where leaving out lines does not help, the imports are left.
    """
    lines = source.splitlines()
    for _ in range(2 * len(lines)):
        number = _invalid_line(lines)
        if number is None:
            return "\n".join(lines)
        text = lines[number].strip()
        if not text:
            break
        indent = lines[number][: -len(lines[number].lstrip())] if text != "pass" else ""
        lines[number] = "" if text == "pass" else f"{indent}pass"
    imports = [each.strip() for each in source.splitlines() if _IMPORT.match(each)]
    return "\n".join(each for each in imports if _invalid_line([each]) is None)


def _invalid_line(lines: list[str]) -> int | None:
    """Return the number of the line that Python complains of."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        return min(max(error.lineno or 1, 1), len(lines)) - 1
    except (ValueError, RecursionError, MemoryError):
        return len(lines) - 1
    return None


@cache
def _transformers() -> _Transformers:
    if _PACKAGE in sys.modules:
        return cast("_Transformers", importlib.import_module(_MODULE))
    return _imported_alone() or cast("_Transformers", importlib.import_module(_MODULE))


def _imported_alone() -> _Transformers | None:
    """Import the module into an empty package; return None where it needs more than that."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        return None
    package = ModuleType(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[_PACKAGE] = package
    try:
        return cast("_Transformers", importlib.import_module(_MODULE))
    except (ImportError, AttributeError):
        return None
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
            del sys.modules[name]
