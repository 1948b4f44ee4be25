"""The lock as a ``requirements.txt``, for ``pip install --require-hashes -r``."""

from __future__ import annotations

from nbenv.export.requirements import index_lines, pip_line
from nbenv.lock import LockedDistribution
from nbenv.operations.document import Document
from nbenv.operations.progress import Steps
from nbenv.requirements import is_local

__all__ = ["write"]


def write(document: Document) -> Steps[str]:
    """Return the lock's lines; pip holds only for the Python that they were resolved for."""
    spec = document.spec
    lines = [
        f"# For CPython {spec.python}, every platform.",
        *index_lines(spec),
        *(_line(document, locked) for locked in spec.lock.distributions),
    ]
    return "".join(f"{line}\n" for line in lines)
    yield  # no progress: nothing here takes time


def _line(document: Document, locked: LockedDistribution) -> str:
    if not is_local(locked.url):
        return locked.line
    marker = f" ; {locked.marker}" if locked.marker else ""
    path = pip_line(document, locked.requirement)
    return "".join((path, marker, *(f" --hash={digest}" for digest in locked.hashes)))
