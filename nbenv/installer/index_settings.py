"""Name indexes to uv: the user's as configured, a notebook's under names that mean nothing else.

A notebook's own name for an index never reaches uv. It would replace an index of the user's that
has this name, and be sent the credentials in ``UV_INDEX_NAME_*``, which uv finds by name alone.
https://docs.astral.sh/uv/concepts/indexes/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbenv.core.requirements import absolute
from nbenv.core.spec import Index
from nbenv.core.urls import is_local, origin_of, without_credentials
from nbenv.home.index_names import remembered, variable_stem
from nbenv.installer import pip_config, uv_config

__all__ = [
    "absent_links",
    "bare_url",
    "entries",
    "is_best_match",
    "narrowed",
    "split_name",
    "usable_links",
    "uv_name",
    "with_recorded",
]

_INDEX_VARIABLES = re.compile(r"UV_(INDEX|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS)")
_INDEX_NAME = re.compile(r"^[\w.-]+=(?=\w+:)")
_KINDS = ("USERNAME", "PASSWORD")


def entries(variables: Mapping[str, str]) -> list[str]:
    """Return the indexes as uv's variables have them: URLs, some as ``NAME=URL``."""
    default = _own_default(variables)
    others = f"{variables.get('UV_INDEX', '')} {variables.get('UV_EXTRA_INDEX_URL', '')}".split()
    return [default or pip_config.default_index(), *others]


def _own_default(variables: Mapping[str, str]) -> str:
    return variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL") or ""


def bare_url(entry: str) -> str:
    """Return the URL of an entry, without its name and its credentials."""
    return without_credentials(_INDEX_NAME.sub("", entry))


def with_recorded(variables: Mapping[str, str], indexes: Sequence[Index]) -> dict[str, str]:
    """Return uv's variables with a notebook's indexes among the user's.

    By default uv takes a package from the first index that has it. A recorded index that lists its
    packages comes behind the user's own: it serves what only it has, and what it lists is pinned to
    it where uv resolves (`nbenv.installer.index_packages`). Others come before the user's: on
    another index, the same name may be another package.

    A default index of the notebook's takes the place of the user's, which is asked for nothing:
    a private name must not be taken from a public index. It also keeps its place among the others.

    Parameters
    ----------
    variables
        The user's settings, as variables of uv.
    indexes
        The indexes that a notebook records. One that the user has configured too is used as
        configured. Another gets credentials only if this user gave its host a name.
    """
    own, hosts = entries(variables), _hosts_of_names(variables)
    before: list[str] = []
    behind: list[str] = []
    default = ""
    credentials: dict[str, str] = {}
    for index in indexes:
        name = uv_name(index)
        same = (entry for entry in own if _is_same(bare_url(entry), index.url))
        entry = next(same, f"{name}={index.url}")
        default = entry if index.default else default
        (before if index.packages is None or index.default else behind).append(entry)
        stems = [stem for stem, host in hosts.items() if host == origin_of(index.url)]
        credentials |= _credentials(variables, stems, index.name, name)
    others = variables.get("UV_INDEX", "").split()
    if default:
        others = [each for each in others if not _is_same(bare_url(each), bare_url(own[0]))]
    if behind:  # uv asks its default index last, whichever that is
        configured = uv_config.configured(variables)
        main = default or _own_default(variables) or configured.default or own[0]
        others = [*others, *variables.get("UV_EXTRA_INDEX_URL", "").split(), *configured.others]
        *first, default = dict.fromkeys([*before, *others, main, *behind])
    else:
        first = list(dict.fromkeys([*before, *others]))
    made = {**variables, **credentials, "UV_INDEX": " ".join(first)}
    if default:
        made = {k: v for k, v in made.items() if k not in ("UV_INDEX_URL", "UV_EXTRA_INDEX_URL")}
        made["UV_DEFAULT_INDEX"] = default
    return made


def uv_name(index: Index) -> str:
    """Return the name by which uv knows a notebook's index: it says nothing but what the URL is."""
    return f"nbenv-{hashlib.sha256(index.url.encode()).hexdigest()[:16]}"


def is_best_match(variables: Mapping[str, str]) -> bool:
    """Return whether this machine takes the best version of all its indexes, as pip does."""
    chosen = variables.get("UV_INDEX_STRATEGY") or uv_config.configured(variables).strategy
    return chosen == "unsafe-best-match"


def narrowed(variables: Mapping[str, str], only: str) -> dict[str, str]:
    """Return the variables with one index left, under its name and with its password."""
    entry = next((each for each in entries(variables) if _is_same(bare_url(each), only)), only)
    kept = {
        name: value for name, value in variables.items() if not _INDEX_VARIABLES.fullmatch(name)
    }
    return {**kept, "UV_DEFAULT_INDEX": entry}


def split_name(entry: str) -> tuple[str, str]:
    """Return the name of an entry, "" for none, and its URL with the credentials that it has."""
    found = _INDEX_NAME.match(entry)
    return (found[0][:-1], entry[found.end() :]) if found else ("", entry)


def _is_same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")


def _hosts_of_names(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the origin that each name belongs to: as configured, else as this user typed it."""
    hosts: dict[str, str] = {}
    for name, url in [*_named(entries(variables)), *uv_config.named_indexes(variables)]:
        hosts.setdefault(variable_stem(name), origin_of(url))
    return {**remembered(), **hosts}


def _named(configured: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, url in map(split_name, configured):
        if name:
            yield name, url


def _credentials(
    variables: Mapping[str, str], stems: Sequence[str], preferred: str, name: str
) -> dict[str, str]:
    """Return the first credentials that the user set for one of some names, for another `name`."""
    best = variable_stem(preferred)
    for stem in sorted(stems, key=lambda each: each != best):
        found = {kind: variables.get(f"UV_INDEX_{stem}_{kind}") for kind in _KINDS}
        if any(found.values()):
            own = variable_stem(name)
            return {f"UV_INDEX_{own}_{kind}": value for kind, value in found.items() if value}
    return {}


# -- pages and folders of files


def usable_links(urls: Sequence[str], folder: Path) -> list[str]:
    """Return the URLs for uv, without the folders that are not on this machine.

    What was locked from such a folder may be in uv's cache, or on an index: its hash says that it
    is the same.

    Parameters
    ----------
    urls
        The pages and folders of a record.
    folder
        The notebook's folder.
    """
    absent = set(absent_links(urls, folder))
    return [_for_uv(url, folder) for url in urls if url not in absent]


def absent_links(urls: Sequence[str], folder: Path) -> list[str]:
    """Return the folders among the URLs of a record that are not on this machine."""
    return [url for url in urls if is_local(url) and not absolute(url, folder).is_dir()]


def _for_uv(url: str, folder: Path) -> str:
    located = absolute(url, folder).as_uri() if is_local(url) else url
    return located.replace(",", "%2C")  # uv's variable has commas between them
