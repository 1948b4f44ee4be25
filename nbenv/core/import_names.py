"""Map imported modules to distributions, by a table that ships with nbenv and never by a guess.

``tools/mapping.py`` makes the table, ``import_names.txt``, from lists that other projects maintain.
A guess could install what a stranger registered under the name of a module.
"""

from __future__ import annotations

import re
import sys
from functools import cache

from packaging.utils import canonicalize_name

__all__ = ["candidates_of", "distribution_of", "distributions", "is_namespace", "known"]


def distribution_of(module: str) -> str | None:
    """Return the distribution that provides a module, None for an unknown one.

    The longest known prefix decides: ``google.cloud.storage.blob`` belongs to the distribution of
    ``google.cloud.storage``. A version at the end of a part, as API clients have it
    (``vision_v1``), may be missing in the table. Modules of the standard library give None.
    """
    parts = module.split(".")
    if parts[0] in sys.stdlib_module_names:
        return None
    for names in (parts, [re.sub(r"(?<=\w)_v\d\w*$", "", part) for part in parts]):
        for length in range(len(names), 0, -1):
            found = _entry(prefix := ".".join(names[:length]))
            if found is not None:
                return found or canonicalize_name(prefix)
    return None


def is_namespace(module: str) -> bool:
    """Return whether several packages share a module, such as ``google.cloud``, and none has it."""
    if distribution_of(module) is not None:
        return False
    text, prefix = _text(), f"{module}.".encode()
    return text.startswith(prefix, _first_from(text, prefix))


def candidates_of(module: str) -> tuple[str, ...]:
    """Return the packages that claim a module under another name, which nobody has reviewed.

    They are worth a question to an index, and a look at what they hold; they are no answer.
    """
    found = _look_up(_data("import_candidates.txt"), module.partition(".")[0])
    return tuple(found.split()) if found else ()


def _entry(module: str) -> str | None:
    return _look_up(_text(), module)


def _look_up(text: bytes, module: str) -> str | None:
    """Look one module up in sorted text: a failed import should not wait for all to be read."""
    word = module.encode()
    start = _first_from(text, word)
    entry, _, name = text[start : text.find(b"\n", start)].partition(b" ")
    return name.decode() if entry == word else None


def _first_from(text: bytes, word: bytes) -> int:
    """Return where the first line begins whose first word is not before `word`."""
    low, high = 0, len(text)
    while low < high:
        start = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = text.find(b"\n", start)
        entry = text[start:end].partition(b" ")[0]
        low, high = (end + 1, high) if entry < word else (low, start)
    return low


@cache
def _text() -> bytes:
    return _data("import_names.txt")


def _data(name: str) -> bytes:
    from pkgutil import get_data  # slow, and seldom needed

    return get_data(__package__, name) or b""


@cache
def known() -> dict[str, str]:
    """Return the table: module → distribution, or an empty string where both have one name."""
    lines = (line.partition(" ") for line in _text().decode().splitlines() if line[0] != "#")
    return {module: name for module, _, name in lines}


@cache
def distributions() -> frozenset[str]:
    """Return the names of all distributions in the table."""
    return frozenset(name or canonicalize_name(module) for module, name in known().items())
