"""``requirements.txt`` for ``pip install -r``: the requirements as they were asked for.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.markers import Marker
from packaging.requirements import Requirement

from nbenv.core.requirements import absolute, is_local, name_of, parse, portable
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot

__all__ = ["index_lines", "pip_line", "with_extras", "with_marker", "write"]


def write(snapshot: NotebookSnapshot) -> str:
    """Return the requirements, one a line."""
    spec = snapshot.spec
    lines = [*index_lines(spec), *(pip_line(snapshot, text) for text in spec.requirements)]
    return "".join(f"{line}\n" for line in lines)


def index_lines(spec: Spec) -> Iterator[str]:
    """Yield the lines that name the environment's own indexes."""
    yield from (f"--extra-index-url {index.url}" for index in spec.indexes)


def pip_line(snapshot: NotebookSnapshot, text: str) -> str:
    """Return a requirement as pip reads it: a local project by its path alone.

    PEP 508 has no relative paths, so pip's own form is used for them.
    """
    requirement = parse(text)
    if not requirement.url or not is_local(requirement.url):
        return text
    folder = snapshot.ref.folder
    path = portable(absolute(requirement.url, folder), folder)
    prefix = "-e " if name_of(text) in snapshot.spec.editable else ""
    return with_marker(prefix + with_extras(path, requirement), requirement.marker)


def with_extras(head: str, requirement: Requirement) -> str:
    """Return a name or a path with the requirement's extras behind it."""
    return f"{head}[{','.join(sorted(requirement.extras))}]" if requirement.extras else head


def with_marker(text: str, marker: Marker | str | None) -> str:
    """Return a requirement with its environment marker (PEP 508), if it has one."""
    return f"{text} ; {marker}" if marker else text
