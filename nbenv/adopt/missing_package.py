"""The package to install for a module that a kernel of any Python reports as missing."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.local_modules import LocalModules
from nbenv.core.import_names import distribution_of

__all__ = ["missing_package"]


def missing_package(module: str, folder: Path) -> str | None:
    """Return the package that provides a missing module, None where none is known for sure.

    Parameters
    ----------
    module
        The name in the kernel's error. Where Python reports ``sklearn.old``, ``sklearn`` is there:
        the package is not missing, it only has no such module.
    folder
        The notebook's folder: a module there is meant, wherever the kernel looked for it.
    """
    found = distribution_of(module)
    parent = module.rpartition(".")[0]
    if found is None or (parent and distribution_of(parent) == found):
        return None
    return None if LocalModules(folder).has(module) else found
