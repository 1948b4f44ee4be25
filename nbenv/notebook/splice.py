"""Set members of a notebook's metadata in its text, every other character staying as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping

__all__ = ["with_metadata"]

_SPACE = " \t\r\n"
_decoder = json.JSONDecoder()


def with_metadata(text: str, changes: Mapping[str, object]) -> str:
    """Return a notebook's text, valid JSON, with these metadata keys set (None removes one)."""
    document, _ = _members(text, _skip(text, 0))
    spans = [member[2] for member in document if member[0] == "metadata"]
    if not spans:
        last = document[-1][3]
        return with_metadata(f'{text[:last]}, "metadata": {{}}{text[last:]}', changes)
    for name in sorted(changes):
        text = _with_member(text, spans[-1], name, changes[name])
    return text


def _skip(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position


def _members(text: str, start: int) -> tuple[list[tuple[str, int, int, int]], int]:
    """List the members of the object at `start`: (name, name's start, value's start, end).

    The second result is the position of the closing bracket. The text is known to be valid JSON.
    """
    members = []
    position = _skip(text, start + 1)
    while text[position] != "}":
        name_start = position
        name, position = _decoder.raw_decode(text, position)
        value_start = _skip(text, _skip(text, position) + 1)
        _, end = _decoder.raw_decode(text, value_start)
        members.append((name, name_start, value_start, end))
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return members, position


def _with_member(text: str, start: int, name: str, value: object) -> str:
    members, end = _members(text, start)
    layout = _Layout(text, start, members, end)
    for position, (known, _, value_start, value_end) in enumerate(members):
        if known != name:
            continue
        if value is None:
            return _without_member(text, start, members, end, position)
        if json.loads(text[value_start:value_end]) == value:
            return text
        return text[:value_start] + layout.dump(value) + text[value_end:]
    return text if value is None else layout.insert(name, value)


def _without_member(
    text: str, start: int, members: list[tuple[str, int, int, int]], end: int, position: int
) -> str:
    if len(members) == 1:
        return text[: start + 1] + text[end:]
    if position + 1 < len(members):
        return text[: members[position][1]] + text[members[position + 1][1] :]
    return text[: members[position - 1][3]] + text[members[position][3] :]


class _Layout:
    """How the metadata object is laid out: on lines with an indentation, or compact."""

    def __init__(
        self, text: str, start: int, members: list[tuple[str, int, int, int]], end: int
    ) -> None:
        self.text, self.start, self.members, self.end = text, start, members, end
        line_start = text.rfind("\n", 0, start) + 1
        line = text[line_start:start]
        self.newline = "\r\n" if "\r\n" in text[:line_start] else "\n"
        outer = line[: len(line) - len(line.lstrip(" \t"))]
        self.unit = outer if line_start and line.strip() else ""

    def dump(self, value: object, depth: int = 2) -> str:
        if not self.unit:
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        lines = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=self.unit)
        return lines.replace("\n", self.newline + self.unit * depth)

    def insert(self, name: str, value: object) -> str:
        member = f"{json.dumps(name)}: {self.dump(value)}"
        later = [known for known in self.members if known[0] > name]
        gap = self.newline + self.unit * 2 if self.unit else ""
        if later and self._sorted():
            place = later[0][1]
            return f"{self.text[:place]}{member},{gap or ' '}{self.text[place:]}"
        if self.members:
            place = self.members[-1][3]
            return f"{self.text[:place]},{gap or ' '}{member}{self.text[place:]}"
        closing = self.newline + self.unit if self.unit else ""
        return f"{self.text[: self.start + 1]}{gap}{member}{closing}{self.text[self.end :]}"

    def _sorted(self) -> bool:
        names = [member[0] for member in self.members]
        return names == sorted(names)
