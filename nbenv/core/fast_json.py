"""Read JSON with the interpreter's built-in scanner, without importing `json`.

Importing that module compiles regular expressions, which is a third of the time that nbenv adds to
a kernel's start. The scanner is the one that `json` itself uses; in an interpreter without it, or
with another form of it, `json` is used.
"""

from __future__ import annotations

__all__ = ["loads"]

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = " \t\r\n"


class _AsUsual:
    """The settings that `json.loads` has by default."""

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
    """Return the value of a JSON text.

    Raises
    ------
    ValueError
        It is not JSON (RFC 8259, and NaN and the infinities, as `json` reads them).
    """
    if _scan is None:
        import json

        return json.loads(text)
    try:
        value, end = _scan(text, len(text) - len(text.lstrip(_SPACE)))
    except StopIteration:
        raise ValueError("it ends too early, or a value is expected") from None
    if text[end:].strip(_SPACE):
        raise ValueError("there is extra text after the value")
    return value
