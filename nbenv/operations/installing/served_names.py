"""Find out which index serves what an install names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement

from nbenv.core import requirements
from nbenv.core.recorded_options import index_serving
from nbenv.core.spec import Spec
from nbenv.engine.asked_options import AskedOptions
from nbenv.engine.indexes.asked_indexes import typed_indexes
from nbenv.engine.summaries import few
from nbenv.installer.index_lookup import first_index_of
from nbenv.progress import Progress, Steps

__all__ = ["served_names"]


def served_names(
    asked: AskedOptions,
    found: Sequence[str],
    spec: Spec,
    *,
    is_upgrade: bool = False,
    any_index: bool = False,
) -> Steps[dict[str, list[str]]]:
    """Return the names that a command asks for from each of its indexes, by the index's URL.

    All that is named has to come from the one that replaces the default one, as for pip; of further
    ones it comes from the first that has it.

    Parameters
    ----------
    asked
        The options of the command.
    found
        The requirements that it names.
    spec
        The record before the command.
    is_upgrade
        Whether what is locked already may come from there, too.
    any_index
        Whether what is named no longer has to come from the index that it was asked from.

    Raises
    ------
    InstallerError
        One of the indexes cannot be used.
    """
    listed = {text.rpartition("=")[0] for text in asked.index_packages}
    typed = [index for index in typed_indexes(asked) if not index.default]
    named = {each.name: each for each in map(requirements.parse, found) if not each.url}
    named.pop(requirements.KERNEL, None)
    if not typed and any_index:
        return {"": [*named]}
    if not typed:
        return {"": (yield from _no_longer_served(named, spec))}
    typed = [each for each in typed if "" not in listed and each.name not in listed]
    if len(typed) == 1 and asked.index_url:
        return {typed[0].url: [*named]}
    urls = {index.url.rstrip("/"): index.url for index in typed}
    served: dict[str, list[str]] = {index.url: [] for index in typed}
    for name in named:
        known = index_serving(spec.indexes, name)
        if known and known.url.rstrip("/") in urls:
            served[urls[known.url.rstrip("/")]].append(name)
    asking = _to_look_up(named, served, spec, is_upgrade)
    if urls and asking:
        yield Progress("resolve", f"Looking for {few(asking)} on {few([*urls])}…")
        texts = [str(named[name]) for name in asking]
        for name, url in first_index_of(texts, spec.python, typed).items():
            if url.rstrip("/") in urls:
                served[urls[url.rstrip("/")]].append(name)
    return served


def _no_longer_served(named: Mapping[str, Requirement], spec: Spec) -> Steps[list[str]]:
    """Return the names of which the index that serves them has no version as it is asked for now.

    Nobody asked that index for them by name: it serves them because another package needs them.
    """
    locked = spec.lock.versions()
    moving: list[str] = []
    for name, each in named.items():
        index = index_serving(spec.indexes, name)
        if not index or index_serving([replace(index, dependencies=())], name):
            continue
        if name in locked and each.specifier.contains(locked[name], prereleases=True):
            continue
        yield Progress("resolve", f"Looking for {each} on {index.url}…")
        found = first_index_of([str(each)], spec.python, [index])
        if found.get(name, "").rstrip("/") != index.url.rstrip("/"):
            moving.append(name)
    return moving


def _to_look_up(
    named: Collection[str], served: Mapping[str, Collection[str]], spec: Spec, is_upgrade: bool
) -> list[str]:
    """Return the names to look up: what is locked stays where it is if the command asks for more.

    A command that only names what is locked wants it from the index that it names.
    """
    known = {name for names in served.values() for name in names}
    rest = [name for name in named if name not in known]
    new = [name for name in rest if name not in spec.lock.versions()]
    return new if (known or new) and not is_upgrade else rest
