"""Set keys of a notebook's metadata in its text, leaving every other character as it is.

Parsing and dumping the whole file would be simpler, but would rewrite what another tool wrote in
its own way: number formats, escapes, indentation. A change of one key must be a small diff.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["with_metadata"]

_SPACE = " \t\r\n"
_decoder = json.JSONDecoder()


class _Member(NamedTuple):
    """One member of an object, by the positions of its name, its value and its end."""

    name: str
    start: int
    value: int
    end: int


def with_metadata(text: str, changes: Mapping[str, object]) -> str:
    """Return a notebook's text with these top-level metadata keys set (None removes one).

    The text must be valid JSON (RFC 8259) with an object at its top level. If a name occurs twice,
    the last one counts, as it does for parsers. A new key is placed where it keeps sorted keys
    sorted, else at the end, and is indented like its neighbours.
    """
    document, _ = _members(text, _skip(text, 0))
    metadata = [member for member in document if member.name == "metadata"]
    if not metadata:
        last = document[-1].end
        return with_metadata(f'{text[:last]}, "metadata": {{}}{text[last:]}', changes)
    for name in sorted(changes):
        text = _with_member(text, metadata[-1].value, name, changes[name])
    return text


def _skip(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position


def _members(text: str, start: int) -> tuple[list[_Member], int]:
    """List the members of the object at `start`; return the position of its closing brace too."""
    members = []
    position = _skip(text, start + 1)
    while text[position] != "}":
        name_start = position
        name, position = _decoder.raw_decode(text, position)
        value_start = _skip(text, _skip(text, position) + 1)
        _, end = _decoder.raw_decode(text, value_start)
        members.append(_Member(name, name_start, value_start, end))
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return members, position


def _with_member(text: str, start: int, name: str, value: object) -> str:
    layout = _Layout(text, start)
    same = [member for member in layout.members if member.name == name]
    if value is None:
        return _with_member(layout.without(same[-1]), start, name, None) if same else text
    if not same:
        return layout.insert(name, value)
    known = same[-1]
    if json.loads(text[known.value : known.end]) == value:
        return text
    return text[: known.value] + layout.dump(value) + text[known.end :]


class _Layout:
    """The metadata object at `start` of a text: on indented lines, or all on one line."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.start = text, start
        self.members, self.end = _members(text, start)
        line_start = text.rfind("\n", 0, start) + 1
        line = text[line_start:start]
        self.newline = "\r\n" if "\r\n" in text[:line_start] else "\n"
        outer = line[: len(line) - len(line.lstrip(" \t"))]
        # The object is one level deep, so its line's indentation is the unit.
        self.unit = outer if line_start and line.strip() else ""

    def dump(self, value: object) -> str:
        """Return the JSON of a member's value, laid out like the object."""
        if not self.unit:
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        lines = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=self.unit)
        return lines.replace("\n", self.newline + self.unit * 2)

    def insert(self, name: str, value: object) -> str:
        """Return the text with a new member."""
        member = f"{json.dumps(name)}: {self.dump(value)}"
        later = [known for known in self.members if known.name > name]
        gap = self.newline + self.unit * 2 if self.unit else ""
        if later and _is_sorted(self.members):
            place = later[0].start
            return f"{self.text[:place]}{member},{gap or ' '}{self.text[place:]}"
        if self.members:
            place = self.members[-1].end
            return f"{self.text[:place]},{gap or ' '}{member}{self.text[place:]}"
        closing = self.newline + self.unit if self.unit else ""
        return f"{self.text[: self.start + 1]}{gap}{member}{closing}{self.text[self.end :]}"

    def without(self, member: _Member) -> str:
        """Return the text without a member, its comma and the space around it."""
        position = self.members.index(member)
        if len(self.members) == 1:
            return self.text[: self.start + 1] + self.text[self.end :]
        if position + 1 < len(self.members):
            return self.text[: member.start] + self.text[self.members[position + 1].start :]
        return self.text[: self.members[position - 1].end] + self.text[member.end :]


def _is_sorted(members: Sequence[_Member]) -> bool:
    names = [member.name for member in members]
    return names == sorted(names)
