"""The builds of PyTorch: for which accelerator, and which packages they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbenv.core.record import broken

__all__ = [
    "AUTO",
    "NONE",
    "TORCH_PACKAGES",
    "is_accelerated",
    "is_backend",
    "public_version",
    "torch_backend",
    "torch_choice",
    "torch_packages_in",
]

AUTO = "auto"
"""The choice of the build that fits the driver of the machine on which it is locked."""
NONE = "none"
"""The choice of no particular build: PyTorch comes from where everything comes from."""
TORCH_PACKAGES = frozenset({
    "fbgemm-gpu", "fbgemm-gpu-genai", "pytorch-triton", "pytorch-triton-rocm",
    "pytorch-triton-xpu", "torch", "torch-tensorrt", "torchao", "torcharrow", "torchaudio",
    "torchcodec", "torchcsprng", "torchdistx", "torchrec", "torchserve", "torchtext",
    "torchtune", "torchvision", "triton", "triton-rocm", "triton-xpu", "xformers",
})  # fmt: skip
"""The packages that uv takes from PyTorch's index; a test asks uv for them."""
_BACKEND = re.compile(r"cpu|xpu|cu\d{2,4}|rocm\d{1,2}(\.\d{1,2}){1,2}", re.ASCII)


def is_backend(text: str) -> bool:
    """Return whether a text names a build, in uv's words: ``cpu``, ``cu126``, ``rocm6.4``."""
    return bool(_BACKEND.fullmatch(text))


def is_accelerated(backend: str) -> bool:
    """Return whether a build is for a machine with an accelerator."""
    return is_backend(backend) and backend != "cpu"


def torch_packages_in(names: Iterable[str]) -> list[str]:
    """Return those of some normalised names that belong to PyTorch, sorted."""
    return sorted(TORCH_PACKAGES.intersection(names))


def public_version(version: str) -> str:
    """Return a version without the part that names its build: ``2.9.1`` of ``2.9.1+cu126``."""
    return version.partition("+")[0]


def torch_backend(text: str) -> str:
    """Return what a record has as ``torch_backend``, "" for nothing, if it is safe to use."""
    if text and text != NONE and not is_backend(text):
        raise broken(".torch_backend", "is not a build of PyTorch, such as cpu or cu126")
    return text


def torch_choice(text: str) -> str:
    """Return what a record has as ``torch_choice``, "" for nothing, if it is safe to use."""
    if text not in ("", AUTO):
        raise broken(".torch_choice", f"is not {AUTO}")
    return text
