"""Resolve so that each package comes from its index: what a record lists, and only that.

uv can pin a package to an index only where it is required or limited by name: a limit that every
version meets pins what is needed indirectly, too. It knows no patterns, so the names that match one
are found out first, and asking for them must not take anything from elsewhere.
https://docs.astral.sh/uv/concepts/indexes/#pinning-a-package-to-an-index
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from nbenv.core.pylock import PylockDict, packages_of
from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import name_of, parse
from nbenv.core.spec import Index, Spec
from nbenv.errors import InstallerError, InstallerKilledError, ResolutionError, StoppedError
from nbenv.installer.index_settings import uv_name
from nbenv.installer.machine.uv_environment import machine_takes_best_match
from nbenv.installer.scratch_project import ANY_VERSION, write_pinned
from nbenv.progress import Steps, drain

__all__ = [
    "FIRST",
    "IN_ORDER",
    "Placement",
    "build_order",
    "pinned_indexes",
    "pinned_sources",
    "pinning_limits",
    "pins_of",
    "resolve_placed",
    "write_pins",
]

FIRST = "first-index"
IN_ORDER = "unsafe-first-match"
"""uv's strategy that takes the first index with a version that fits, for what builds need."""
_MOST_ROUNDS = 20


@dataclass(frozen=True)
class Placement:
    """The indexes of one resolution.

    Parameters
    ----------
    indexes
        The indexes of a notebook that uv asks for any package, in the order of their kinds.
    pins
        Name → the only index that it comes from, also if that is not among `indexes`.
    strategy
        uv's way to choose between indexes, "" for the record's or the machine's.
    only_wheels
        Whether nothing may be built.
    is_trial
        Whether the versions that it finds are not to be preferred by a later one.
    requirements
        The only requirements to resolve; None for those of the record.
    """

    indexes: tuple[Index, ...]
    pins: Mapping[str, Index] = field(default_factory=dict)
    strategy: str = ""
    only_wheels: bool = False
    is_trial: bool = False
    requirements: tuple[str, ...] | None = None


_Resolve = Callable[[Placement], Steps[PylockDict]]
"""Resolves a record once."""


def pinned_indexes(pins: Mapping[str, Index]) -> list[dict[str, object]]:
    """Return ``[[tool.uv.index]]`` for pins: uv asks these indexes for nothing else."""
    urls = {uv_name(index): index.url for index in pins.values()}
    return [{"name": name, "url": url, "explicit": True} for name, url in urls.items()]


def pinned_sources(pins: Mapping[str, Index]) -> dict[str, object]:
    """Return ``[tool.uv.sources]`` for pins."""
    return {name: {"index": uv_name(index)} for name, index in pins.items()}


def pinning_limits(pins: Iterable[str]) -> list[str]:
    """Return limits for pins: uv heeds the source of what is required or limited by name."""
    return [f"{name}{ANY_VERSION}" for name in pins]


def write_pins(
    folder: Path, spec: Spec, names: Iterable[str], rest: Index | None = None
) -> list[str]:
    """Write the pins of packages for a command of ``uv pip``, which takes projects as files, too.

    Parameters
    ----------
    folder
        A folder for the file.
    spec
        The record.
    names
        The packages that the command is about.
    rest
        The index of those that no index lists.

    Returns
    -------
    list[str]
        The path of the file; nothing if no index lists any of the packages.
    """
    names = list(names)
    pins = {**(dict.fromkeys(names, rest) if rest else {}), **pins_of(spec.indexes, names)}
    if not pins:
        return []
    place = folder / ("pins-of-all" if rest else "pins")
    return [write_pinned(place, list(pins), pinned_indexes(pins), pinned_sources(pins))]


def pins_of(indexes: Iterable[Index], names: Iterable[str]) -> dict[str, Index]:
    """Return the index of each name that one lists."""
    listing = [index for index in indexes if index.packages or index.dependencies]
    found = {name: index_serving(listing, name) for name in names if listing}
    return {name: index for name, index in found.items() if index}


def build_order(indexes: tuple[Index, ...], built: Iterable[str]) -> tuple[Index, ...]:
    """Return indexes so that uv looks first where a package comes from for what its build needs.

    uv pins nothing of that, and code of it runs: a public index may have something else of its
    name. An index that neither claims dependencies nor lists patterns stays behind the machine's.

    Parameters
    ----------
    indexes
        The indexes of a record.
    built
        The names of what is built from source.
    """
    serving = (index_serving(indexes, name) for name in built)
    first = {each.name for each in serving if each and (each.claims or each.patterns)}
    return tuple(replace(each, packages=None) if each.name in first else each for each in indexes)


def resolve_placed(spec: Spec, resolve: _Resolve, *, builds: bool = False) -> Steps[PylockDict]:
    """Resolve a record with each package from its index.

    Parameters
    ----------
    spec
        The record. Indexes that list no packages are asked before the machine's own, as ever.
    resolve
        Resolves it once.
    builds
        Whether it may build packages, to learn what they require.

    Raises
    ------
    ResolutionError
        No set of versions satisfies the requirements.
    InstallerError
        uv failed otherwise.
    """
    listing = [index for index in spec.indexes if index.packages is not None]
    if not listing:
        return (yield from resolve(Placement(spec.indexes)))
    known = {*_names_of(spec), *_discovered(spec, resolve)}
    while True:
        pins = _pins(spec, known)
        if builds:
            _build_in_order(spec, pins, resolve)
        document = yield from _resolved(spec, pins, resolve)
        new = {*_packages(document)} - known
        if not any(index_serving(spec.indexes, name) for name in new - pins.keys()):
            return document
        known |= new


def _build_in_order(spec: Spec, pins: Mapping[str, Index], resolve: _Resolve) -> None:
    """Have uv learn what packages of an index require, built with what that index has.

    Its cache knows it from then on.
    """
    served = tuple(text for text in spec.requirements if name_of(text) in pins)
    indexes = build_order(spec.indexes, map(name_of, served))
    if indexes != spec.indexes:
        _attempt(resolve, Placement(indexes, pins, IN_ORDER, requirements=served))


def _resolved(spec: Spec, pins: Mapping[str, Index], resolve: _Resolve) -> Steps[PylockDict]:
    """Resolve with these pins; where the machine takes the best of its indexes, of these alone."""
    if spec.index_strategy or not machine_takes_best_match():
        return (yield from resolve(Placement(spec.indexes, pins)))
    others = tuple(index for index in spec.indexes if index.packages is None or index.default)
    listing = [index for index in spec.indexes if index not in others]
    only = _served_only_by(listing, spec, pins, resolve)
    rounds = 0
    while True:
        try:
            return (yield from resolve(Placement(others, {**pins, **only})))
        except ResolutionError as error:
            is_new = error.unknown and error.unknown not in {**pins, **only}
            rounds += 1
            if not (listing and is_new) or rounds == _MOST_ROUNDS:
                raise
            only[error.unknown] = listing[0]


def _served_only_by(
    listing: Sequence[Index],
    spec: Spec,
    pins: Mapping[str, Index],
    resolve: _Resolve,
) -> dict[str, Index]:
    """Return the names that none of the machine's own indexes has."""
    urls = {index.url.rstrip("/"): index for index in listing}
    document = _attempt(resolve, Placement(spec.indexes, pins, FIRST))
    served = _packages(document).items()
    return {n: urls[url] for n, url in served if url in urls and n not in pins}


def _discovered(spec: Spec, resolve: _Resolve) -> Iterable[str]:
    """Return names that patterns may stand for: those of a resolution that builds nothing.

    The indexes with patterns come first in it, so that no name is taken from elsewhere.
    """
    if not any(index.patterns for index in spec.indexes):
        return ()
    first = [replace(each, packages=None) for each in spec.indexes if each.patterns]
    others = [each for each in spec.indexes if not each.patterns]
    placed = Placement((*first, *others), _pins(spec, _names_of(spec)), FIRST, only_wheels=True)
    return _packages(
        _attempt(resolve, placed) or _attempt(resolve, replace(placed, only_wheels=False))
    )


def _attempt(resolve: _Resolve, placed: Placement) -> PylockDict:
    """Return what was resolved, nothing where that fails: the resolution that follows says why."""
    try:
        return drain(resolve(replace(placed, is_trial=True)))
    except (StoppedError, InstallerKilledError):
        raise
    except InstallerError:
        return {}


def _pins(spec: Spec, names: Iterable[str]) -> dict[str, Index]:
    """Return the index of each name that one lists; what has an address comes from there."""
    direct = {each.name for each in map(parse, spec.requirements) if each.url}
    listed = chain.from_iterable((*(i.packages or ()), *i.dependencies) for i in spec.indexes)
    exact = {name for name in listed if "*" not in name}
    return pins_of(spec.indexes, sorted({*exact, *names} - direct))


def _names_of(spec: Spec) -> set[str]:
    """Return the names that a record knows."""
    asked = map(name_of, chain(spec.requirements, spec.constraints))
    return {*asked, *spec.lock.versions()}


def _packages(document: PylockDict) -> dict[str, str]:
    """Return the names of what was resolved, each with the URL of its index."""
    packages = packages_of(document)
    return {str(each["name"]): str(each.get("index", "")).rstrip("/") for each in packages}
