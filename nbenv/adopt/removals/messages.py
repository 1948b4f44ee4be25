"""Tell from an error in a running cell what a later version removed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from nbenv.adopt.removals.table import (
    Removal,
    derived_removal_of,
    removal_of,
    removal_of_member,
    removal_of_version,
)
from nbenv.core.import_names import distribution_of, distributions

__all__ = ["removal_in"]

_MODULE = re.compile(r"No module named '([\w.]+)'")
_NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
_ATTRIBUTE = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_MEMBER = re.compile(r"'?(\w+)'? object has no attribute '(\w+)'")
_KEYWORD = re.compile(r"(\w+(?:\.\w+)?)\(\) got an unexpected keyword argument '(\w+)'")
_POSITIONAL = re.compile(r"(\w+\.\w+)\(\) takes (?:from \d+ to )?\d+ positional arguments? but")
_TOLD = re.compile(
    r"(?:removed|no longer (?:supported|available))\b[^\n]{0,80}?\b(?:in|from|since)\b (?:the )?"
    r"(?P<owner>[A-Za-z][\w-]+)(?: since)?(?: version)?[ >=]*v?(?P<version>\d+(?:\.\d+)*)"
)
_KNOWN = (
    (re.compile(r"'seaborn\S*' (?:is not a valid package style|not found in the style)"),
     "matplotlib", "3.8"),
    (re.compile(r"\[E966\]"), "spacy", "3.0"),
    (re.compile(r"unexpected attribute 'plot_(?:width|height)'"), "bokeh", "3.0"),
    (re.compile(r"not recognized: \{'lr'|`lr` is no longer"), "keras", "3.0"),
    (re.compile(r"plotly\.plotly module is deprecated"), "plotly", "4.0"),
    (re.compile(r"statsmodels\.tsa\.arima_model"), "statsmodels", "0.13"),
    (re.compile(r"'max_features' parameter of \w+ must be .*'auto'", re.DOTALL),
     "scikit-learn", "1.3"),
    (re.compile(r"`BaseSettings` has been moved"), "pydantic", "2.0"),
)  # fmt: skip
"""Messages about a removal that do not name it, and the version that made it."""


def removal_in(message: str) -> Removal | None:
    """Return the removal that an error's message is about, None where none is known."""
    found = next(filter(None, _by_name(message)), None)
    if found is not None:
        return found
    for pattern, distribution, version in _KNOWN:
        if pattern.search(message):
            return removal_of_version(distribution, version)
    return _told_by_itself(message) or next(filter(None, _derived(message)), None)


def _derived(message: str) -> Iterator[Removal | None]:
    """Look a module or a name that an error misses up in what releases removed."""
    if found := _MODULE.search(message):
        yield derived_removal_of(found[1])
    for pattern, order in ((_NAME, (2, 1)), (_ATTRIBUTE, (1, 2))):
        if found := pattern.search(message):
            yield derived_removal_of(".".join(found[each] for each in order))


def _by_name(message: str) -> Iterator[Removal | None]:
    if found := _MODULE.search(message):
        yield removal_of(found[1])
    if found := _NAME.search(message):
        yield removal_of(f"{found[2]}.{found[1]}")
    if found := _ATTRIBUTE.search(message):
        yield removal_of(f"{found[1]}.{found[2]}")
    if found := _MEMBER.search(message):
        yield removal_of_member(found[1], found[2])
    if found := _KEYWORD.search(message):
        call = found[1].removesuffix(".__init__")
        yield removal_of(f"{call}({found[2]})")
        yield removal_of(f"{call.rpartition('.')[2]}({found[2]})")
    if found := _POSITIONAL.search(message):
        yield removal_of(f"{found[1]}()")


def _told_by_itself(message: str) -> Removal | None:
    """Read messages such as ``np.float_ was removed in the NumPy 2.0 release``."""
    found = _TOLD.search(message)
    if not found:
        return None
    name = str(canonicalize_name(found["owner"]))
    owner = name if name in distributions() else distribution_of(found["owner"].lower())
    return removal_of_version(owner, found["version"].rstrip(".")) if owner else None
