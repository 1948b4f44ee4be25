"""Compare what is installed from folders, archives and addresses with what is there now.

A version says nothing here: an edited project keeps it, and so does a wheel that was built again.
The marker of an environment therefore holds the fingerprint of each local project and archive as it
was when it was installed, and the record in it the hashes of all other files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, parse
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import Installed
from nbenv.core.urls import is_archive, is_local
from nbenv.engine.document import parse_record
from nbenv.environments.environment import Marker
from nbenv.environments.local_projects import contents_of
from nbenv.errors import RecordError

__all__ = [
    "changed_projects",
    "current_sources",
    "must_be_reinstalled",
    "read_again",
    "urls_of",
    "with_full_urls",
]


def current_sources(spec: Spec, folder: Path) -> dict[str, str]:
    """Return the fingerprints of the local projects and archives in a lock, by package name."""
    if not any(is_local(each.url) for each in spec.lock.distributions):
        return {}
    contents = contents_of(spec, folder)
    found = ((each.name, contents.get(each.url or "")) for each in spec.lock.distributions)
    return {name: content for name, content in found if content}


def must_be_reinstalled(
    spec: Spec,
    wanted: Iterable[LockedDistribution],
    installed: Mapping[str, Installed],
    marker: Marker,
    sources: Mapping[str, str],
) -> list[str]:
    """Return the packages that are installed from the right place, but not with its content.

    Parameters
    ----------
    spec
        The record that the environment should hold.
    wanted
        The part of its lock for this machine.
    installed
        What the environment holds, by name.
    marker
        The environment's marker.
    sources
        As of `current_sources`.
    """
    direct = [each for each in wanted if each.url and each.name in installed]
    if marker.record is None:
        return [each.name for each in direct]  # what an interrupted change has left
    made_of = _made_of(marker)
    return [
        each.name
        for each in direct
        if installed[each.name].editable != (each.name in spec.editable)
        or _has_other_hashes(each, made_of.get(each.name, ()))
        or _has_other_files(each, marker, sources)
    ]


def _made_of(marker: Marker) -> dict[str, tuple[LockedDistribution, ...]]:
    try:
        return parse_record(marker.record or {}).lock.by_name()
    except RecordError:  # written by another version of nbenv
        return {}


def _has_other_hashes(wanted: LockedDistribution, before: Iterable[LockedDistribution]) -> bool:
    known = {digest for each in before if each.url for digest in each.hashes}
    return bool(known) and known.isdisjoint(wanted.hashes)


def _has_other_files(
    wanted: LockedDistribution, marker: Marker, sources: Mapping[str, str]
) -> bool:
    """Return whether a project's files changed; of an archive, the locked hashes alone count."""
    is_folder = is_local(wanted.url) and not wanted.hashes
    now = sources.get(wanted.name)
    return is_folder and now is not None and marker.sources.get(wanted.name) != now


def changed_projects(spec: Spec, marker: Marker, sources: Mapping[str, str]) -> dict[str, str]:
    """Return the local projects and archives that changed since they were installed: name → URL."""
    urls = {each.name: each.url or "" for each in spec.lock.distributions}
    return {
        name: urls[name]
        for name, before in sorted(marker.sources.items())
        if name in urls and sources.get(name, before) != before
    }


def read_again(
    spec: Spec, named: Collection[str], marker: Marker, sources: Mapping[str, str]
) -> list[str]:
    """Return the packages that a command names whose source may have another content by now.

    Of what is on this machine, that is known; an address has to be asked, unless it names a commit.
    """
    urls = set(urls_of(spec, named))
    return sorted(
        each.name
        for each in spec.lock.distributions
        if each.url in urls
        and (
            marker.sources.get(each.name) != sources.get(each.name)
            if is_local(each.url)
            else each.name in named and not _is_fixed(spec, each)
        )
    )


def _is_fixed(spec: Spec, locked: LockedDistribution) -> bool:
    """Return whether a requirement names the very commit that is locked."""
    asked = {parse(text).url for text in spec.requirements}
    return not is_archive(locked.url or "") and locked.url in asked


def urls_of(spec: Spec, names: Collection[str]) -> list[str]:
    """Return the URLs that packages come from, and those of local projects that only they need.

    A project may require another one beside it, which its user edits and means as well.
    """
    asked = {requirement.name: requirement.url for requirement in map(parse, spec.requirements)}
    named = [url for name, url in asked.items() if url and name in names]
    named += [each.url for each in spec.lock.distributions if each.url and each.name in names]
    if any(map(is_local, named)):
        locked = spec.lock.distributions
        beside = (each.url for each in locked if each.name not in asked)
        named += [url for url in beside if url and is_local(url)]
    return named


def with_full_urls(
    selection: Mapping[str, LockedDistribution], folder: Path
) -> dict[str, LockedDistribution]:
    """Return a selection with absolute URLs of its local projects, as an environment has them."""
    return {name: _with_full_url(locked, folder) for name, locked in selection.items()}


def _with_full_url(locked: LockedDistribution, folder: Path) -> LockedDistribution:
    if not locked.url or not is_local(locked.url):
        return locked
    path, hash_sign, fragment = locked.url.partition("#")
    return replace(locked, url=absolute(path, folder).as_uri() + hash_sign + fragment)
