"""The rules of a library, from what its modules need."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from nbenv.adopt.needs.dependencies import brought
from nbenv.core.import_names import distribution_of
from tools.optional_needs.reading import Library
from tools.optional_needs.sources import Source, Sources

EXAMPLES = re.compile(r"(^|[._])examples?([._]|$)")
"""Modules that are imported by their names; nothing else is taken from them."""
LONGEST_CHAIN = 3
"""The calls, and the names that modules take from each other, that are followed."""
# Names that methods of many libraries have.
COMMON = frozenset(
    "animate apply compute convert describe display download evaluate explain "  # noqa: SIM905
    "export figure fit_predict fit_transform forecast from_dict from_pandas "
    "generate get_params inverse_transform load_dataset load_model open_file "
    "plotting predict predict_proba process read_csv register render report "
    "sample_posterior save_model save_pretrained set_params show_figure simulate "
    "summary to_csv to_dataframe to_dict to_file to_image to_json to_numpy "
    "to_pandas to_string train transform update validate visualize".split()
)
# Each class of these is made for another package.
INTEGRATIONS = frozenset({"langchain-community", "llama-index-core"})
# Packages that only servers, developers or other machines need.
NEVER = frozenset(
    "ipython gdal setuptools pytest cupy-cuda12x cudf-cu12 cuml-cu12 numpy ipykernel pip "  # noqa: SIM905
    "mypy sphinx pyobjc-core pywin32 intel-extension-for-pytorch habana-frameworks "
    "torch-xla pyarrow-hotfix typing-extensions pydevd debugpy hypothesis tomli "
    "importlib-metadata importlib-resources nvidia-ml-py deepspeed apex mpi4py "
    "triton pyqt5 pyqt6 pyside2 pyside6 qtpy".split()
)


def closure(module: str, sources: Sources) -> frozenset[str]:
    """Return all outside modules that the import of a module imports."""
    if module not in sources.closures:
        sources.closures[module] = frozenset(outside(module, sources))
    return sources.closures[module]


def outside(module: str, sources: Sources) -> set[str]:
    seen, found, todo = set(), set(), [module]
    while todo:
        name = todo.pop()
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            each = sources.get(".".join(parts[:length]))
            if each and each.name not in seen:
                seen.add(each.name)
                found |= each.outside
                todo += each.inside
    return found


def with_inner(modules: Iterable[str], sources: Sources) -> set[str]:
    """Return modules with what those of them that the library has itself import."""
    inner = {each for each in modules if each.partition(".")[0] in sources}
    return {*modules} - inner | {x for each in inner for x in closure(each, sources)}


def through_calls(
    source: Source, name: str, sources: Sources, depth: int = LONGEST_CHAIN
) -> set[str]:
    """Return the modules that functions and classes of the library need that one of them calls."""
    found = set[str]()
    for called_one in source.calls.get(name, ()) if depth else ():
        place, inner = defined(source, called_one, sources)
        if place and (place, inner) != (source, name):
            needs = {*place.functions.get(inner, ()), *place.classes.get(inner, ())}
            found |= with_inner(needs, sources)
            found |= through_calls(place, inner, sources, depth - 1)
    return found


def defined(source: Source, name: str, sources: Sources) -> tuple[Source | None, str]:
    """Return the module of the library that defines what a name in one of its modules means."""
    for _ in range(LONGEST_CHAIN):
        if name in source.functions or name in source.classes:
            return source, name
        base, _, name = source.origins.get(name, "").rpartition(".")
        if base not in sources:
            return None, ""
        source = sources[base]
    return None, ""


distribution = cache(distribution_of)


def packages(modules: Iterable[str], own: set[str]) -> list[str]:
    """Return the packages that provide modules, without those that come anyway."""
    found = set()
    for module in modules:
        name = distribution(module)
        if name and name not in own and name not in NEVER:
            found.add(name)
    return sorted(found)


def rules(library: Library) -> Iterator[str]:
    """Yield the rules of one package.

    What a whole module needs counts where an extra lists it, where a module is named after it, or
    where its import is guarded: anything else comes with what the library depends on, which the
    wheel does not tell.
    """
    own = {library.name, *library.depends, *brought(library.depends)}
    tops = {x.partition(".")[0] for x in library.sources if distribution(x) == library.name}
    for top in sorted(tops):
        items = library.sources.items()
        mine = Sources({name: each for name, each in items if name.partition(".")[0] == top})
        outside = {each for one in mine.values() for each in one.outside}
        words = {word for each in mine for word in re.split(r"[._]", each)}
        guarded = {each for one in mine.values() for each in one.guarded}
        known = {*words, *packages(guarded, set())}
        assumed = {x for x in packages(outside, library.listed) if x not in known}
        own_here = own | assumed | set(packages(closure(top, mine), set()))
        if not library.depends:  # it leaves what its import needs to those who install it
            needs = packages(closure(top, mine), {library.name})
            if needs and len(needs) < 6:
                yield f"import {top}: {' '.join('^' + each for each in needs)}"
        yield from of_modules(top, mine, own_here)
        mine = Sources({name: each for name, each in mine.items() if not EXAMPLES.search(name)})
        integrations = library.name in INTEGRATIONS
        if distribution(top):  # other packages have functions in a namespace, too
            yield from of_names(top, mine, own_here, integrations=integrations)


def of_modules(top: str, sources: Sources, own: set[str]) -> Iterator[str]:
    given: dict[str, set[str]] = {}
    for module in sorted(sources, key=lambda each: (each.count("."), each)):
        parts = module.split(".")
        if module == top or any(part.startswith("_") for part in parts):
            continue
        known = set().union(*(given.get(".".join(parts[:n]), set()) for n in range(1, len(parts))))
        needs = [each for each in packages(closure(module, sources), own) if each not in known]
        if needs and len(needs) < 6:
            given[module] = set(needs)
            yield f"import {module}: {' '.join('^' + each for each in needs)}"
        yield from of_offered(sources[module], sources, own | known | set(needs))
    if top in sources:
        yield from of_offered(sources[top], sources, own)


def of_offered(package: Source, sources: Sources, own: set[str]) -> Iterator[str]:
    """Yield the rules of the names that a package offers without importing them at once."""
    for name, origin in sorted(package.offered.items()):
        needs = packages(closure(origin, sources), own)
        if needs and len(needs) < 6 and not name.startswith("_"):
            yield f"import {package.name}.{name}: {' '.join('^' + each for each in needs)}"


def of_names(top: str, sources: Sources, own: set[str], *, integrations: bool) -> Iterator[str]:
    places: dict[str, dict[str, list[str]]] = defaultdict(dict)
    methods: dict[str, list[list[str]]] = defaultdict(list)
    testers = {name: module for each in sources.values() for name, module in each.testers.items()}
    for each in sources.values():
        here = own | set(packages(closure(each.name, sources), set()))
        for name, found_modules in [*each.functions.items(), *each.classes.items()]:
            modules = with_inner(found_modules, sources) | through_calls(each, name, sources)
            marked = {testers[tester] for tester in each.marked[name] if tester in testers}
            marked |= each.integrated.get(name, set()) if integrations else set()
            if not name.startswith("_"):
                places[name][each.name] = packages(modules | marked, here)
        for name, bodies in each.methods.items():
            methods[name] += [packages(with_inner(x, sources), here) for x in bodies]
    elsewhere = {name for each in sources.values() for name in each.assigned}
    for name, by_module in sorted(places.items()):
        needs = next(iter(by_module.values()))
        same = all(other == needs for other in by_module.values())
        if needs and same and len(needs) < 4 and name not in elsewhere:
            shown = " ".join("^" + each for each in needs)
            yield f"{top}*.{name}: {shown}"
            if integrations:
                yield f"{top}*.{name}.from_*: {shown}"
        elif not same:
            yield from of_paths(name, by_module, sources)
    for name, found in sorted(methods.items()):
        needs = found[0]
        distinct = name not in COMMON and len(name) > 8
        if needs and distinct and all(other == needs for other in found) and len(needs) < 4:
            yield f"{top} .{name}: {' '.join('^' + each for each in needs)}"


def of_paths(name: str, by_module: dict[str, list[str]], sources: Sources) -> Iterator[str]:
    """Yield the rules of a name that means several things, by the paths that it is imported by."""
    for each in sources.values():
        place, inner = defined(each, name, sources)
        needs = by_module.get(place.name, []) if place and inner == name else []
        if needs and len(needs) < 4 and not re.search(r"(^|\.)_", each.name):
            yield f"{each.name}.{name}: {' '.join('^' + x for x in needs)}"
