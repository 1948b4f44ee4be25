"""Let programs and libraries of Linux find their libraries beside them, wherever they lie.

What was built for one folder names it in its search path (``DT_RUNPATH``). A shorter path fits in
its place: ``$ORIGIN`` stands for the folder that a file is in.
The format: https://refspecs.linuxfoundation.org/elf/elf.pdf
"""

from __future__ import annotations

import os
import struct

__all__ = ["with_relative_search_path"]

_LOAD, _DYNAMIC = 1, 2
"""Types of segments."""
_STRINGS, _PATHS = 5, (15, 29)
"""Tags of dynamic entries: the table of strings; ``DT_RPATH`` and ``DT_RUNPATH``."""
_HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_ENTRY = struct.Struct("<qQ")


def with_relative_search_path(content: bytes, path: str, prefix: str) -> bytes:
    """Return a file whose search path names no folder below `prefix` by its absolute path.

    What is no ELF file of 64 bits, or has no such search path, is returned as it is; so is one
    whose search path would become longer.

    Parameters
    ----------
    content
        The content of the file.
    path
        Where the file is now, below `prefix`.
    prefix
        The folder that will be moved with all that is in it.
    """
    if content[:6] != b"\x7fELF\x02\x01":  # 64 bits, little-endian
        return content
    try:
        changed = bytearray(content)
        for start in _search_paths(content):
            end = content.index(b"\0", start)
            new = _relative(content[start:end].decode(), os.path.dirname(path), prefix).encode()
            if len(new) <= end - start:
                changed[start:end] = new.ljust(end - start, b"\0")
        return bytes(changed)
    except (struct.error, ValueError, IndexError):
        return content


def _search_paths(content: bytes) -> list[int]:
    """Return the offsets of the search paths in a file."""
    header = _HEADER.unpack_from(content)
    first, size, count = header[4], header[8], header[9]
    segments = [_SEGMENT.unpack_from(content, first + size * n) for n in range(count)]
    loaded = [(each[3], each[2], each[5]) for each in segments if each[0] == _LOAD]
    entries = [
        _ENTRY.unpack_from(content, offset)
        for each in segments
        if each[0] == _DYNAMIC
        for offset in range(each[2], each[2] + each[5], _ENTRY.size)
    ]
    table = next((value for tag, value in entries if tag == _STRINGS), None)
    if table is None:
        return []
    strings = next(
        offset + table - address
        for address, offset, length in loaded
        if address <= table < address + length
    )
    return [strings + value for tag, value in entries if tag in _PATHS]


def _relative(text: str, folder: str, prefix: str) -> str:
    inside = os.path.join(prefix, "")
    return ":".join(
        f"$ORIGIN/{os.path.relpath(each, folder)}" if f"{each}/".startswith(inside) else each
        for each in text.split(":")
    )
