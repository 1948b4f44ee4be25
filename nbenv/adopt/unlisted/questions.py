"""Make questions for an index out of the modules that nothing else explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from packaging.utils import canonicalize_name

from nbenv.adopt.code.facts import CodeFacts
from nbenv.adopt.code.named_imports import meaning
from nbenv.adopt.unlisted.generic_names import is_generic
from nbenv.adopt.unlisted.question import Question
from nbenv.core.import_names import candidates_of, distributions

__all__ = ["questions"]

_NAME = r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)"
_INSTALLED = re.compile(rf"\bpip3? install (?:-\S+ )*['\"]?{_NAME}")
_ADDRESSED = re.compile(
    rf"/project/{_NAME}|\bgithub\.com/[\w.-]+/{_NAME}|//{_NAME}\.(?:readthedocs|github)\.io"
)
_MOST_MODULES = 12
"""A notebook with more unknown modules than this lacks files of its own."""
_MOST_CANDIDATES = 5


def questions(
    unknown: Iterable[str],
    code: Iterable[tuple[CodeFacts, str]],
    texts: Iterable[str],
    declared: Iterable[str],
) -> list[Question]:
    """Return what to ask about unknown modules.

    Parameters
    ----------
    unknown
        The modules: a top one, or of a known namespace the dotted name.
    code
        The facts about all code, and where it is.
    texts
        Markdown, the sources of cells, and their outputs.
    declared
        Normalised names of packages that the notebook, or a file beside it, asks for.
    """
    facts = [each for each, _ in code]
    installed, addressed = _mentioned(texts)
    installed |= set(declared)
    asked = [module for module in unknown if not is_generic(module)]
    if len(asked) > _MOST_MODULES:
        return []
    return [
        Question(
            module,
            frozenset(uses(module, facts)),
            tuple(names := _candidates(module, facts, installed, addressed)),
            frozenset((installed | addressed).intersection(names)),
        )
        for module in asked
    ]


def _candidates(
    module: str, facts: Iterable[CodeFacts], installed: set[str], addressed: set[str]
) -> list[str]:
    """Return the names to try: the module's own, what is known of it, and what the text names.

    What it has may be in packages of longer names, as ``a.b.c`` in ``a-b-c`` (PEP 423).
    """
    own = str(canonicalize_name(module))
    inner = {found.module for each in facts for found in each.imports if not found.level}
    longer = sorted({*filter(lambda name: name.startswith(f"{module}."), inner)}, key=len)
    known = distributions()
    named = sorted(name for name in installed if name not in known)
    linked = sorted(name for name in addressed if name not in known and _alike(name, own))
    parts = [str(canonicalize_name(name)) for name in longer[:2]]
    names = dict.fromkeys([own, *candidates_of(module), *linked, *named, *parts])
    return list(names)[:_MOST_CANDIDATES]


def _mentioned(texts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the names of packages that texts install, and those that they have addresses of."""
    installed, addressed = set[str](), set[str]()
    for text in texts:
        installed |= {_clean(found[1]) for found in _INSTALLED.finditer(text)}
        for found in _ADDRESSED.finditer(text):
            addressed |= {_clean(name) for name in found.groups() if name}
    return installed, addressed


def _clean(name: str) -> str:
    return str(canonicalize_name(name.removesuffix(".git")))


def _alike(name: str, own: str) -> bool:
    short, long = sorted((name.replace("-", ""), own.replace("-", "")), key=len)
    return len(short) > 3 and short in long


def uses(module: str, facts: Sequence[CodeFacts]) -> Iterator[str]:
    """Yield the dotted names in a module that code imports and calls, without the module's own."""
    prefix = f"{module}."
    aliases = {name: target for each in facts for name, target in each.aliases.items()}
    for each in facts:
        imported = (name for found in each.imports if not found.level for name in found.modules())
        called = (meaning(use.name, aliases) for use in (*each.calls, *each.properties))
        for name in (*imported, *called):
            if name.startswith(prefix) and "*" not in name:
                yield name.removeprefix(prefix)
