"""A ``Dockerfile`` that needs only the notebook beside it: it installs the lock, then copies it in.

The layers of what is installed come before the notebook, so that an image with changed cells builds
in a second. The notebook runs as an ordinary user.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local, portable
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.errors import InstallerError, InterpreterError, NbenvError
from nbenv.export.requirements import index_lines, with_marker
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Progress, Steps

__all__ = [
    "image_name",
    "local_path",
    "quoted_requirement",
    "unhashed",
    "write",
    "write_serving",
]

_DEBIAN = "bookworm"
"""The one Debian release that has images of every Python from 3.8 on."""
_LAB = "jupyterlab>=4,<5"
_PIP = "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
_CHECKED = "--require-hashes --no-deps"


@dataclass(frozen=True)
class _Variant:
    """The differences between the image that runs the notebook and the one that serves it."""

    title: str
    run_options: str
    content: str
    command: Sequence[str]
    stages: str = ""


def write(snapshot: NotebookSnapshot) -> str:
    """Return a Dockerfile that runs the notebook; its folder is the build context."""
    name = Path(snapshot.ref.notebook).name
    return _assembled(
        snapshot,
        _Variant(
            title=f"Runs {_in_comment(name)} in its own environment.",
            run_options='-v "$PWD/results:/results"',
            content=_heredoc("/opt/headless.py", _runner()),
            command=("python", "/opt/headless.py", name, f"/results/{name}"),
        ),
    )


def write_serving(snapshot: NotebookSnapshot) -> Steps[str]:
    """Return a Dockerfile that serves the notebook in JupyterLab."""
    name, python = Path(snapshot.ref.notebook).name, snapshot.spec.python
    lab = yield from _lab_lines(python, snapshot.ref.folder)
    return _assembled(
        snapshot,
        _Variant(
            title=f"Serves {_in_comment(name)} in JupyterLab, with its own environment.",
            run_options="-p 127.0.0.1:8888:8888",
            content=_SERVING,
            command=("/opt/lab/bin/jupyter", "lab", "--ip=0.0.0.0", "--no-browser", name),
            stages="".join(_lab_stage(python, lab)),
        ),
    )


def _assembled(snapshot: NotebookSnapshot, variant: _Variant) -> str:
    name = Path(snapshot.ref.notebook).name
    parts = [
        _header(image_name(name), variant),
        *_environment_stage(snapshot),
        variant.stages,
        f"FROM python:{snapshot.spec.python}-slim-{_DEBIAN}\n",
        system_lines(snapshot.spec),
        _USER,
        "COPY --from=build /opt/env /opt/env\n",
        variant.content,
        'ENV PATH="/opt/env/bin:$PATH"\nUSER 1000\nWORKDIR /work\n',
        "# Copy the files that the notebook reads in the same way, or mount them.\n",
        f'COPY --chown=1000:1000 ["{_escaped(name)}", "./"]\n',
        f"CMD {json.dumps(variant.command, ensure_ascii=False)}\n",
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


def _header(image: str, variant: _Variant) -> str:
    return (
        "# syntax=docker/dockerfile:1\n"
        f"# {variant.title}\n"
        "# Build and start it in the notebook's folder:\n"
        f"#   docker build -t {image} . && docker run --rm {variant.run_options} {image}\n\n"
    )


def _in_comment(name: str) -> str:
    """Return a file name that cannot end the comment that it is in."""
    return " ".join(name.split())


def _heredoc(place: str, text: str) -> str:
    return f"COPY <<'NBENV' {place}\n{text.rstrip()}\nNBENV\n\n"  # hadolint wants the empty line


def _runner() -> str:
    return files("nbenv.export").joinpath("data", "headless.py").read_text("utf-8")


def _escaped(name: str) -> str:
    """Return a file name for COPY, which takes some characters for patterns and variables."""
    escaped = re.sub(r"\[", "[[]", name).replace("\\", "\\\\").replace("$", "\\$")
    return json.dumps(escaped, ensure_ascii=False)[1:-1]


# -- the stages that install


def _environment_stage(snapshot: NotebookSnapshot) -> Iterator[str]:
    spec = snapshot.spec
    others = unhashed(spec)
    hashed = (locked.line for locked in spec.lock.distributions if locked not in others)
    yield f"FROM python:{spec.python}-{_DEBIAN} AS build\nWORKDIR /build\n"
    yield system_lines(spec)
    yield _heredoc("requirements.txt", "\n".join([*index_lines(spec, local=False), *hashed]))
    yield from _install_lines("env", _CHECKED)
    for locked in others:
        yield from _unhashed_lines(locked, snapshot)
    yield "\n"


def _lab_stage(python: str, lines: list[str]) -> Iterator[str]:
    yield f"FROM python:{python}-{_DEBIAN} AS lab\nWORKDIR /build\n"
    yield _heredoc("requirements.txt", "\n".join(lines))
    yield from _install_lines("lab", "" if lines == [_LAB] else _CHECKED)
    yield "\n"


def _install_lines(name: str, options: str) -> Iterator[str]:
    yield _PIP
    yield f"    python -m venv --without-pip /opt/{name} \\\n"
    pip = f"python -m pip --python /opt/{name}/bin/python"
    yield f" && {pip} install {options} -r requirements.txt\n"


def system_lines(spec: Spec) -> str:
    """Return the step that installs the system packages that a record names, "" without any."""
    if not spec.system:
        return ""
    names = " ".join(map(shlex.quote, spec.system))
    return (
        "RUN apt-get update \\\n"
        f" && apt-get install -y --no-install-recommends {names} \\\n"
        " && rm -rf /var/lib/apt/lists/*\n"
    )


def _unhashed_lines(locked: LockedDistribution, snapshot: NotebookSnapshot) -> Iterator[str]:
    place = locked.requirement
    if is_local(locked.url):
        yield f'COPY ["{_escaped(local_path(locked, snapshot))}", "./{locked.name}/"]\n'
        place = f"./{locked.name}"
    requirement = quoted_requirement(place, locked.marker)
    yield f"{_PIP}    python -m pip --python /opt/env/bin/python install --no-deps {requirement}\n"


def _lab_lines(python: str, folder: Path) -> Steps[list[str]]:
    """Return JupyterLab's own lock, resolved now; its name alone where no index can be reached."""
    yield Progress("resolve", "Resolving JupyterLab…")
    try:
        found = yield from obtain_python(python, fetch=False)
        steps = resolve_lock(Spec(python, (_LAB,)), found.executable, folder, ResolveOptions())
        return (yield from steps).lines()
    except (InstallerError, InterpreterError):
        return [_LAB]


# -- for the formats that build on this one


def image_name(notebook: str) -> str:
    """Return a name for the notebook's image that Docker and Kubernetes both accept."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(notebook).stem.lower())
    return stem[:50].strip("-") or "notebook"


def unhashed(spec: Spec) -> list[LockedDistribution]:
    """Return what pip cannot check by a hash: commits of repositories, local projects."""
    locked = spec.lock.distributions
    return [each for each in locked if is_local(each.url) or not each.hashes]


def quoted_requirement(place: str, marker: str | None) -> str:
    """Return a requirement as one word of a shell command."""
    return shlex.quote(with_marker(place, marker))


def local_path(locked: LockedDistribution, snapshot: NotebookSnapshot) -> str:
    """Return the path of a local project, relative to the notebook's folder.

    Raises
    ------
    NbenvError
        The project is outside that folder, where no build can take it from.
    """
    folder = snapshot.ref.folder
    place = absolute(str(locked.url), folder)
    path = portable(place, folder)
    real = os.path.realpath(place)  # a link on the way may lead anywhere
    if not path.startswith("./") or not Path(real).is_relative_to(os.path.realpath(folder)):
        raise NbenvError(
            f"{locked.name} is installed from {locked.url}, "
            "which is outside the notebook's folder.",
            "An export can include files from that folder only.",
            "Move the project there, or install it from an index or a repository.",
        )
    return path
