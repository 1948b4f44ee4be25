"""Read the reasons that uv gives for "No solution found", as facts instead of sentences.

uv prints the tree by which its solver derived the contradiction (PubGrub): premises ("Because A and
B") and what follows from them ("we can conclude that C"). The premises are the facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Derivation", "Need", "read_derivation"]

_NAME = r"(?!(?:all|any|one|only|the|there|none|you|your|no)(?![\w.-]))[A-Za-z0-9][\w.-]*"
_BOUND = r"(?:===|==|>=|<=|!=|~=|<|>)[\w.*+!-]+"
_SPEC = rf"{_NAME}(?:\[[\w,. -]*\])?(?:\{{[^}}]*\}})?(?:{_BOUND}(?:,{_BOUND})*)?"
_IS_SUBJECT = r"(?!\s+(?:depends?\b|has\b|have\b|was\b|were\b|is\b|are\b|needs?\b))"
_SOURCE = rf"your project|you(?= require)|all versions of {_NAME}|all of:(?: {_SPEC})+|{_SPEC}"
_END = r"(?![\w.*+!<>=~-]|,[<>=!~])"
_TARGETS = rf"one of:(?: {_SPEC}{_END})+|{_SPEC}{_END}(?: and {_SPEC}{_END}{_IS_SUBJECT})*"
_NEEDS = re.compile(rf"(?P<source>{_SOURCE}) (?:depends? on|require) (?P<targets>{_TARGETS})")
_UNKNOWN = re.compile(
    rf"(?P<name>{_SPEC}) was not found in the (?:package registry|provided package locations|cache)"
)
_ABSENT = re.compile(rf"there (?:is|are) no versions? of (?P<spec>{_SPEC})")
_ONLY = re.compile(
    rf"only (?:the following versions of )?(?P<spec>{_SPEC})(?: (?:is|are) available)"
)
_YANKED = re.compile(rf"(?P<spec>{_SPEC}) was yanked(?: \(reason: (?P<reason>[^)]*)\))?")
_WHEELS = re.compile(
    rf"(?P<source>all versions of {_NAME}|{_SPEC}) ha(?:s|ve) no "
    r"(?:usable )?(?:`[^`]*`-compatible )?wheels"
    r"(?: with a matching (?P<tag>Python version|Python ABI|Python implementation|platform) tag)?"
)
_TAGS = re.compile(
    r"Wheels are available for `[^`]+` \(v(?P<version>[^)]+)\) (?P<tags>.*?)(?=$|hint:)"
)
_CONCLUDED = re.compile(r",? we can conclude that |\. And because ")
_PYTHON = "python"


@dataclass(frozen=True)
class Need:
    """One package's requirement of another: `source` is "" for what the notebook asks for itself.

    `versions` are those of the source that have it, as uv writes them; "" means all of them.
    """

    source: str
    versions: str
    name: str
    specifier: str


@dataclass(frozen=True)
class Derivation:
    """The facts by which uv found that there is no solution.

    Parameters
    ----------
    roots
        What the notebook asks for itself.
    needs
        What packages require of each other, the most general statement of each pair.
    pythons
        What packages require of Python.
    unknown
        The names that no index has.
    absent
        Specifiers (``pandas==99``) that no version meets.
    limited
        The names of which uv says which versions are the only ones.
    yanked
        Versions that were withdrawn, with the reason.
    no_wheels
        Versions (as `Need.source` and `Need.versions`) without a file for this Python or platform.
    tags
        What the wheels of the last of them are for.
    tagged
        The version that has those wheels.
    python
        The notebook's Python, where uv says it.
    contradiction
        What the notebook itself asks for twice, so that nothing can be both.
    """

    roots: tuple[Need, ...] = ()
    needs: tuple[Need, ...] = ()
    pythons: tuple[Need, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    limited: tuple[str, ...] = ()
    yanked: tuple[tuple[str, str], ...] = ()
    no_wheels: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    tagged: str = ""
    contradiction: tuple[str, ...] = ()
    python: str = ""


def read_derivation(text: str) -> Derivation:
    """Return the facts in what uv printed; what is not understood is left out."""
    flat = " ".join(text.split())
    body, *hints = re.split(r"\bhint: ", flat)
    premises = " ; ".join(_premises(body))
    known = [each for each in _needs(premises) if each.name != _PYTHON]
    stated = _needs(_CONCLUDED.sub(" ; ", body))
    concluded = [each for each in stated if each.source and each.name != _PYTHON]
    latest = {(each.source, each.name): each for each in concluded}
    return Derivation(
        roots=tuple(dict.fromkeys(each for each in known if not each.source)),
        needs=tuple(latest.values()),
        pythons=tuple(each for each in _needs(premises) if each.name == _PYTHON),
        unknown=tuple(bare_name(found["name"]) for found in _UNKNOWN.finditer(premises)),
        absent=tuple(found["spec"] for found in _ABSENT.finditer(premises)),
        limited=tuple(bare_name(found["spec"]) for found in _ONLY.finditer(premises)),
        yanked=tuple(
            (found["spec"], found["reason"] or "") for found in _YANKED.finditer(premises)
        ),
        no_wheels=tuple(_split(found["source"]) for found in _WHEELS.finditer(premises)),
        tags=tuple(tag for hint in hints for tag in _tags(hint)),
        tagged=next((found["version"] for hint in hints if (found := _TAGS.search(hint))), ""),
        contradiction=_contradiction(body),
        python=_first(re.search(r"requested Python version \(==([\d.]+)\.\*\)", body)),
    )


def bare_name(text: str) -> str:
    """Return the name in ``name[extra]{marker}>=1``."""
    found = re.match(_NAME, text)
    return found[0] if found else text


def _premises(body: str) -> Iterator[str]:
    for sentence in re.split(r"[Bb]ecause ", body):
        yield sentence.partition(", we can conclude that")[0]


def _needs(text: str) -> Iterator[Need]:
    for found in _NEEDS.finditer(text):
        source, versions = _split(found["source"])
        for target in re.findall(_SPEC, found["targets"].removeprefix("one of:")):
            if target != "and":
                name, specifier = _split(target)
                yield Need(source, versions, name.lower(), specifier)


def _split(text: str) -> tuple[str, str]:
    """Return the name and the versions of a package as uv writes it; "" for the notebook's own."""
    if text in ("your project", "you"):
        return "", ""
    if text.startswith("all versions of "):
        return text.removeprefix("all versions of "), ""
    first, *more = re.findall(_SPEC, text.removeprefix("all of:"))
    name = bare_name(first)
    bounds = re.sub(r"^[^{<>=!~]*(?:\{[^}]*\})?", "", first)
    return name, "several" if more else bounds.rstrip(".")


def _first(found: re.Match[str] | None) -> str:
    return found[1] if found else ""


def _tags(hint: str) -> list[str]:
    found = _TAGS.search(hint)
    return re.findall(r"`([^`]+)`", found["tags"]) if found else []


def _contradiction(body: str) -> tuple[str, ...]:
    found = re.search(
        rf"your project depends on (?P<targets>{_TARGETS}), which are incompatible", body
    )
    if not found:
        return ()
    return tuple(each for each in re.findall(_SPEC, found["targets"]) if each != "and")
