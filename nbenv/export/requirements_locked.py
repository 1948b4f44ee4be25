"""The lock as a ``requirements.txt``, for ``pip install --require-hashes -r``."""

from __future__ import annotations

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.requirements import index_lines, pip_line
from nbenv.progress import Steps

__all__ = ["write"]


def write(document: NotebookSnapshot) -> Steps[str]:
    """Return the lock's lines; pip holds only for the Python that they were resolved for."""
    spec = document.spec
    lines = [
        f"# For CPython {spec.python}, every platform.",
        *index_lines(spec),
        *(_line(document, locked) for locked in spec.lock.distributions),
    ]
    return "".join(f"{line}\n" for line in lines)
    yield  # no progress: nothing here takes time


def _line(document: NotebookSnapshot, locked: LockedDistribution) -> str:
    if not is_local(locked.url):
        return locked.line
    marker = f" ; {locked.marker}" if locked.marker else ""
    path = pip_line(document, locked.requirement)
    return "".join((path, marker, *(f" --hash={digest}" for digest in locked.hashes)))
