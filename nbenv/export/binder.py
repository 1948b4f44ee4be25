"""A folder for Binder, in the layout that repo2docker builds.

https://repo2docker.readthedocs.io/en/latest/configuration/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files
from nbenv.export.image_context import local_path, notebook_files, quoted_requirement, unhashed
from nbenv.export.kernel_index import beyond_default_index
from nbenv.export.requirements import index_lines
from nbenv.export.requirements_locked import beyond_lines
from nbenv.notebook.metadata import KERNELSPEC

__all__ = ["write"]

_ALONE = "binder/without-dependencies.txt"
"""The file of what was installed without its dependencies, which pip would look for."""


def write(snapshot: NotebookSnapshot) -> Files:
    """Return the lock, the Python, system packages, and a script that makes the kernelspec."""
    spec = snapshot.spec
    others = unhashed(spec)
    checked = [locked for locked in spec.lock.distributions if locked not in others]
    hashed = [locked.line for locked in checked if locked.name not in spec.no_deps]
    alone = [locked.line for locked in checked if locked.name in spec.no_deps]
    beyond = beyond_default_index(snapshot)
    where = [
        *beyond_lines(spec, beyond),
        *index_lines(spec, local=False, beside=bool(beyond)),
    ]
    return {
        "binder/requirements.txt": _joined([*where, *hashed]),
        **({_ALONE: _joined([*where, *alone])} if alone else {}),
        **({"binder/apt.txt": _joined(spec.system)} if spec.system else {}),
        "binder/runtime.txt": f"python-{spec.python}\n".encode(),
        "binder/postBuild": _joined(_post_build(snapshot, bool(alone))),
        **notebook_files(snapshot),
    }


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _post_build(snapshot: NotebookSnapshot, alone: bool) -> Iterator[str]:
    yield from ("#!/bin/sh", "set -e")
    # requirements.txt cannot hold these: pip checks either the hash of every line or of none.
    for locked in unhashed(snapshot.spec):
        place = local_path(locked, snapshot) if is_local(locked.url) else locked.requirement
        requirement = quoted_requirement(place, locked.marker)
        yield f"python -m pip install --no-cache-dir --no-deps {requirement}"
    if alone:
        yield f"python -m pip install --no-cache-dir --no-deps -r {_ALONE}"
    shown = KERNELSPEC["display_name"]
    yield f'python -m ipykernel install --sys-prefix --name nbenv --display-name "{shown}"'
