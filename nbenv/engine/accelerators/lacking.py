"""Find out whether what a notebook locks needs an accelerator that this machine lacks."""

from __future__ import annotations

import sys

from nbenv.core.spec import Spec
from nbenv.core.typed.torch_backends import TORCH_PACKAGES
from nbenv.errors import AcceleratorError
from nbenv.installer.accelerators.torch_index import fits_here

__all__ = ["check_accelerator", "lacking_build"]


def lacking_build(spec: Spec) -> str:
    """Return the build of PyTorch that a record locks, "" if this machine can use it.

    On macOS the same record has another build.
    """
    backend = spec.torch_backend
    names = {each.name for each in spec.lock.distributions}
    if sys.platform == "darwin" or TORCH_PACKAGES.isdisjoint(names) or fits_here(backend):
        return ""
    return backend


def check_accelerator(spec: Spec) -> None:
    """Raise `AcceleratorError` if a record locks PyTorch for an accelerator that is not here."""
    if backend := lacking_build(spec):
        raise AcceleratorError(
            f"PyTorch is locked for {backend}, an accelerator that this machine lacks.",
            todo=f"To install that build all the same: nbenv restore --torch-backend {backend} "
            f"NOTEBOOK (in a cell: %nbenv restore --torch-backend {backend}).",
        )
