"""Read a notebook's metadata without parsing its cells, and write it without touching them.

Format: nbformat 4 (https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

from __future__ import annotations

import os

from nbenv.core import fast_json
from nbenv.core.file_names import is_text_notebook
from nbenv.core.language import other_language
from nbenv.notebook.file_format import check_format, refused, unreadable

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from nbenv.errors import NotebookError

__all__ = [
    "KERNELSPEC",
    "check_is_notebook",
    "keeps_record",
    "read_metadata",
    "update_notebook",
    "write_metadata",
]

KERNELSPEC = {"display_name": "Python (own environment)", "language": "python", "name": "nbenv"}

_BOM = b"\xef\xbb\xbf"
_TAIL = 64 * 1024
"""Bytes at the end of a file that hold most metadata; then 16 times as many are read."""
_TRIES = 16
"""Places of the name to try before the whole file is parsed: each try may read to the end."""

Metadata = dict[str, object]


def read_metadata(path: str) -> Metadata:
    """Return the notebook's top-level metadata; of a text notebook, what its header holds.

    Raises
    ------
    NotebookError
        The file is missing or unreadable, not JSON in UTF-8, not nbformat 4, or in another language
        than Python.
    """
    if is_text_notebook(path):
        return _read_text(path)
    try:
        document = _read_json(path)
    except Exception:  # not by its class: a starting kernel imports that only here
        from nbenv.notebook.unfinished_saves import read_again

        document = read_again(path, lambda: _read_json(path))
    return _checked(path, document)


def _read_json(path: str) -> object:
    """Parse a notebook's end, or all of it; what can be parsed is no part of a file."""
    document: object = _read_tail(path)
    return _parse(path, _file_content(path)) if document is None else document


def keeps_record(path: str) -> bool:
    """Return whether a file has a place for the record; a text without a header has none.

    Raises
    ------
    NotebookError
        The file cannot be read, as in `read_metadata`.
    """
    return not is_text_notebook(path) or bool(_header_metadata(path))


def check_is_notebook(path: str) -> None:
    """Raise `NotebookError` for a plain script or text, in which nothing can be recorded."""
    if is_text_notebook(path):
        from nbenv.notebook.text_header import check_is_notebook as check

        check(path, _whole_text(path))


def write_metadata(path: str, changes: Metadata) -> bool:
    """Set top-level metadata keys (None removes one); return whether the file changed.

    Every byte outside the changed values stays as it is, and readers see the old file or the new
    one, never a part. If another program saves the notebook meanwhile, the keys are set in what it
    saved.

    Raises
    ------
    NotebookError
        The file cannot be read, as in `read_metadata`, or cannot be written; then it is unchanged.
    """
    from nbenv.notebook.splice import with_metadata  # a starting kernel only reads

    def edit(data: bytes) -> bytes:
        if is_text_notebook(path):
            return _text_with(path, data, changes)
        _checked(path, _parse(path, data))
        text = data.removeprefix(_BOM).decode("utf-8")
        changed = with_metadata(text, changes)
        prefix = _BOM if data.startswith(_BOM) else b""
        return data if changed == text else prefix + changed.encode("utf-8")

    changed = update_notebook(path, edit)
    if changed and not is_text_notebook(path):
        _follow(path, changes)
    return changed


def _follow(path: str, changes: Metadata) -> None:
    """Let the text that a notebook is paired with follow it, as ``jupytext --sync`` would."""
    from nbenv.errors import NbenvError
    from nbenv.notebook.pairs import texts_of_notebook

    try:
        texts = texts_of_notebook(path, read_metadata(path))
    except (NbenvError, OSError):
        return  # another program writes the notebook just now
    for text in texts:
        try:
            holds_record = "nbenv" in _header_metadata(text)
            if not (holds_record and write_metadata(text, changes)):
                os.utime(text)
        except (NbenvError, OSError):
            pass  # the notebook is written; jupytext will say what is wrong with the text


def update_notebook(path: str, edit: Callable[[bytes], bytes]) -> bool:
    """Edit the content of a notebook's file; return whether the file changed.

    Parameters
    ----------
    path
        The notebook.
    edit
        Returns the new content of the old one. It is called again, with the newer content, if
        another program saves the notebook meanwhile: so no save is lost.

    Raises
    ------
    NotebookError
        The file cannot be read or written; then nbenv left it as it was.
    """
    from nbenv.notebook.atomic_write import update_file  # a starting kernel only reads

    _check_readable(path)
    try:
        return update_file(path, edit)
    except OSError as error:
        raise refused(
            f"The notebook {path} cannot be written.",
            f"{error.strerror or error}; the file is unchanged.",
            "Free some disk space, make it and its folder writable, or work on a copy.",
        ) from None


# -- reading


def _open(path: str) -> BinaryIO:
    if os.path.exists(path) and not os.path.isfile(path):  # reading a pipe could wait for ever
        raise refused(f"{path} is not a notebook.", "It is not a file.")
    return open(path, "rb")


def _check_readable(path: str) -> None:
    """Raise if a file cannot be read; what then fails has another reason."""
    try:
        _open(path).close()
    except OSError as error:
        raise _unreadable(path, error) from None


def _file_content(path: str) -> bytes:
    try:
        with _open(path) as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error) from None


def _header_metadata(path: str) -> Metadata:
    return _checked_header(path, _whole_text(path))


def _whole_text(path: str) -> bytes:
    """Return the content of a notebook in text, of which a part would look like a whole one."""
    from nbenv.notebook.unfinished_saves import whole_content

    _check_readable(path)
    try:
        return whole_content(path)
    except OSError as error:
        raise _unreadable(path, error) from None


def _checked_header(path: str, data: bytes) -> Metadata:
    # They need YAML, which other notebooks do not.
    from nbenv.notebook.text_header import header_metadata, language_of_cells

    metadata = header_metadata(path, data)
    is_named = "kernelspec" in metadata or "language_info" in metadata
    language = "" if is_named else language_of_cells(path, data)
    _check_language(path, {"language_info": {"name": language}} if language else metadata)
    return metadata


def _read_text(path: str) -> Metadata:
    """Return the metadata of a notebook in text, with the record of its pair if it has none."""
    metadata = _header_metadata(path)
    if "nbenv" not in metadata:
        from nbenv.notebook.pairs import notebook_of_text

        pair = notebook_of_text(path, metadata)
        found = read_metadata(pair).get("nbenv") if pair else None
        if found is not None:
            return {**metadata, "nbenv": found}
    return metadata


def _text_with(path: str, data: bytes, changes: Metadata) -> bytes:
    from nbenv.notebook.text_header import check_is_notebook, with_header

    check_is_notebook(path, data)
    _checked_header(path, data)
    return with_header(path, data, changes)


def _unreadable(path: str, error: OSError) -> NotebookError:
    return refused(
        f"The notebook {path} cannot be read.",
        f"{error.strerror or error}.",
        "Check its name and permissions.",
    )


def _read_tail(path: str) -> Metadata | None:
    """Parse only what follows the cells: nbformat sorts keys, so the metadata stands there.

    If the text from a ``"metadata"`` to the end of the file completes one object, the name is at
    the top level: nested in a cell, it would leave closing brackets over.
    """
    try:
        with _open(path) as file:
            size = file.seek(0, os.SEEK_END)
            for length in (_TAIL, 16 * _TAIL):
                file.seek(max(0, size - length))
                found = _top_level_end(file.read())
                if found is not None:
                    return found
    except OSError as error:
        raise _unreadable(path, error) from None
    return None


def _top_level_end(data: bytes) -> Metadata | None:
    position = len(data)
    for _ in range(_TRIES):
        position = data.rfind(b'"metadata"', 0, position)
        if position < 0:
            break
        if _is_escaped(data, position):
            continue
        try:
            document = fast_json.loads("{" + data[position:].decode("utf-8"))
        except (ValueError, RecursionError):
            continue
        return document if isinstance(document, dict) and "nbformat" in document else None
    return None


def _is_escaped(data: bytes, position: int) -> bool:
    r"""Return whether a quotation mark is, or may be, part of a text, as in ``"a\"metadata"``."""
    before = data[:position]
    rest = before.rstrip(b"\\")
    return not rest or (len(before) - len(rest)) % 2 == 1


def _parse(path: str, data: bytes) -> object:
    import json  # its errors say where

    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refused(
            f"{path} is not a notebook.",
            unreadable(error),
            "Open and save it in Jupyter, or restore a good copy.",
        ) from None


def _checked(path: str, document: object) -> Metadata:
    check_format(path, document)
    assert isinstance(document, dict)
    metadata = document.get("metadata", {})
    if not isinstance(metadata, dict):
        raise refused(f"{path} is not a notebook.", "Its metadata is not an object.")
    _check_language(path, metadata)
    return metadata


def _check_language(path: str, metadata: Metadata) -> None:
    language = other_language(metadata)
    if language:
        raise refused(
            f"{path} is a notebook in {language}; nbenv makes environments for Python only."
        )
