"""Read the rules about what calls and imports need, and apply them.

``rules.txt`` has the rules and describes their form; ``tools/optional_needs/`` adds those in
``derived.txt``, from the sources of libraries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pkgutil import get_data

from nbenv.adopt.code.facts import Call

__all__ = [
    "ImpliedNeed",
    "Surroundings",
    "call_needs",
    "called_name",
    "data_lines",
    "import_needs",
]

_BACKEND = "plotting_backend"
"""In conditions: the notebook chooses what draws for pandas."""


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
    parts = (line.rpartition(": ") for line in data_lines(name))
    return [(head.strip(), tail.strip()) for head, _, tail in parts]


def data_lines(name: str) -> list[str]:
    """Return the lines of a file of this package without comments."""
    text = (get_data(__package__, name) or b"").decode()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _rules() -> dict[str, list[_Rule]]:
    """Return the rules by the module that has to be imported, those of imports under "import"."""
    found: dict[str, list[_Rule]] = defaultdict(list)
    for head, needs in _lines("rules.txt"):
        _add_rule(head, needs, found)
    return found


@cache
def _rules_of(top: str) -> dict[str, list[_Rule]]:
    """Return the rules of one package: those kept by hand first, then those from its sources."""
    found: dict[str, list[_Rule]] = defaultdict(list)
    for line in re.findall(rf"^(?:import )?{re.escape(top)}[ .:*].*$", _derived(), re.MULTILINE):
        head, _, needs = line.rpartition(": ")
        _add_rule(head, needs, found)
    return {top: [*_rules().get(top, ()), *found[top]], "import": found["import"]}


def _add_rule(head: str, needs: str, found: dict[str, list[_Rule]]) -> None:
    first, *rest = head.split()
    if first == "import":
        found["import"].append(_Rule("", rest[0], tuple(rest[1:]), tuple(needs.split())))
    elif rest and rest[0].startswith("."):
        found[first].append(_Rule(first, rest[0], tuple(rest[1:]), tuple(needs.split())))
    else:
        top = first.partition(".")[0].rstrip("*")
        found[top].append(_Rule("", first, tuple(rest), tuple(needs.split())))


@cache
def _derived() -> str:
    return (get_data(__package__, "derived.txt") or b"").decode()


def import_needs(module: str, tops: Collection[str] = ()) -> Iterator[ImpliedNeed]:
    """Yield what the import of a module, or of a name in it, needs besides its package.

    `tops` are the top-level modules that are imported with it.
    """
    derived = _rules_of(module.partition(".")[0])["import"]
    for rule in (*_rules()["import"], *derived):
        if any((each[1:] in tops) != (each[0] == "+") for each in rule.conditions):
            continue
        if _fits(module, rule.pattern) or _fits(module, f"{rule.pattern}.*"):
            shown = module if "*" in rule.pattern else rule.pattern
            yield from rule.found(f"import {shown}")


def _fits(name: str, pattern: str) -> bool:
    """Match as `fnmatchcase` does, which takes its time to compile thousands of patterns."""
    if "*" not in pattern:
        return name == pattern
    start, end = pattern.partition("*")[0], pattern.rpartition("*")[2]
    return name.startswith(start) and name.endswith(end) and fnmatchcase(name, pattern)


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
    roots
        Variables → the names that their values come from.
    makers
        Variables → the last parts of the names of what was called for their values.
    endings
        What the names of the files that the code looks for end with, such as ``.xlsx``.
    """

    aliases: Mapping[str, str]
    imported: frozenset[str]
    texts: Mapping[str, str]
    roots: Mapping[str, set[str]] = field(default_factory=dict)
    makers: Mapping[str, set[str]] = field(default_factory=dict)
    endings: frozenset[str] = frozenset()

    @cached_property
    def tops(self) -> frozenset[str]:
        """The packages of the imported modules."""
        return frozenset(module.partition(".")[0] for module in self.imported)

    def maker(self, name: str) -> str:
        """Return the package whose functions made the value of a name, empty for an unknown one."""
        seen, todo, tops = set[str](), [name], set[str]()
        while todo:
            each = todo.pop()
            if each in seen:
                continue
            seen.add(each)
            if each in self.aliases:
                tops.add(self.aliases[each].partition(".")[0])
            elif each not in self.roots:
                tops.add("")
            todo += self.roots.get(each, ())
        return tops.pop() if len(tops) == 1 else ""

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
        rules = (rule for top in sorted(self.tops) for rule in _rules_of(top)[top])
        return tuple(rule for rule in (*rules, *_rules()["any"]) if rule.owner in {*names, "any"})


_MAKING = re.compile(r"(.*\.[A-Z]\w*)\.(?:from_|load|open|create|build|make)\w*")
"""A class and its method that makes an object, which needs what the class does: ``X.from_csv``."""


def call_needs(call: Call, around: Surroundings) -> Iterator[ImpliedNeed]:
    """Yield what a call, or the use of a property, needs."""
    name = called_name(call, around.aliases)
    maker = ""
    if name.startswith("."):
        rules = [each for each in around.of_methods if _fits(name, f"*{each.pattern}")]
        rules = [each for each in rules if not _is_for_others(each, call, around)]
        maker = around.maker(call.root)
        own = [each for each in rules if each.owner.partition(".")[0] == maker]
        maker, rules = (maker, own) if own else ("", rules)
    else:
        fulls = (name,) if "." in name else [f"{start}{name}" for start in around.starred]
        rules = [each for full in fulls for each in _of_function(full)]
        if not rules:
            classes = (found[1] for full in fulls if (found := _MAKING.fullmatch(full)))
            rules = [each for name in classes for each in _of_function(name)]
    decided: set[str] = set()
    for rule in rules:
        if rule.owner not in decided and _applies(rule, call, around, maker):
            decided.add(rule.owner)
            yield from rule.found(f"{call.method}()")


_TABLE = re.compile(r"Frame|Series|Array|Dataset|Table|Index")
"""Classes that extend another library's, or look like them: ``GeoDataFrame``, ``DataArray``."""


def _is_for_others(rule: _Rule, call: Call, around: Surroundings) -> bool:
    """Return whether a method's object is of a class of another package than the rule is about.

    ``grid.interp()`` is no method of xarray's where the code says ``grid = Grid()`` of xgcm. What
    draws with matplotlib mostly does so whoever made the object.
    """
    makers = around.makers.get(call.root, set())
    if call.name != f"{call.root}.{call.method}" or set(rule.needs) == {"^matplotlib"}:
        return False
    if not makers or not all(each[:1].isupper() and not _TABLE.search(each) for each in makers):
        return False
    return around.maker(call.root) not in ("", rule.owner.partition(".")[0])


def _applies(rule: _Rule, call: Call, around: Surroundings, maker: str) -> bool:
    """Return whether all conditions hold; `maker` is the owner that surely made the object."""
    for condition in rule.conditions:
        if condition == "own" or (maker and condition[0] == "!" and condition[1:] != _BACKEND):
            if not maker:
                return False
        elif not _holds(condition, call, around):
            return False
    return True


def _of_function(name: str) -> list[_Rule]:
    top = name.partition(".")[0]
    rules = _rules_of(top)[top]
    return [each for each in rules if not each.owner and _fits(name, each.pattern)]


def _holds(condition: str, call: Call, around: Surroundings) -> bool:
    tops, texts = around.tops, around.texts
    if condition[0] == "!":
        return condition[1:] not in tops
    if condition[:2] == "n=":
        return len(call.texts) == int(condition[2:])
    if condition[:3] == "of=":
        made_by = {call.maker} if call.maker else around.makers.get(call.root, set())
        return any(fnmatchcase(each, condition[3:]) for each in made_by)
    if found := re.fullmatch(r"(\w+)(!?)=(.*)", condition):
        values = [value for word, value in call.keywords if word == found[1]]
        return any(fnmatchcase(value, found[3]) for value in values) != bool(found[2])
    if condition[0] == "+":
        return condition[1:] in tops
    given = [*call.paths, *(texts.get(name, "") for name in call.names if name)]
    if not any(given) and len(around.endings) == 1:
        given = list(around.endings)
    return any(fnmatchcase(each.partition("?")[0].lower(), condition.lower()) for each in given)
