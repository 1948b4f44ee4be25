"""Read the rules about what calls and imports need, and apply them.

``rules.txt`` has the rules and describes their form. ``tools/wheel_metadata.py`` writes
``dependencies.txt``, what packages depend on by their own metadata: what comes with another package
is no need of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pkgutil import get_data

from packaging.utils import canonicalize_name

from nbenv.adopt.python_code import Call

__all__ = [
    "ImpliedNeed",
    "Surroundings",
    "brought",
    "call_needs",
    "called_name",
    "import_needs",
    "settled",
]


@dataclass(frozen=True)
class ImpliedNeed:
    """A need: requirements of which one is enough, the preferred one first, and why.

    One that is `offered` may be needed. An `implied` one is left out where another package
    brings it.
    """

    choices: tuple[str, ...]
    why: str
    offered: bool = False
    implied: bool = False


@dataclass(frozen=True)
class _Rule:
    owner: str
    pattern: str
    conditions: tuple[str, ...]
    needs: tuple[str, ...]

    def found(self, why: str) -> Iterator[ImpliedNeed]:
        for text in self.needs:
            if text != "-":
                choices = tuple(text.lstrip("?^").split("|"))
                yield ImpliedNeed(choices, why, text[0] == "?", text[0] == "^")


@cache
def _lines(name: str) -> list[tuple[str, str]]:
    parts = (line.rpartition(": ") for line in _data_lines(name))
    return [(head.strip(), tail.strip()) for head, _, tail in parts]


def _data_lines(name: str) -> list[str]:
    """Return the lines of a file of this package without comments."""
    text = (get_data(__package__, name) or b"").decode()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _rules() -> dict[str, list[_Rule]]:
    """Return the rules by the module that has to be imported, those of imports under "import"."""
    found: dict[str, list[_Rule]] = defaultdict(list)
    for head, needs in _lines("rules.txt"):
        first, *rest = head.split()
        if first == "import":
            found["import"].append(_Rule("", rest[0], (), tuple(needs.split())))
        elif rest and rest[0].startswith("."):
            rule = _Rule(first, rest[0], tuple(rest[1:]), tuple(needs.split()))
            found[first].append(rule)
        else:
            found[first.partition(".")[0]].append(
                _Rule("", first, tuple(rest), tuple(needs.split()))
            )
    return found


def import_needs(module: str) -> Iterator[ImpliedNeed]:
    """Yield what the import of a module, or of a name in it, needs besides its package."""
    for rule in _rules()["import"]:
        if fnmatchcase(module, rule.pattern) or fnmatchcase(module, f"{rule.pattern}.*"):
            yield from rule.found(f"import {rule.pattern}")


def called_name(call: Call, aliases: Mapping[str, str]) -> str:
    """Return the full name of a module's function, or the last part of a method's, from the dot."""
    head, dot, tail = call.name.partition(".")
    if call.name.replace(".", "").isidentifier():
        if head in aliases:
            return f"{aliases[head]}{dot}{tail}"
        return f".{tail}" if dot else head
    return call.name[max(map(call.name.rfind, ")]\"'")) + 1 :]


@dataclass(frozen=True)
class Surroundings:
    """The names that a call may use.

    Parameters
    ----------
    aliases
        Names in the notebook → the modules, or the names in modules, that they stand for.
    imported
        All modules that it imports, with ``.*`` for all names in one.
    texts
        Variables whose values are literal texts.
    """

    aliases: Mapping[str, str]
    imported: frozenset[str]
    texts: Mapping[str, str]

    @cached_property
    def tops(self) -> frozenset[str]:
        """The packages of the imported modules."""
        return frozenset(module.partition(".")[0] for module in self.imported)

    @cached_property
    def starred(self) -> tuple[str, ...]:
        """The modules of which all names are imported."""
        return tuple(each[:-1] for each in sorted(self.imported) if each.endswith(".*"))

    @cached_property
    def of_methods(self) -> tuple[_Rule, ...]:
        """The rules for methods, of the modules that are imported."""
        names = {
            ".".join(parts[:length])
            for parts in (module.split(".") for module in self.imported)
            for length in range(1, len(parts) + 1)
        }
        rules = (rule for top in sorted(self.tops) for rule in _rules().get(top, ()))
        return tuple(rule for rule in rules if rule.owner in names)


def call_needs(call: Call, around: Surroundings) -> Iterator[ImpliedNeed]:
    """Yield what a call, or the use of a property, needs."""
    name = called_name(call, around.aliases)
    if name.startswith("."):
        rules = [each for each in around.of_methods if fnmatchcase(name, f"*{each.pattern}")]
    else:
        fulls = (name,) if "." in name else [f"{start}{name}" for start in around.starred]
        rules = [each for full in fulls for each in _of_function(full)]
    decided: set[str] = set()
    for rule in rules:
        if rule.owner not in decided and all(_holds(x, call, around) for x in rule.conditions):
            decided.add(rule.owner)
            yield from rule.found(f"{call.method}()")


def _of_function(name: str) -> list[_Rule]:
    rules = _rules().get(name.partition(".")[0], ())
    return [each for each in rules if not each.owner and fnmatchcase(name, each.pattern)]


def _holds(condition: str, call: Call, around: Surroundings) -> bool:
    tops, texts = around.tops, around.texts
    if condition[0] == "!":
        return condition[1:] not in tops
    if condition[:2] == "n=":
        return len(call.texts) == int(condition[2:])
    if found := re.fullmatch(r"(\w+)(!?)=(.*)", condition):
        values = [value for word, value in call.keywords if word == found[1]]
        return any(fnmatchcase(value, found[3]) for value in values) != bool(found[2])
    if condition[0] == "+":
        return condition[1:] in tops
    given = [*call.paths, *(texts.get(name, "") for name in call.names if name)]
    return any(fnmatchcase(each.partition("?")[0].lower(), condition.lower()) for each in given)


@cache
def _dependencies() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(needs.split())
        for name, needs in map(_split, _data_lines("dependencies.txt"))
    }


def _split(line: str) -> tuple[str, str]:
    name, _, needs = line.partition(":")
    return name, needs.strip()


def brought(requirements: Iterable[str]) -> set[str]:
    """Return the packages that come with others, whose requirements these are."""
    table, found = _dependencies(), set[str]()
    todo = [key for text in requirements for key in _keys(text)]
    while todo:
        more = table.get(todo.pop(), frozenset()) - found
        found |= more
        todo += more
    return found


def _keys(requirement: str) -> Iterator[str]:
    match = re.match(r"([\w.-]+)\s*(?:\[([^\]]*)\])?", requirement)
    if match:
        name = str(canonicalize_name(match[1]))
        yield name
        for extra in (match[2] or "").split(","):
            yield f"{name}[{canonicalize_name(extra.strip())}]"


def settled(needs: Iterable[ImpliedNeed], found: Iterable[str]) -> list[tuple[str, ImpliedNeed]]:
    """Return the requirement that each need adds to those that were found already."""
    present = list(found)
    names = {key for text in present for key in _keys(text)}
    added: dict[str, ImpliedNeed] = {}
    for need in sorted(needs, key=lambda each: (each.offered, len(each.choices))):
        keys = [next(_keys(choice)) for choice in need.choices]
        if names & {
            key for choice, key in zip(need.choices, keys, strict=True) if "[" not in choice
        }:
            continue
        added.setdefault(need.choices[0], need)
        if not need.offered:
            names.add(keys[0])
    come = brought([*present, *(text for text, each in added.items() if not each.implied)])
    return [
        (choice, need)
        for choice, need in added.items()
        if not (need.implied and come & {next(_keys(each)) for each in need.choices})
    ]
