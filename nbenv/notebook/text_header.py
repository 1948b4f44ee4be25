"""Read and write the metadata of notebooks in text, in the YAML header that jupytext gives them.

Formats: https://jupytext.readthedocs.io/en/latest/formats-scripts.html, formats-markdown.html. In a
script the header is commented out; it may follow ``#!`` and the line that names the encoding. The
metadata stands below ``jupyter:``, in MyST Markdown at the top level. Lines that are not part of
what changes stay as they are, byte for byte.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import yaml

from nbenv.core.language import is_python
from nbenv.errors import NotebookError
from nbenv.notebook import yaml_values
from nbenv.notebook.yaml_values import Key

__all__ = [
    "check_is_notebook",
    "header_metadata",
    "is_written_as_notebook",
    "language_of_cells",
    "with_header",
]

Metadata = dict[str, object]

_BOM = b"\xef\xbb\xbf"
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_CELL_MARKER = re.compile(rb"^#[ \t]*%%", re.MULTILINE)
_CHUNK = re.compile(rb"^[ \t]*`{3,}[ \t]*\{[ \t]*\.?([A-Za-z]\w*)", re.MULTILINE)
"""The first line of a cell in R Markdown and Quarto, with its language."""
_ALWAYS = (".rmd", ".qmd", ".myst", ".mystnb", ".mnb")
"""Suffixes of files that are notebooks even without a header."""
_ROOT_KEYS = ("kernelspec", "jupytext", "nbenv")
"""Keys by which a header without ``jupyter:`` is one of a notebook, in MyST Markdown."""
_NOTEBOOK_KEY = re.compile(r"^(jupyter|kernelspec|jupytext|nbenv)\s*:", re.MULTILINE)
_MOST_BYTES = 6_000_000
"""The most bytes of a header; the largest records have 4 MB."""


class _Header(NamedTuple):
    """The lines of a file, and which of them are the header's YAML: all before `start` precede it.

    `found` says whether there is a header; without one, `start` is where it would be inserted.
    """

    lines: list[bytes]
    start: int
    end: int
    prefix: str
    found: bool
    newline: str

    def yaml_lines(self) -> list[str]:
        return [_uncommented(line, self.prefix) for line in self.lines[self.start : self.end]]

    def commented(self, text: str) -> bytes:
        """Return a line of YAML as a line of the file."""
        line = f"{self.prefix} {text}" if self.prefix and text else self.prefix + text
        return (line + self.newline).encode("utf-8", "surrogateescape")


def header_metadata(path: str, data: bytes) -> Metadata:
    """Return the notebook metadata in the header of a text file's content; {} without a header.

    Raises
    ------
    NotebookError
        The header is not YAML, or far too large.
    """
    return _metadata(_read(path, data)[1])


def is_written_as_notebook(path: str, data: bytes) -> bool:
    """Return whether a text file is a notebook: by its header, its cells or its suffix."""
    if path.lower().endswith(_ALWAYS) or header_metadata(path, data):
        return True
    return path.lower().endswith(".py") and _CELL_MARKER.search(data) is not None


def language_of_cells(path: str, data: bytes) -> str:
    """Return the language of a text's cells if none is in Python, "" otherwise.

    R Markdown and Quarto write it at each cell, and seldom name a kernel.
    """
    if not path.lower().endswith((".rmd", ".qmd")):
        return ""
    languages = [str(found, "ascii", "replace") for found in _CHUNK.findall(data)]
    if not languages or any(map(is_python, languages)):
        return ""
    return languages[0].capitalize()


def check_is_notebook(path: str, data: bytes) -> None:
    """Raise `NotebookError` for a plain script or text, in which nbenv keeps no record."""
    if is_written_as_notebook(path, data):
        return
    kind = "script" if path.lower().endswith(".py") else "text"
    raise NotebookError(
        f"{path} is a plain {kind}, not a notebook.",
        "It has no header of jupytext, in which nbenv keeps what a notebook in text needs; "
        "the file is unchanged.",
        f"Make it a notebook: jupytext --set-kernel nbenv {Path(path).name}",
    )


def with_header(path: str, data: bytes, changes: Metadata) -> bytes:
    """Return a text file's content with these keys set in its header (None removes one).

    A file without a header receives one. jupytext is told in it to keep the record, because it
    drops what its filter does not name.
    """
    header, root = _read(path, data)
    edits = _edits(root, changes, path)
    if not edits:
        return data
    written = header.lines[header.start : header.end]
    for start, end, new in sorted(edits, reverse=True):
        written[start:end] = [header.commented(line) for line in new]
    if not header.found:
        rule = header.commented("---")
        blank = [header.newline.encode()] if header.start < len(header.lines) else []
        written = [rule, *written, rule, *blank]
    content = b"".join([*header.lines[: header.start], *written, *header.lines[header.end :]])
    return _BOM + content if data.startswith(_BOM) else content


# -- where the header is


def _locate(path: str, data: bytes) -> _Header:
    lines = data.removeprefix(_BOM).splitlines(keepends=True)
    newline = "\r\n" if lines and lines[0].endswith(b"\r\n") else "\n"
    prefix = "#" if path.lower().endswith(".py") else ""
    place = _after_script_lines(lines) if prefix else 0
    start = _opening(lines, place, prefix)
    end = None if start is None else _closing(lines, start, prefix)
    if start is None or end is None:
        if 0 < place <= len(lines) and not lines[place - 1].endswith((b"\n", b"\r")):
            lines[place - 1] += newline.encode()
        return _Header(lines, place, place, prefix, False, newline)
    if sum(map(len, lines[start:end])) > _MOST_BYTES:
        raise NotebookError(f"The header of {path} is too large to be one of a notebook.")
    return _Header(lines, start, end, prefix, True, newline)


def _after_script_lines(lines: list[bytes]) -> int:
    """Return the number of lines that must stay first: ``#!`` and the encoding."""
    place = int(bool(lines) and lines[0].startswith(b"#!"))
    return place + int(len(lines) > place and _CODING.match(lines[place]) is not None)


def _opening(lines: list[bytes], place: int, prefix: str) -> int | None:
    """Return the line after the first ``---``; nothing but blank lines stands before that."""
    for number in range(place, len(lines)):
        text = _uncommented(lines[number], prefix).rstrip()
        if prefix and not lines[number].startswith(prefix.encode()):
            return None
        if text == "---":
            return number + 1
        if text and (prefix or text != "<!--"):
            return None
    return None


def _closing(lines: list[bytes], start: int, prefix: str) -> int | None:
    for number in range(start, len(lines)):
        if prefix and not lines[number].startswith(prefix.encode()):
            return None
        if _uncommented(lines[number], prefix).rstrip() == "---":
            return number
    return None


def _uncommented(line: bytes, prefix: str) -> str:
    text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
    if not prefix:
        return text
    return text[len(prefix) :].removeprefix(" ")


# -- what it says


def _read(path: str, data: bytes) -> tuple[_Header, yaml.Node | None]:
    """Return the header and its YAML; text between two rules is no header, and not an error."""
    header = _locate(path, data)
    text = "\n".join(header.yaml_lines())
    try:
        root = yaml_values.compose(text)
    except ValueError as error:
        if _NOTEBOOK_KEY.search(text):
            raise NotebookError(
                f"The header of {path} cannot be read.",
                f"It is not YAML that nbenv can use: {error}.",
                "Correct it in a text editor, or restore a good copy.",
            ) from None
        root = None
    if root is None and text.strip():
        before = header.start - 1
        return header._replace(start=before, end=before, found=False), None
    return header, root


def _metadata(root: yaml.Node | None) -> Metadata:
    keys = yaml_values.keys_of(root)
    below = keys.get("jupyter")
    if below is not None:
        value = yaml_values.value_of(below.value)
        named = {"kernelspec": {"name": value}} if isinstance(value, str) else {}  # Quarto
        found = value if isinstance(value, dict) else named
    else:
        found = {}
    top = {name: yaml_values.value_of(keys[name].value) for name in _ROOT_KEYS if name in keys}
    return {**top, **found}


# -- what changes


Edit = tuple[int, int, list[str]]
"""The lines of YAML from one number up to another one are replaced by these."""


def _edits(root: yaml.Node | None, changes: Metadata, path: str) -> list[Edit]:
    keys = yaml_values.keys_of(root)
    if root is not None and not yaml_values.is_block(root):
        raise NotebookError(
            f"The header of {path} cannot be changed.",
            "It is not written as one key a line.",
            "Write it as jupytext does: jupytext --update-metadata '{}' FILE",
        )
    below = keys.get("jupyter")
    is_root = below is None and (
        any(name in keys for name in _ROOT_KEYS) or path.lower().endswith(_ALWAYS[2:])
    )
    if is_root:
        return _member_edits(root, changes, 0)
    if below is not None and yaml_values.is_block(below.value):
        return _member_edits(below.value, changes, below.value.start_mark.column)
    known = _metadata(root)
    kept = {name: value for name, value in {**known, **changes}.items() if value is not None}
    if kept == known:
        return []
    lines = yaml_values.dump({"jupyter": _told({}, kept)})
    if below is not None:
        return [(below.line, below.end, lines)]
    return [(_after(keys), _after(keys), lines)]


def _after(keys: dict[str, Key]) -> int:
    return max((key.end for key in keys.values()), default=0)


def _member_edits(node: yaml.Node | None, changes: Metadata, column: int) -> list[Edit]:
    """Return the edits that set keys of a mapping which has one key a line."""
    keys = yaml_values.keys_of(node)
    known = {name: yaml_values.value_of(keys[name].value) for name in ("jupytext",) if name in keys}
    edits = []
    for name, value in sorted(_told(known, changes).items()):
        key = keys.get(name)
        if key is not None and yaml_values.value_of(key.value) == value:
            continue
        lines = [] if value is None else yaml_values.dump({name: value}, column)
        if key is not None:
            edits.append((key.line, key.end, lines))
        elif lines:
            place = _place(keys, name)
            edits.append((place, place, lines))
    return _joined(edits)


def _place(keys: dict[str, Key], name: str) -> int:
    """Return the line before which a new key goes: sorted keys stay sorted."""
    later = [key.line for known, key in keys.items() if known > name]
    return later[0] if later and list(keys) == sorted(keys) else _after(keys)


def _joined(edits: list[Edit]) -> list[Edit]:
    """Join insertions at one line, which would otherwise change places."""
    joined: dict[tuple[int, int], list[str]] = {}
    for start, end, lines in edits:
        joined.setdefault((start, end), []).extend(lines)
    return [(start, end, lines) for (start, end), lines in joined.items()]


def _told(known: Metadata, changes: Metadata) -> Metadata:
    """Return the changes, and the setting by which jupytext keeps the record, where it is new."""
    if changes.get("nbenv") is None:
        return changes
    found = changes.get("jupytext", known.get("jupytext"))
    settings = dict(found) if isinstance(found, dict) else {}
    names = str(settings.get("notebook_metadata_filter") or "")
    if {"nbenv", "all"} & {name.strip() for name in names.split(",")}:
        return changes
    settings["notebook_metadata_filter"] = f"{names},nbenv" if names else "nbenv"
    return {**changes, "jupytext": dict(sorted(settings.items()))}
