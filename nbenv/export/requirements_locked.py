"""The lock as a ``requirements.txt`` for ``pip install --require-hashes -r``.

https://pip.pypa.io/en/stable/topics/secure-installs/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local
from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import described_platforms
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.summaries import few
from nbenv.export.kernel_index import beyond_default_index
from nbenv.export.requirements import index_lines, pip_line, with_marker

__all__ = ["beyond_lines", "write"]


def write(snapshot: NotebookSnapshot) -> str:
    """Return the lock's lines; a comment names the one Python that they were resolved for."""
    spec = snapshot.spec
    beyond = beyond_default_index(snapshot)
    platforms = f"{described_platforms(spec.lock.platforms)} only" if spec.lock.platforms else ""
    lines = [
        f"# Locked for CPython {spec.python} on {platforms or 'every platform'}.",
        *_without_dependencies(spec),
        *beyond_lines(spec, beyond),
        *index_lines(spec, beside=bool(beyond)),
        *(_line(snapshot, locked) for locked in spec.lock.distributions),
    ]
    return "".join(f"{line}\n" for line in lines)


def beyond_lines(spec: Spec, names: Collection[str]) -> Iterator[str]:
    """Yield comments on packages that the notebook's default index does not have."""
    if names:
        url = next(index.url for index in spec.indexes if index.default)
        yield f"# {url} is the notebook's default index. It is asked beside pip's own for"
        yield f"# {few(sorted(names))}: each file has to have one of the hashes."


def _without_dependencies(spec: Spec) -> Iterator[str]:
    if spec.no_deps:
        yield "# Install it with --no-deps: it lacks dependencies of " + ", ".join(spec.no_deps)


def _line(snapshot: NotebookSnapshot, locked: LockedDistribution) -> str:
    if not is_local(locked.url):
        return locked.line
    requirement = with_marker(pip_line(snapshot, locked.requirement), locked.marker)
    return " ".join((requirement, *(f"--hash={digest}" for digest in locked.hashes)))
