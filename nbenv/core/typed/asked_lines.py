"""The lines that requirements files ask for, apart from the grammar that reads them."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["AskedLine", "FilesRead"]


@dataclass(frozen=True)
class AskedLine:
    """A requirement or a constraint, where it stands, and the only hashes that it allows."""

    text: str
    place: str = ""
    hashes: tuple[str, ...] = ()


@dataclass
class FilesRead:
    """Everything that requirements files ask for; lists are in the order of the lines.

    Parameters
    ----------
    requirements, editable, constraints
        What to install, what to install in place, and limits for what is installed.
    index_url, extra_index_urls, no_index, find_links
        Where to look; they may hold credentials.
    no_binary, only_binary
        What must be built, and what must not.
    pre
        Whether pre-releases are allowed.
    prefer_binary
        Whether an older version with a wheel is better than a newer one without.
    trusted_hosts
        Hosts whose certificates are not checked.
    ignored
        Options that mean nothing here, each with its place.
    """

    requirements: list[AskedLine] = field(default_factory=list)
    editable: list[AskedLine] = field(default_factory=list)
    constraints: list[AskedLine] = field(default_factory=list)
    index_url: str = ""
    extra_index_urls: list[str] = field(default_factory=list)
    no_index: bool = False
    find_links: list[str] = field(default_factory=list)
    no_binary: list[str] = field(default_factory=list)
    only_binary: list[str] = field(default_factory=list)
    pre: bool = False
    prefer_binary: bool = False
    trusted_hosts: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
