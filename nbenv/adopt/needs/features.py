"""Find what the calls and imports of a notebook need besides the packages that have them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from nbenv.adopt import special_cases
from nbenv.adopt.code.facts import Call
from nbenv.adopt.findings import RANK_OF_CODE, FoundRequirement, Source, package_name
from nbenv.adopt.literals import is_reached
from nbenv.adopt.needs.arguments import argument_needs
from nbenv.adopt.needs.dependencies import settled
from nbenv.adopt.needs.moved import current_name
from nbenv.adopt.needs.rules import ImpliedNeed, Surroundings, call_needs, called_name, import_needs
from nbenv.adopt.scan import Scan

__all__ = ["FEATURES", "add_features", "note_models"]

FEATURES = Source(RANK_OF_CODE, "features that the code uses")
_MODELS = re.compile(r"\b([a-z]{2}_(?:core|dep|ent)_[a-z]+_(?:sm|md|lg|trf))\b")
_STATIC_IMAGES = frozenset({"png", "svg", "jpeg", "jpg", "pdf", "webp"})
"""Renderers of plotly that make images."""
_OF_PANDAS = frozenset({"iloc", "iat", "value_counts", "to_pandas", "to_dataframe"})
"""What gives a data frame, or only a data frame has, whoever made it."""
_OF_GEOPANDAS = frozenset(
    "cenpy city2graph h3pandas momepy movingpandas neatnet osmnx overturemaps pygris pyrosm "  # noqa: SIM905
    "quackosm skmob snkit tobler trackintel urbansim".split()
)
"""Packages whose functions give data frames of geopandas."""
_LOOKING = {"endswith", "glob", "iglob", "rglob", "fnmatch"}
"""What code finds files with, by how their names end."""


def add_features(scan: Scan) -> None:
    """Add what imports and calls need besides, and offer what calls may need."""
    findings = scan.findings
    present = [each.requirement for each in findings.settled()]
    named = findings.names()
    old = special_cases.parts_of(present)
    for choice, need in settled(_needs(scan), present):
        if choice in old:
            continue
        found = FoundRequirement(choice, FEATURES, (need.why,))
        if need.offered:
            findings.offered.append(found)
        else:
            findings.add(choice, FEATURES, need.why)
            findings.speculative |= {package_name(choice)} - named


def _needs(scan: Scan) -> Iterator[ImpliedNeed]:
    around = _surroundings(scan)
    for module in sorted({*around.imported, *_entered(scan, around)}):
        yield from import_needs(module, around.tops)
    for name, text in around.texts.items():
        if name == "os.environ['KERAS_BACKEND']" or name.endswith(".plotting.backend"):
            yield ImpliedNeed((text,), name)
        if name.endswith("renderers.default") and text in _STATIC_IMAGES:
            yield ImpliedNeed(("kaleido",), f'{name} = "{text}"')
    for facts, where in scan.code:
        for call in (*facts.calls, *facts.properties):
            if not is_reached(call.within, scan.used):
                continue
            for need in (*call_needs(call, around), *argument_needs(call, around)):
                yield replace(need, why=f"{need.why}, {where}")


def _entered(scan: Scan, around: Surroundings) -> Iterator[str]:
    """Yield the modules that code goes through: ``library.models`` of ``library.models.Net()``.

    Each of them was imported, by the library or when its name was used.
    """
    for facts, _ in scan.code:
        for call in (*facts.calls, *facts.properties):
            if call.name.count(".") > 1 and is_reached(call.within, scan.used):
                name = called_name(call, around.aliases)
                if not name.startswith(".") and name.count(".") > 1:
                    yield name.rpartition(".")[0]


def note_models(scan: Scan) -> None:
    """Note the spaCy models that are loaded: no index has them."""
    for facts, where in scan.code:
        for call in facts.calls:
            if call.method == "load" and call.texts and _MODELS.fullmatch(call.texts[0]):
                model = call.texts[0]
                scan.findings.note(
                    f"{where} loads the spaCy model {model}, which no index has. "
                    f"To get it: !python -m spacy download {model}"
                )


def _surroundings(scan: Scan) -> Surroundings:
    """Return what the calls of a scanned notebook may use, of its cells and files together."""
    texts = {name: text for facts, _ in scan.code for name, text in facts.texts.items()}
    aliases = {
        name: current_name(module)
        for facts, _ in scan.code
        for name, module in facts.aliases.items()
    }
    roots, makers = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for facts, _ in scan.code:
        for name, found in facts.roots.items():
            roots[name] |= found
        for name, found in facts.makers.items():
            makers[name] |= found
    imported = {module for module in scan.imports if not scan.local.has(module)}
    imported |= set(map(current_name, imported))
    imported |= {module for module in aliases.values() if module.endswith(".*")}
    calls = [call for facts, _ in scan.code for call in facts.calls]
    properties = [each for facts, _ in scan.code for each in facts.properties]
    imported |= {"pandas"} if _has_data_frames([*calls, *properties], aliases) else set()
    tops = {module.partition(".")[0] for module in imported}
    imported |= {"geopandas", "pandas"} if tops & _OF_GEOPANDAS else set()
    imported |= {"plotting_backend"} if _has_plotting_backend(calls, texts) else set()
    endings = frozenset(_endings(calls))
    return Surroundings(aliases, frozenset(imported), texts, roots, makers, endings)


def _has_plotting_backend(calls: list[Call], texts: dict[str, str]) -> bool:
    """Return whether pandas is told to draw by another package than matplotlib."""
    return any(name.endswith("plotting.backend") for name in texts) or any(
        "plotting.backend" in call.texts for call in calls
    )


def _has_data_frames(calls: list[Call], aliases: dict[str, str]) -> bool:
    """Return whether code has data frames, though it may not import pandas: others make them."""
    return any(
        call.method in _OF_PANDAS
        or ("as_frame", "True") in call.keywords
        or called_name(call, aliases) == "seaborn.load_dataset"
        for call in calls
    )


def _endings(calls: list[Call]) -> Iterator[str]:
    for call in calls:
        for text in call.paths if call.method in _LOOKING else ():
            if ending := re.search(r"\.[a-z]\w{1,5}$", text.lower()):
                yield ending[0]
