"""Text of strangers, made harmless for where it is shown: a terminal, a log, a page.

An index's reason for a yanked release, the log of a build and the name of a file can hold
characters that move the cursor, change the direction of writing, or cannot be seen. They are
written as Python would write them (``\\x9b``, ``\\u202e``), so that a reader sees that they are
there.
"""

from __future__ import annotations

import re
from typing import TypeVar, cast

from nbenv.core.urls import without_credentials

__all__ = ["HIDDEN", "Payload", "cleaned", "escaped", "safe"]

T = TypeVar("T")

HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls (category Cc), except for tab and newline
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"  # formats (Cf): bidi, tags
    "\u2028\u2029\ud800-\udfff"  # separators of lines (Zl, Zp), and halves of characters (Cs)
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0"  # fillers, which show nothing
    "]"
)
"""The characters that control how text is shown, or do not show at all (Unicode 16)."""


class Payload(str):
    """Text that a person asked for, such as an export, and not a message of nbenv's.

    It leaves nbenv byte for byte on every way out: outputs neither clean nor escape it.
    """

    __slots__ = ()


def safe(text: str) -> str:
    """Return a message as it may be shown: without passwords, and controlling no terminal.

    Each part of nbenv removes the passwords of the addresses that it reads; this is for the rest.
    """
    return escaped(without_credentials(text))


def cleaned(value: T) -> T:
    """Return a value for JSON with all its texts `safe`, except for each `Payload`."""
    if isinstance(value, Payload):
        return value
    if isinstance(value, str):
        return cast("T", safe(value))
    if isinstance(value, list | tuple):
        return cast("T", [cleaned(each) for each in value])
    if isinstance(value, dict):
        return cast("T", {cleaned(key): cleaned(each) for key, each in value.items()})
    return value


def escaped(text: str) -> str:
    """Return a text with every hidden character written out; ordinary text stays as it is."""
    return HIDDEN.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
