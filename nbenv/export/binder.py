"""A folder for repo2docker and Binder (https://repo2docker.readthedocs.io)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.dockerfile import local_path, unhashed
from nbenv.export.image_context import notebook_files
from nbenv.export.requirements import index_lines
from nbenv.progress import Steps

__all__ = ["write_folder"]


def write_folder(document: NotebookSnapshot) -> Steps[dict[str, bytes]]:
    """Return the folder: the lock, the Python, and the kernel that the notebook asks for."""
    spec = document.spec
    others = unhashed(spec)
    lines = [
        *index_lines(spec),
        *(each.line for each in spec.lock.distributions if each not in others),
    ]
    return {
        "binder/requirements.txt": "".join(f"{line}\n" for line in lines).encode(),
        "binder/runtime.txt": f"python-{spec.python}\n".encode(),
        "binder/postBuild": "".join(_after(document)).encode(),
        **notebook_files(document),
    }
    yield  # no progress: nothing here takes time


def _after(document: NotebookSnapshot) -> Iterator[str]:
    yield "#!/bin/sh\nset -e\n"
    for locked in unhashed(document.spec):
        local = is_local(locked.url)
        what = local_path(locked, document) if local else locked.requirement
        what = shlex.quote(f"{what} ; {locked.marker}" if locked.marker else what)
        yield f"python -m pip install --no-cache-dir --no-deps {what}\n"
    yield 'python -m ipykernel install --sys-prefix --name nbenv --display-name "Python (nbenv)"\n'
