"""Turn a cell into Python with IPython's own transform, without the rest of IPython.

``import IPython`` takes a third of a dry run, for a shell that nobody starts. The transform is a
module of its own that needs none of it, so it is imported into an empty package of that name, which
is forgotten again: whoever imports IPython later gets all of it.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol, cast

__all__ = ["transform_cell"]

_PACKAGE = "IPython"
_MODULE = f"{_PACKAGE}.core.inputtransformer2"


class _Transformers(Protocol):
    """The part of IPython's module that is used."""

    def TransformerManager(self) -> _Transformer: ...


class _Transformer(Protocol):
    def transform_cell(self, cell: str) -> str: ...


def transform_cell(source: str) -> str:
    """Return the Python that IPython runs for a cell: magics and commands become calls."""
    return _transformers().TransformerManager().transform_cell(source)


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
