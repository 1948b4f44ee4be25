"""Modules of a library, and what is known of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Source:
    """What one module imports, and what its functions, classes and methods do.

    `guarded` are the imports of which it says itself what to do where they fail, and `assigned`
    the names that it gives to what is made elsewhere. `offered` are names → what in the library
    they stand for, though its import does not import that, and `lenient` those of what tells
    whether modules are there. `calls` are the names that a function, or the making of an object,
    calls in any case, those of base classes among them, and `origins` names → where the library has
    them.
    """

    name: str
    is_package: bool
    outside: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    soft: dict[str, str] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)
    lenient: dict[str, list[str]] = field(default_factory=dict)
    lazy: dict[str, str] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)
    classes: dict[str, set[str]] = field(default_factory=dict)
    methods: dict[str, list[set[str]]] = field(default_factory=lambda: defaultdict(list))
    integrated: dict[str, set[str]] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    origins: dict[str, str] = field(default_factory=dict)
    testers: dict[str, str] = field(default_factory=dict)
    marked: dict[str, set[str]] = field(default_factory=dict)


class Sources(dict[str, Source]):
    """The modules of a library by their names, and what the import of each imports in the end."""

    def __init__(self, items: Mapping[str, Source]) -> None:
        super().__init__(items)
        self.closures: dict[str, frozenset[str]] = {}
