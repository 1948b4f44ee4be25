"""What uv reads of a project or a script, for the formats that hold it."""

from __future__ import annotations

import re
from pathlib import Path

from nbenv.core.requirements import absolute, is_local, parse, portable
from nbenv.engine.document import NotebookSnapshot

__all__ = ["dependencies", "project_name", "settings"]


def dependencies(document: NotebookSnapshot) -> list[str]:
    """Return the requirements; where a local project is stands in `settings`."""
    return [_without_path(text) for text in document.spec.requirements]


def settings(document: NotebookSnapshot) -> dict[str, object]:
    """Return the table ``tool.uv``: indexes, local projects, and the locked versions."""
    spec = document.spec
    pinned = [
        f"{locked.requirement} ; {locked.marker}" if locked.marker else locked.requirement
        for locked in spec.lock.distributions
        if locked.version
    ]
    known = {
        "constraint-dependencies": pinned,
        "index": [{"name": each.name, "url": each.url} for each in spec.indexes],
        "sources": _sources(document),
    }
    return {key: value for key, value in known.items() if value}


def project_name(document: NotebookSnapshot) -> str:
    """Return a name for a project, which none of its dependencies has."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(document.ref.notebook).stem.lower()).strip("-")
    taken = document.spec.lock.versions()
    return f"{stem}-notebook" if stem in taken else stem or "notebook"


def _without_path(text: str) -> str:
    requirement = parse(text)
    if is_local(requirement.url):
        requirement.url = None
    return str(requirement)


def _sources(document: NotebookSnapshot) -> dict[str, object]:
    sources: dict[str, object] = {}
    folder = document.ref.folder
    for requirement in map(parse, document.spec.requirements):
        if not requirement.url or not is_local(requirement.url):
            continue
        path = portable(absolute(requirement.url, folder), folder)
        in_place = requirement.name in document.spec.editable
        sources[requirement.name] = {"path": path, **({"editable": True} if in_place else {})}
    return sources
