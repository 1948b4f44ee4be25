"""Seals: digests of files at their own end, for compiled modules that many environments share.

Python reads a compiled module as far as its code goes, and ignores what follows
(https://docs.python.org/3/library/marshal.html#marshal.loads).
"""

from __future__ import annotations

import hashlib

__all__ = ["is_intact", "is_sealed", "sealed"]

_MARK = b"nbenv sealed 1\0\0"
_DIGEST = 16
"""Bytes of the digest."""
_SIZE = len(_MARK) + _DIGEST


def sealed(content: bytes) -> bytes:
    """Return a content with its seal."""
    return content + _MARK + _digest(memoryview(content))


def is_sealed(content: bytes) -> bool:
    """Return whether a content ends with a seal, intact or not."""
    return content[-_SIZE:-_DIGEST] == _MARK


def is_intact(content: bytes) -> bool:
    """Return whether a content is sealed, and as it was then."""
    return is_sealed(content) and content[-_DIGEST:] == _digest(memoryview(content)[:-_SIZE])


def _digest(content: memoryview) -> bytes:
    return hashlib.sha256(content).digest()[:_DIGEST]
