"""A ``Dockerfile`` that needs only the notebook beside it: it installs the lock, then copies it in.

The layers of what is installed come before the notebook, so that an image with changed cells builds
in a second. The notebook runs as an ordinary user.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import hashlib
import json
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.errors import InstallerError, InterpreterError
from nbenv.export.image_context import image_name, local_path, quoted_requirement, unhashed
from nbenv.export.image_steps import (
    BASE,
    BUILD_BASE,
    RUNNER,
    SERVER,
    base_lines,
    copied,
    heredoc,
    labels,
    lock_digest,
    program_steps,
)
from nbenv.export.kernel_index import beyond_default_index
from nbenv.export.linux_image import linux_warning
from nbenv.export.requirements import index_lines
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Progress, Steps

__all__ = ["RUN", "write", "write_environment", "write_serving"]

_LAB = "jupyterlab>=4,<5"
_PIP = (
    "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
    "    --mount=type=secret,id=pip.conf,target=/root/.config/pip/pip.conf \\\n"
    "    --mount=type=secret,id=netrc,target=/root/.netrc \\\n"
)
RUN = ("/bin/sh", "/opt/nbenv/start.sh", "python", "/opt/nbenv/headless.py")
"""The command that runs a notebook in an image."""
_CHECKED = "--require-hashes --no-deps"


@dataclass(frozen=True)
class _Variant:
    """The differences between the image that runs the notebook and the one that serves it."""

    title: str
    run: str
    programs: Sequence[str]
    command: Sequence[str]
    arguments: Sequence[str] = ()
    stages: str = ""
    steps: str = ""


def write(snapshot: NotebookSnapshot) -> str:
    """Return a Dockerfile that runs the notebook; its folder is the build context."""
    name = Path(snapshot.ref.notebook).name
    variant = _Variant(
        title=f"Runs {_in_comment(name)} in its own environment.",
        run=f'mkdir -p results && docker run --rm {_AS_ONESELF} -v "$PWD/results:/results"',
        programs=RUNNER,
        command=(*RUN, name, f"/results/{name}"),
    )
    return _assembled(snapshot, variant)


def write_serving(snapshot: NotebookSnapshot) -> Steps[str]:
    """Return a Dockerfile that serves the notebook in JupyterLab."""
    name, python = Path(snapshot.ref.notebook).name, snapshot.spec.python
    lab = yield from _lab_lines(python, snapshot.ref.folder)
    variant = _Variant(
        title=f"Serves {_in_comment(name)} in JupyterLab, with its own environment.",
        run=f'docker run --rm {_AS_ONESELF} -p 127.0.0.1:8888:8888 -v "$PWD:/work"',
        programs=SERVER,
        command=("/opt/lab/bin/python", "/opt/nbenv/serve.py"),
        arguments=(name,),
        stages="".join(_lab_stage(snapshot.spec, lab)),
        steps=_SERVING,
    )
    return _assembled(snapshot, variant)


def _assembled(snapshot: NotebookSnapshot, variant: _Variant) -> str:
    name, spec = Path(snapshot.ref.notebook).name, snapshot.spec
    parts = [
        _header(image_name(name), variant, linux_warning(spec)),
        base_lines(spec),
        *_environment_steps(snapshot, variant),
        labels(_in_comment(name), spec.digest(snapshot.ref.folder)),
        "# Copy the files that the notebook reads in the same way, or mount them.\n",
        f'COPY --chown=1000:0 --chmod=664 ["{copied(name)}", "./"]\n',
        _entrypoint(variant.command),
    ]
    if variant.arguments:
        parts.append(f"CMD {json.dumps(variant.arguments, ensure_ascii=False)}\n")
    return "".join(parts)


def write_environment(snapshot: NotebookSnapshot) -> str:
    """Return a Dockerfile without a notebook, for all notebooks that lock the same packages.

    A container of its image is given a notebook's path and that of the result.
    """
    spec = snapshot.spec
    variant = _Variant("", "", RUNNER, RUN)
    recipe = "".join([base_lines(spec), *_environment_steps(snapshot, variant)])
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:32]
    title = f"An environment of nbenv with Python {spec.python}"
    lock = f"ENV NBENV_IMAGE_LOCK={lock_digest(spec)}\n"
    return recipe + lock + labels(title, digest) + _entrypoint(variant.command)


def _environment_steps(snapshot: NotebookSnapshot, variant: _Variant) -> Iterator[str]:
    spec = snapshot.spec
    yield from _environment_stage(snapshot)
    yield variant.stages
    yield f"FROM ${{{BASE}}}\n"
    yield _system_lines(spec)
    yield from program_steps(spec, variant.programs)
    yield variant.steps
    yield 'ENV PATH="/opt/env/bin:/opt/nbenv/bin:$PATH" HOME=/home/notebook\n'
    yield "USER 1000\nWORKDIR /work\n"


def _entrypoint(command: Sequence[str]) -> str:
    return f"ENTRYPOINT {json.dumps(command, ensure_ascii=False)}\n"


_AS_ONESELF = '--user "$(id -u):$(id -g)" --group-add 0'
"""The user who starts a container owns the results, and writes to folders of the image's group."""
_SERVING = """\
COPY --from=lab /opt/lab /opt/lab
RUN rm -rf /opt/lab/share/jupyter/kernels/python3 \\
 && /opt/env/bin/python -m ipykernel install --prefix /opt/lab \\
    --name nbenv --display-name "Python (own environment)"
EXPOSE 8888
"""


def _header(image: str, variant: _Variant, warning: str) -> str:
    return (
        f"# {variant.title}\n"
        "# Build and start it in the notebook's folder (Docker 23 or later, or podman 5):\n"
        f"#   docker build -t {image} .\n"
        f"#   {variant.run} {image}\n"
        "# For an index with a password, build with a file that holds it; no layer keeps it:\n"
        "#   --secret id=pip.conf,src=$HOME/.config/pip/pip.conf\n"
        "#   --secret id=netrc,src=$HOME/.netrc\n"
        "# To start from an image of your own, or from one pinned by its digest:\n"
        f"#   --build-arg {BUILD_BASE}=NAME@sha256:… --build-arg {BASE}=NAME@sha256:…\n"
        + "".join(f"# {line}\n" for line in textwrap.wrap(warning, 96))
        + "\n"
    )


def _in_comment(name: str) -> str:
    """Return a file name that cannot end the comment that it is in."""
    return " ".join(name.split())


# -- the stages that install


def _environment_stage(snapshot: NotebookSnapshot) -> Iterator[str]:
    spec = snapshot.spec
    others = unhashed(spec)
    hashed = [locked for locked in spec.lock.distributions if locked not in others]
    yield f"FROM ${{{BUILD_BASE}}} AS build\nWORKDIR /build\n"
    yield _system_lines(spec)
    beyond = beyond_default_index(snapshot)
    # By itself, so that pip's own index is not told the names of what the notebook's has.
    first = [locked.line for locked in hashed if locked.name in beyond]
    if first:
        where = index_lines(spec, local=False, beside=True)
        yield heredoc("kernel.txt", "\n".join([*where, *first]))
    rest = [locked.line for locked in hashed if locked.name not in beyond]
    yield heredoc("requirements.txt", "\n".join([*index_lines(spec, local=False), *rest]))
    names = [*(["kernel.txt"] if first else []), *(["requirements.txt"] if rest else [])]
    yield from _install_lines("env", _CHECKED, names)
    for locked in others:
        yield from _unhashed_lines(locked, snapshot)
    yield "\n"


def _lab_stage(spec: Spec, lines: list[str]) -> Iterator[str]:
    yield f"FROM ${{{BUILD_BASE}}} AS lab\nWORKDIR /build\n"
    yield heredoc("requirements.txt", "\n".join(lines))
    yield from _install_lines("lab", "" if lines == [_LAB] else _CHECKED)
    yield "\n"


def _install_lines(
    name: str, options: str, requirements: Sequence[str] = ("requirements.txt",)
) -> Iterator[str]:
    yield _PIP
    yield f"    python -m venv --without-pip /opt/{name}"
    pip = f"python -m pip --python /opt/{name}/bin/python"
    for file in requirements:
        yield f" \\\n && {pip} install {options} -r {file}"
    yield "\n"


def _system_lines(spec: Spec) -> str:
    """Return the step for the system packages that a record names, "" without any."""
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
        yield f'COPY ["{copied(local_path(locked, snapshot))}", "./{locked.name}/"]\n'
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
