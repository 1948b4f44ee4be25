"""``requirements.txt``: what was asked for, for ``pip install -r``."""

from __future__ import annotations

from collections.abc import Iterator

from nbenv.core.requirements import absolute, is_local, name_of, parse, portable
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.progress import Steps

__all__ = ["index_lines", "pip_line", "write"]


def write(document: NotebookSnapshot) -> Steps[str]:
    """Return the requirements as asked for."""
    spec = document.spec
    lines = [*index_lines(spec), *(pip_line(document, text) for text in spec.requirements)]
    return "".join(f"{line}\n" for line in lines)
    yield  # no progress: nothing here takes time


def index_lines(spec: Spec) -> Iterator[str]:
    """Yield the lines that name the environment's own indexes."""
    yield from (f"--extra-index-url {index.url}" for index in spec.indexes)


def pip_line(document: NotebookSnapshot, text: str) -> str:
    """Return a requirement as pip reads it: a local project by its path alone."""
    requirement = parse(text)
    if not requirement.url or not is_local(requirement.url):
        return text
    folder = document.ref.folder
    path = portable(absolute(requirement.url, folder), folder)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    prefix = "-e " if name_of(text) in document.spec.editable else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{prefix}{path}{extras}{marker}"
