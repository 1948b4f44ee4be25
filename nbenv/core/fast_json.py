"""JSON read with what the interpreter has built in, without loading `json` around it.

That module compiles regular expressions, which is a third of what a kernel's start adds to plain
ipykernel's. The scanner is the one that it uses itself; where an interpreter has it no more, or in
another form, `json` is taken.
"""

from __future__ import annotations

__all__ = ["loads"]

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = " \t\r\n"


class _AsUsual:
    """What `json.loads` does unless it is told otherwise."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _scanner() -> Callable[[str, int], tuple[object, int]] | None:
    try:
        from _json import make_scanner

        scan: Callable[[str, int], tuple[object, int]] = make_scanner(_AsUsual)  # type: ignore[arg-type]
        return scan if scan('{"a": [1, null]}', 0) == ({"a": [1, None]}, 16) else None
    except (ImportError, AttributeError, TypeError):
        return None


_scan = _scanner()


def loads(text: str) -> object:
    """Return the value of a JSON text; raise ValueError where it is none."""
    if _scan is None:
        import json

        return json.loads(text)
    try:
        value, end = _scan(text, len(text) - len(text.lstrip(_SPACE)))
    except StopIteration:
        raise ValueError("it ends too early, or holds what is no value") from None
    if text[end:].strip(_SPACE):
        raise ValueError("something follows the value")
    return value
