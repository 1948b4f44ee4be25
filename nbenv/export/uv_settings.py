"""uv's settings for a notebook's environment, for the formats that hold a ``tool.uv`` table.

https://docs.astral.sh/uv/reference/settings/
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from nbenv.core.recorded_options import ALL
from nbenv.core.requirements import absolute, is_local, parse, portable, text_of
from nbenv.core.spec import Index, Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import InstallerError
from nbenv.export.requirements import with_marker
from nbenv.installer.accelerators.torch_pins import pins_for
from nbenv.installer.index_lookup import cached_names
from nbenv.installer.index_packages import pinned_sources, pins_of
from nbenv.installer.index_settings import uv_name

__all__ = ["dependencies", "project_name", "settings"]


def dependencies(snapshot: NotebookSnapshot) -> list[str]:
    """Return the requirements without the paths of local projects, which are in `settings`."""
    return [_without_path(text) for text in snapshot.spec.requirements]


def settings(snapshot: NotebookSnapshot) -> dict[str, object]:
    """Return the table ``tool.uv``: indexes, local projects, and the locked versions."""
    spec = snapshot.spec
    torch = pins_for(spec).of(spec.lock.versions())
    pinned = [
        with_marker(locked.requirement, locked.marker)
        for locked in spec.lock.distributions
        if locked.version
    ]
    known = {
        "constraint-dependencies": [*pinned, *spec.constraints],
        "environments": list(spec.lock.platforms),
        "dependency-metadata": _without_dependencies(snapshot),
        "no-binary": ALL in spec.no_binary,
        "no-binary-package": [name for name in spec.no_binary if name != ALL],
        "no-build": ALL in spec.only_binary,
        "no-build-package": [name for name in spec.only_binary if name != ALL],
        "exclude-newer": spec.exclude_newer,
        "index-strategy": spec.index_strategy,
        "find-links": list(spec.find_links),
        # Without the notebook's names: uv takes UV_INDEX_NAME_PASSWORD for any index of a name.
        "index": [*map(_index, spec.indexes), *torch.indexes],
        "sources": {**torch.sources, **pinned_sources(_pins(spec)), **_sources(snapshot)},
    }
    return {key: value for key, value in known.items() if value}


def _index(index: Index) -> dict[str, object]:
    if index.packages is None or index.default:
        named = {"name": uv_name(index)} if index.packages or index.dependencies else {}
        return {**named, "url": index.url, **({"default": True} if index.default else {})}
    return {"name": uv_name(index), "url": index.url, "explicit": True}


def _pins(spec: Spec) -> dict[str, Index]:
    """Return the index of each locked package that comes from the notebook's alone.

    uv would take a package from an index of the project before it asks the default one, so it is
    told about what only the notebook's index has, too: its cache knows from locking.
    """
    pins = pins_of(spec.indexes, spec.lock.versions())
    for index in spec.indexes:
        if index.packages is not None and not index.default:
            rest = [each for each in spec.lock.distributions if each.name not in pins]
            with contextlib.suppress(InstallerError):  # the cache may be gone
                pins |= dict.fromkeys(sorted(cached_names(index, rest, spec.python)), index)
    return dict(sorted(pins.items()))


def _without_dependencies(snapshot: NotebookSnapshot) -> list[dict[str, object]]:
    """Return uv's way to say that packages need nothing; of an address it wants the version."""
    spec, installed = snapshot.spec, snapshot.environment.installed()
    direct = {each.name for each in map(parse, spec.requirements) if each.url}
    entries: list[dict[str, object]] = []
    for name in spec.no_deps:
        entry: dict[str, object] = {"name": name, "requires-dist": []}
        if name in direct and name in installed:
            entry["version"] = installed[name].version
        entries.append(entry)
    return entries


def project_name(snapshot: NotebookSnapshot) -> str:
    """Return a name for a project; uv rejects one that a dependency has too."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(snapshot.ref.notebook).stem.lower()).strip("-")
    taken = snapshot.spec.lock.versions()
    return f"{stem}-notebook" if stem in taken else stem or "notebook"


def _without_path(text: str) -> str:
    requirement = parse(text)
    if is_local(requirement.url):
        requirement.url = None
    return text_of(requirement)


def _sources(snapshot: NotebookSnapshot) -> dict[str, object]:
    sources: dict[str, object] = {}
    spec, folder = snapshot.spec, snapshot.ref.folder
    for requirement in map(parse, spec.requirements):
        if not requirement.url or not is_local(requirement.url):
            continue
        path = portable(absolute(requirement.url, folder), folder)
        in_place = requirement.name in spec.editable
        sources[requirement.name] = {"path": path, **({"editable": True} if in_place else {})}
    return sources
