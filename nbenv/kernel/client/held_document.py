"""Find the document that the client of a kernel holds in memory.

What executes documents holds one beside its kernel's manager, as nbclient's ``NotebookClient`` does
and all that is built on it. That is certain, however many documents run in the process. Where
nothing holds both, the document counts which the nearest function holds that holds one, if there is
exactly one that names this kernel.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from nbenv.core.file_names import is_notebook
from nbenv.kernel.client.callers import callers

__all__ = ["Document", "Held", "find_held"]

Document = dict[str, Any]
"""A notebook in memory: nbformat's ``NotebookNode``, or a plain dictionary of the same form."""

_PLAIN = (str, bytes, int, float, bool, type(None), type, ModuleType, FunctionType, MethodType)
"""Values that hold no document."""
_CONTAINERS = (dict, list, tuple, FrameType)
_FEW = 64
"""Items of a list or a dictionary that is looked into."""
_LONGEST = 4096
"""Characters of what may be a path."""


@dataclass(frozen=True)
class Held:
    """A document, and names of files that its client knows, one of which may be its own."""

    document: Document
    names: list[str] = field(default_factory=list)


def find_held(manager: object) -> Held | None:
    """Return the document that the kernel of a manager is started for; None if that is unclear.

    Parameters
    ----------
    manager
        The kernel's manager, whose method that starts the kernel runs now.
    """
    names: list[str] = []
    beside: Document | None = None
    nearest: Document | None = None
    is_searched = False
    for frame in callers(sys._getframe(1)):
        variables = dict(frame.f_locals.items())
        names.extend(_all_names(variables))  # of all frames: what calls a client knows the file
        if beside is None:
            beside = _document_beside(manager, variables.values())
        if frame.f_code.co_name != "<module>" and not is_searched:  # a script may have read others
            named = _documents_for(manager, variables)
            nearest, is_searched = _only(named), bool(named)
    found = beside or _document_beside(manager, _owners(manager)) or nearest
    return None if found is None else Held(found, names)


def _document_beside(manager: object, values: Iterable[object]) -> Document | None:
    """Return the document of the value that holds the manager, None where there is none."""
    for value in values:
        parts = {} if value is manager else _parts(value)
        if _holds(parts, manager):
            found = _only(_documents(parts))
            if found is not None:
                return found
    return None


def _documents_for(manager: object, variables: dict[str, object]) -> list[Document]:
    """Return the documents that variables hold, one level deep, and that name the kernel."""
    found = _documents(variables)
    for value in variables.values():
        found.extend(_documents(_parts(value)))
    wanted = getattr(manager, "kernel_name", None)
    return [each for each in found if _kernel_name(each) == wanted]


def _owners(manager: object) -> Iterator[object]:
    """Yield the objects that hold a manager as an attribute or a trait, wherever they are.

    Such as a client that starts its kernel on a thread. Each step looks at every object of the
    process, which takes milliseconds; it is left out where nothing can read a notebook.
    """
    if "nbformat" not in sys.modules:
        return
    level: list[object] = [manager]
    for _ in range(3):  # an attribute, in a dictionary of traits, in a dictionary of attributes
        found = [each for each in gc.get_referrers(*level) if each is not level]
        yield from (each for each in found if not isinstance(each, (*_PLAIN, *_CONTAINERS)))
        level = [each for each in found if isinstance(each, dict) and "__name__" not in each]
        if not level:
            return


def _parts(value: object) -> dict[Any, object]:
    """Return what a value holds, one level deep: attributes, traits or items."""
    if isinstance(value, _PLAIN) or _is_document(value):
        return {}
    if isinstance(value, dict):
        return dict(value) if len(value) <= _FEW else {}
    if isinstance(value, (list, tuple)):
        return dict(enumerate(value)) if len(value) <= _FEW else {}
    try:
        attributes = object.__getattribute__(value, "__dict__")
        traits = attributes.get("_trait_values", {})
        return {**attributes, **traits}
    except (AttributeError, TypeError):  # an object without attributes of its own
        return {}


def _holds(parts: Mapping[Any, object], manager: object) -> bool:
    return any(each is manager for each in parts.values())


def _documents(parts: Mapping[Any, object]) -> list[Document]:
    return [each for each in parts.values() if _is_document(each)]  # type: ignore[misc]


def _is_document(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    content = value.get("cells", value.get("worksheets"))
    return isinstance(content, list) and isinstance(value.get("metadata"), dict)


def _only(documents: list[Document]) -> Document | None:
    """Return the document if all of them are the same one."""
    first = documents[0] if documents else None
    return first if all(each is first for each in documents) else None


def _kernel_name(document: Document) -> object:
    kernelspec = document["metadata"].get("kernelspec")
    return kernelspec.get("name") if isinstance(kernelspec, dict) else None


# -- names of files


def _all_names(variables: dict[str, object]) -> list[str]:
    """Return the names of notebooks that variables hold, one level deep."""
    found = _names(variables)
    for value in variables.values():
        found.extend(_names(_parts(value)))
    return found


def _names(parts: Mapping[Any, object]) -> list[str]:
    named = {name: each for name, each in parts.items() if not _is_output(name)}
    found = [_as_name(each) for each in named.values()]
    found.append(_in_resources(named.get("resources")))
    return [each for each in found if each]


def _is_output(name: object) -> bool:
    return isinstance(name, str) and "out" in name.lower()


def _as_name(value: object) -> str:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    is_name = isinstance(value, str) and len(value) <= _LONGEST and is_notebook(value)
    return str(value) if is_name else ""


def _in_resources(resources: object) -> str:
    """Return the name that nbconvert gives its preprocessors."""
    about = resources.get("metadata") if isinstance(resources, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return ""
    return os.path.join(str(about.get("path") or ""), about["name"] + ".ipynb")
