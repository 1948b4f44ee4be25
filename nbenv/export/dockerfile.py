"""A ``Dockerfile`` that needs nothing but the notebook: it installs the lock, then copies it in.

What is installed stands in layers before the notebook, so that a change of its cells builds in a
second. The notebook runs as an ordinary user; with `serve`, JupyterLab shows it instead.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local, portable
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.transaction import obtain_python
from nbenv.errors import InstallerError, InterpreterError, NbenvError
from nbenv.export.requirements import index_lines
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Progress, Steps

__all__ = ["image_name", "local_path", "unhashed", "write"]

_DEBIAN = "bookworm"
"""The one Debian release that has images of every Python from 3.8 on."""
_LAB = "jupyterlab>=4,<5"
_PIP = "RUN --mount=type=cache,target=/root/.cache/pip \\\n"


def write(document: NotebookSnapshot, serve: bool = False) -> Steps[str]:
    """Return the Dockerfile, to be built in the notebook's folder."""
    name, python = Path(document.ref.notebook).name, document.spec.python
    lab: list[str] = []
    if serve:
        lab = yield from _lab_lines(document)
    parts = [
        _head(name, serve),
        *_environment_stage(document),
        *(_lab_stage(python, lab) if serve else ()),
        f"FROM python:{python}-slim-{_DEBIAN}\n",
        _USER,
        "COPY --from=build /opt/env /opt/env\n",
        *((_SERVING,) if serve else (_heredoc("/opt/headless.py", _runner()),)),
        'ENV PATH="/opt/env/bin:$PATH"\nUSER 1000\nWORKDIR /work\n',
        "# What the notebook reads is copied the same way, or mounted.\n",
        f'COPY --chown=1000:1000 ["{_escaped(name)}", "./"]\n',
        _command(name, serve),
    ]
    return "".join(parts)


_USER = """\
RUN useradd --uid 1000 --create-home notebook \\
 && install -d -o 1000 -g 1000 /work /results
"""
_SERVING = """\
COPY --from=lab /opt/lab /opt/lab
RUN ["/opt/env/bin/python", "-m", "ipykernel", "install", "--prefix", "/opt/lab", \\
     "--name", "nbenv", "--display-name", "Python (nbenv)"]
EXPOSE 8888
"""


def image_name(notebook: str) -> str:
    """Return a name for the notebook's image, which Docker and Kubernetes both take."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(notebook).stem.lower())
    return stem[:50].strip("-") or "notebook"


def _head(name: str, serve: bool) -> str:
    image = image_name(name)
    options = "-p 127.0.0.1:8888:8888" if serve else '-v "$PWD/results:/results"'
    does = "serves it in JupyterLab" if serve else "runs it"
    return (
        "# syntax=docker/dockerfile:1\n"
        f"# {' '.join(name.split())} in its own environment.\n"
        f"# Beside the notebook, this builds the image and {does}:\n"
        f"#   docker build -t {image} . && docker run --rm {options} {image}\n\n"
    )


def _heredoc(place: str, text: str) -> str:
    return f"COPY <<'NBENV' {place}\n{text.rstrip()}\nNBENV\n\n"  # hadolint wants the empty line


def _runner() -> str:
    return files("nbenv.export").joinpath("data", "headless.py").read_text("utf-8")


def _escaped(name: str) -> str:
    """Return a file name for COPY, which takes some characters for patterns and variables."""
    escaped = re.sub(r"\[", "[[]", name).replace("\\", "\\\\").replace("$", "\\$")
    return json.dumps(escaped, ensure_ascii=False)[1:-1]


def _command(name: str, serve: bool) -> str:
    words = ["python", "/opt/headless.py", name, f"/results/{name}"]
    if serve:
        words = ["/opt/lab/bin/jupyter", "lab", "--ip=0.0.0.0", "--no-browser", name]
    return f"CMD {json.dumps(words, ensure_ascii=False)}\n"


# -- the stages that install


def _environment_stage(document: NotebookSnapshot) -> Iterator[str]:
    spec, others = document.spec, unhashed(document.spec)
    hashed = [each for each in spec.lock.distributions if each not in others]
    yield f"FROM python:{spec.python}-{_DEBIAN} AS build\nWORKDIR /build\n"
    lines = [*index_lines(spec), *(each.line for each in hashed)]
    yield _heredoc("requirements.txt", "\n".join(lines))
    yield from _installing("env")
    for locked in others:
        yield from _unhashed(locked, document)
    yield "\n"


def unhashed(spec: Spec) -> list[LockedDistribution]:
    """Return what pip cannot check by a hash: commits of repositories, local projects."""
    locked = spec.lock.distributions
    return [each for each in locked if is_local(each.url) or not each.hashes]


def _lab_stage(python: str, lines: list[str]) -> Iterator[str]:
    yield f"FROM python:{python}-{_DEBIAN} AS lab\nWORKDIR /build\n"
    yield _heredoc("requirements.txt", "\n".join(lines))
    yield from _installing("lab", "--require-hashes --no-deps" if len(lines) > 1 else "")
    yield "\n"


def _installing(name: str, how: str = "--require-hashes --no-deps") -> Iterator[str]:
    yield _PIP
    yield f"    python -m venv --without-pip /opt/{name} \\\n"
    yield f" && python -m pip --python /opt/{name}/bin/python install {how} -r requirements.txt\n"


def _unhashed(locked: LockedDistribution, document: NotebookSnapshot) -> Iterator[str]:
    what = locked.requirement
    if is_local(locked.url):
        yield f'COPY ["{_escaped(local_path(locked, document))}", "./{locked.name}/"]\n'
        what = f"./{locked.name}"
    what = shlex.quote(f"{what} ; {locked.marker}" if locked.marker else what)
    yield f"{_PIP}    python -m pip --python /opt/env/bin/python install --no-deps {what}\n"


def local_path(locked: LockedDistribution, document: NotebookSnapshot) -> str:
    """Return where a local project is; raise where it is not below the notebook's folder."""
    folder = document.ref.folder
    path = portable(absolute(str(locked.url), folder), folder)
    if not path.startswith("./"):
        raise NbenvError(
            f"{locked.name} is installed from {locked.url}, "
            "which is not below the notebook's folder.",
            "What is exported can take files from that folder only.",
            "Move it there, or install it from an index or a repository.",
        )
    return path


def _lab_lines(document: NotebookSnapshot) -> Steps[list[str]]:
    """Return JupyterLab's own lock, resolved now; its name alone where no index can be asked."""
    python, folder = document.spec.python, document.ref.folder
    yield Progress("resolve", "Resolving JupyterLab …")
    try:
        found = yield from obtain_python(python, fetch=False)
        steps = resolve_lock(Spec(python, (_LAB,)), found.executable, folder, ResolveOptions())
        return (yield from steps).lines()
    except (InstallerError, InterpreterError):
        return [_LAB]
