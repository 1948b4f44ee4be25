"""The lock as a ``requirements.txt`` for ``pip install --require-hashes -r``.

https://pip.pypa.io/en/stable/topics/secure-installs/
"""

from __future__ import annotations

from collections.abc import Iterator

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.requirements import index_lines, pip_line, with_marker

__all__ = ["write"]


def write(snapshot: NotebookSnapshot) -> str:
    """Return the lock's lines; a comment names the one Python that they were resolved for."""
    spec = snapshot.spec
    lines = [
        f"# Locked for CPython {spec.python} on every platform.",
        *_without_dependencies(spec),
        *index_lines(spec),
        *(_line(snapshot, locked) for locked in spec.lock.distributions),
    ]
    return "".join(f"{line}\n" for line in lines)


def _without_dependencies(spec: Spec) -> Iterator[str]:
    if spec.no_deps:
        yield "# Install it with --no-deps: it lacks dependencies of " + ", ".join(spec.no_deps)


def _line(snapshot: NotebookSnapshot, locked: LockedDistribution) -> str:
    if not is_local(locked.url):
        return locked.line
    requirement = with_marker(pip_line(snapshot, locked.requirement), locked.marker)
    return " ".join((requirement, *(f"--hash={digest}" for digest in locked.hashes)))
