"""Find the index of a build of PyTorch, and the builds that fit this machine, by asking uv.

No address is written here. uv has no command that tells it, but its messages do, while it looks for
PyTorch without a network. https://docs.astral.sh/uv/guides/integration/pytorch/
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from uv import find_uv_bin

from nbenv.core.spec import Index
from nbenv.core.typed.torch_backends import AUTO, is_accelerated, is_backend
from nbenv.core.urls import index_problem, without_credentials
from nbenv.errors import UsageError
from nbenv.home import paths, private_files, variables
from nbenv.home.processes.console import no_window

__all__ = ["fits_here", "fitting_backends", "mirror", "torch_index"]

_LOOKED_FOR = re.compile(r"(https?://\S+)/torch/")
_ABOUT_DRIVERS = ("UV_CUDA_DRIVER_VERSION", "UV_AMD_GPU_ARCHITECTURE")
"""uv's settings for a machine whose driver it cannot ask."""
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", *_ABOUT_DRIVERS)


def mirror() -> str:
    """Return the address below which this machine finds PyTorch's indexes, "" for PyTorch's own.

    Raises
    ------
    UsageError
        The setting is no address.
    """
    url = os.environ.get(variables.TORCH_MIRROR, "").strip().rstrip("/")
    if url and (problem := index_problem(without_credentials(url))):
        raise UsageError(
            f"{variables.TORCH_MIRROR} cannot be used: it {problem}.",
            todo="Set it to the address that has a folder for each build, such as cpu and cu126.",
        )
    return url


def torch_index(backend: str) -> Index:
    """Return the index of a build.

    Parameters
    ----------
    backend
        Its name in uv's words, such as ``cpu`` or ``cu126``.

    Raises
    ------
    UsageError
        uv knows no such build.
    """
    url, below = _address(backend), mirror()
    url = f"{below}/{backend}" if below else url
    return Index(f"pytorch-{backend}", url)


def fitting_backends() -> tuple[str, ...]:
    """Return the builds that fit this machine, as uv finds out: the best first, ``cpu`` last."""
    asked = {url.rpartition("/")[2]: url for url in _asked(AUTO)}
    if not all(map(_known().__contains__, asked)):
        _remember(asked)
    found = [name for name in asked if is_accelerated(name)]
    return (*sorted(found, key=_numbers, reverse=True), "cpu")


def fits_here(backend: str) -> bool:
    """Return whether a build can use this machine's accelerator; those for none always fit."""
    said = os.environ.get(variables.TORCH_BACKEND) or os.environ.get("UV_TORCH_BACKEND")
    return not is_accelerated(backend) or said == backend or backend in fitting_backends()


def _numbers(backend: str) -> tuple[int, ...]:
    """Return the version in the name of a build; that of CUDA has its last digit behind a dot."""
    return tuple(map(int, re.findall(r"\d+", backend)))


def _address(backend: str) -> str:
    """Return the address of a build's index, from a file where an earlier answer of uv's is."""
    url = _known().get(backend)
    if isinstance(url, str) and not index_problem(url):
        return url
    asked = _asked(backend) if is_backend(backend) else []
    if not asked:
        raise UsageError(
            f"--torch-backend {backend} cannot be followed: uv knows no index for it.",
            todo="Choose cpu, auto, or one such as cu128; or name the index: --index NAME=URL.",
        )
    _remember({backend: asked[0]})
    return asked[0]


def _place() -> Path:
    """Return the file of uv's answers, another one for each uv that is installed."""
    found = os.stat(find_uv_bin())
    name = f"{found.st_size:x}-{found.st_mtime_ns:x}.json"
    return Path(paths.home(), "cache", "torch", name)


def _known() -> dict[str, object]:
    return paths.read_json(str(_place())) or {}


def _remember(addresses: dict[str, str]) -> None:
    place = _place()
    with contextlib.suppress(OSError):
        private_files.make_private(str(place.parent))
        private_files.write_json(str(place), {**_known(), **addresses})


def _asked(backend: str) -> list[str]:
    """Return the addresses at which uv looks for PyTorch."""
    settings = tuple(os.environ.get(name, "") for name in _ABOUT_DRIVERS)
    return list(_looked_for(backend, settings))


@lru_cache(maxsize=8)
def _looked_for(backend: str, _: tuple[str, ...]) -> tuple[str, ...]:
    command = ["pip", "compile", "-", "--torch-backend", backend, "--offline", "--no-cache"]
    command += ["--no-config", "--no-python-downloads", "--python", sys.executable, "--verbose"]
    done = subprocess.run(
        [find_uv_bin(), "--color", "never", *command],
        input="torch",
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name in _KEPT},
        creationflags=no_window(),
    )
    return tuple(dict.fromkeys(_LOOKED_FOR.findall(done.stderr)))
