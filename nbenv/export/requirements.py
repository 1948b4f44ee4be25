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
from nbenv.installer.accelerators.torch_pins import with_torch_index

__all__ = ["comment_lines", "index_lines", "pip_line", "with_extras", "with_marker", "write"]


def write(snapshot: NotebookSnapshot) -> str:
    """Return the requirements, one a line."""
    spec = snapshot.spec
    lines = [
        *comment_lines(spec),
        *index_lines(spec),
        *(f"--no-binary {name}" for name in spec.no_binary),
        *(f"--only-binary {name}" for name in spec.only_binary),
        *(pip_line(snapshot, text) for text in spec.requirements),
        *_limits(spec),
    ]
    return "".join(f"{line}\n" for line in lines)


def index_lines(spec: Spec, *, local: bool = True, beside: bool = False) -> Iterator[str]:
    """Yield the lines that name the environment's own indexes, and its other places of files.

    Where the notebook's folder is not at hand, `local` is false: folders are named in comments.
    With `beside`, a default index of the notebook's is asked beside pip's own.
    """
    for index in with_torch_index(spec):
        yield f"--{'' if index.default and not beside else 'extra-'}index-url {index.url}"
    for url in spec.find_links:
        if local or not is_local(url):
            yield f"--find-links {url}"
        else:
            yield f"# Files from the folder {url} are needed, too: copy it, and use --find-links."


def comment_lines(spec: Spec) -> Iterator[str]:
    """Yield comments about what the requirements alone do not say, to any installer."""
    if spec.no_deps:
        yield f"# Installed in the notebook without dependencies: {', '.join(spec.no_deps)}."
        yield "# Use the format requirements-locked with pip's --no-deps to leave them out, too."
    for index in spec.indexes:
        if names := [*(index.packages or ()), *index.dependencies]:
            yield f"# In the notebook from {index.url} alone: {', '.join(names)}."
    if spec.exclude_newer:
        yield f"# Resolved with nothing newer than {spec.exclude_newer}."
    if spec.index_strategy:
        yield f"# Resolved with uv's index strategy {spec.index_strategy}."
    if spec.system:
        yield f"# Packages of the system that the notebook needs: {', '.join(spec.system)}."
    locked = spec.lock.versions()
    for text in spec.constraints:
        if name_of(text) not in locked:
            yield f"# Constraint: {text}"


def _limits(spec: Spec) -> Iterator[str]:
    """Yield the constraints of what is installed anyway, which are requirements just as well."""
    locked = spec.lock.versions()
    yield from (text for text in spec.constraints if name_of(text) in locked)


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
