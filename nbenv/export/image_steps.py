"""The steps of a ``Dockerfile`` after the installation: what runs the notebook, and as whom."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from nbenv.core.spec import Spec
from nbenv.core.typed import declared_parameters, given_values, parameters
from nbenv.notebook import recorded_values

__all__ = [
    "BASE", "BUILD_BASE", "RUNNER", "SERVER", "base_images", "base_lines", "copied",
    "heredoc", "labels", "lock_digest", "program_steps", "program_texts",
]  # fmt: skip

RUNNER = (
    "headless.py", "kernel_process.py", "outputs.py", "result.py", "run_words.py",
    "start.sh", "stop_signals.py", "writable.py",
)  # fmt: skip
"""The files that run a notebook; `program_texts` adds the modules of nbenv that they import."""
_SHARED = (declared_parameters, given_values, parameters, recorded_values)
"""Modules of nbenv that run in images, too: they import nothing of it but each other."""
SERVER = ("serve.py", "writable.py")
"""The files that serve it."""
BUILD_BASE, BASE = "BUILD_BASE", "BASE"
"""The arguments of a build that name the images to build in and to run in."""
_PROGRAMS = ("pip", "pip3", "uv", "nbenv")
"""What a notebook may call to install packages, and the image answers."""


def base_images(spec: Spec) -> tuple[str, str]:
    """Return the images to build in and to run in, of the newest Debian that has this Python."""
    debian = "bookworm" if spec.python == "3.8" else "trixie"
    return f"python:{spec.python}-{debian}", f"python:{spec.python}-slim-{debian}"


def base_lines(spec: Spec) -> str:
    """Return the arguments of the build that name the images to start from."""
    building, running = base_images(spec)
    return f"ARG {BUILD_BASE}={building}\nARG {BASE}={running}\n"


def program_steps(spec: Spec, names: Sequence[str]) -> Iterator[str]:
    """Yield the steps for the user, the environment, and the programs that make use of it.

    The folders belong to group 0, as OpenShift runs an image as a user of that group, and as
    ``--group-add 0`` gives whoever starts a container the same rights.
    """
    site = f"/opt/env/lib/python{spec.python}/site-packages"
    links = [f"ln -s {site}/nbenv_image.py /opt/nbenv/bin/{name}" for name in _PROGRAMS]
    if "pip" not in spec.lock.versions():
        links.append(f"ln -s nbenv_image.py {site}/pip.py")
    yield (
        "RUN useradd --uid 1000 --gid 0 --create-home notebook \\\n"
        " && chmod 775 /home/notebook \\\n"
        " && install -d -o 1000 -g 0 -m 775 /work /results \\\n"
        " && install -d /opt/nbenv/bin\n"
    )
    yield "COPY --from=build /opt/env /opt/env\n"
    yield heredoc(f"{site}/nbenv_image.py", _text("nbenv_image.py"), "--chmod=755 ")
    yield heredoc("/opt/env/etc/ipython/ipython_kernel_config.py", _KERNEL_CONFIG)
    yield "RUN " + " \\\n && ".join(links) + "\n"
    yield _heredocs("/opt/nbenv/", program_texts(names))


def program_texts(names: Sequence[str]) -> dict[str, str]:
    """Return the texts of programs, and those of nbenv's modules that they import, by file name."""
    texts = {name: _text(name) for name in names}
    if "run_words.py" in names:
        for module in _SHARED:
            name = module.__name__.rpartition(".")[2]
            texts[f"{name}.py"] = _IMPORT.sub("from ", inspect.getsource(module))
    return texts


_IMPORT = re.compile(r"^from nbenv\.core\.typed\.", re.MULTILINE)
"""In an image, the modules lie side by side."""
_KERNEL_CONFIG = 'c.InteractiveShellApp.extensions = ["nbenv_image"]\n'


def _text(name: str) -> str:
    return files("nbenv.export").joinpath("data", name).read_text("utf-8")


def lock_digest(spec: Spec) -> str:
    """Return a digest of what an environment holds, whatever asked for it and whoever built it."""
    held = [spec.python, *spec.system, *sorted(each.line for each in spec.lock.distributions)]
    return hashlib.sha256("\n".join(held).encode()).hexdigest()[:32]


def heredoc(place: str, text: str, options: str = "") -> str:
    """Return the step that writes a file into an image."""
    return f"COPY {options}<<'NBENV' {place}\n{text.rstrip()}\nNBENV\n\n"  # hadolint wants the line


def _heredocs(folder: str, texts: Mapping[str, str]) -> str:
    """Return the step that writes several files: podman takes a while for each step."""
    opened = " ".join(f"<<'{name}'" for name in texts)
    closed = "".join(f"{text.rstrip()}\n{name}\n" for name, text in texts.items())
    return f"COPY {opened} {folder}\n{closed}\n"


def copied(name: str) -> str:
    """Return a file name for COPY, which reads quotes, variables and patterns even in JSON.

    Some characters of patterns no engine takes as they are; ``?`` stands for them.
    """
    pattern = re.sub(r"[*?!^\\]", "?", name.replace("[", "[[]"))
    return json.dumps(re.sub(r"[$'\"]", r"\\\g<0>", pattern), ensure_ascii=False)[1:-1]


def labels(title: str, digest: str) -> str:
    """Return the step that labels the image with what it is made from.

    https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    known = {
        "org.opencontainers.image.title": title,
        "nbenv.environment": digest,
    }
    pairs = [f"{key}={_quoted(value)}" for key, value in known.items()]
    pairs.append(f'org.opencontainers.image.base.name="${{{BASE}}}"')
    return f"ARG {BASE}\nLABEL " + " \\\n      ".join(pairs) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
