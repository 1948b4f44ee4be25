"""Pin PyTorch's packages to the index of one build, and nothing else.

On macOS there is one build, which is on the default index: the same record serves it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import parse
from nbenv.core.spec import Index, Spec
from nbenv.core.typed.torch_backends import TORCH_PACKAGES, is_backend
from nbenv.core.urls import without_credentials
from nbenv.installer.accelerators.own_builds import own_builds
from nbenv.installer.accelerators.torch_index import torch_index
from nbenv.installer.scratch_project import ANY_VERSION, write_pinned

__all__ = ["TorchPins", "pins_for", "with_torch_index", "write_torch_pins"]

_NAME = "nbenv-pytorch"
"""The name of the index for uv, which says nothing but what it is."""
_ELSEWHERE = "sys_platform != 'darwin'"


@dataclass(frozen=True)
class TorchPins:
    """The packages that come from one index alone, in the form of uv's settings.

    Parameters
    ----------
    url
        The index, "" where nothing is pinned.
    names
        The packages.
    """

    url: str = ""
    names: tuple[str, ...] = ()

    def of(self, names: Collection[str]) -> TorchPins:
        """Return the pins of these packages alone, for other tools: without a password."""
        kept = tuple(name for name in self.names if name in names)
        return TorchPins(without_credentials(self.url), kept)

    @property
    def indexes(self) -> list[dict[str, object]]:
        """``[[tool.uv.index]]``."""
        return [{"name": _NAME, "url": self.url, "explicit": True}] if self.names else []

    @property
    def sources(self) -> dict[str, object]:
        """``[tool.uv.sources]``."""
        return {name: {"index": _NAME, "marker": _ELSEWHERE} for name in self.names}

    @property
    def limits(self) -> list[str]:
        """Limits that every version meets: uv heeds the source of what is limited by name."""
        return [f"{name}{ANY_VERSION}" for name in self.names]


def pins_for(spec: Spec) -> TorchPins:
    """Return the pins of a record.

    What it requires from an address, or from an index that it names for it, comes from there.

    Raises
    ------
    UsageError
        uv knows no such build.
    """
    if not is_backend(spec.torch_backend):
        return TorchPins()
    direct = {each.name for each in map(parse, spec.requirements) if each.url}
    names = TORCH_PACKAGES - direct - _served(spec.indexes)
    return TorchPins(torch_index(spec.torch_backend).url, tuple(sorted(names)))


def _served(indexes: Iterable[Index]) -> set[str]:
    """Return the packages that the record's own indexes name."""
    listing = [index for index in indexes if index.packages]
    return {name for name in TORCH_PACKAGES if index_serving(listing, name)}


def write_torch_pins(
    folder: Path, spec: Spec, distributions: Collection[LockedDistribution]
) -> list[str]:
    """Write the pins of what is to be installed as a project, which ``uv pip`` takes as a file.

    Parameters
    ----------
    folder
        A folder for the file.
    spec
        The record.
    distributions
        What is to be installed.

    Returns
    -------
    list[str]
        The path of the file; nothing if nothing is pinned.
    """
    if sys.platform == "darwin" or not TORCH_PACKAGES & {each.name for each in distributions}:
        return []
    pins = pins_for(spec)
    here = {each.name: each for each in distributions if each.name in pins.names and each.version}
    if not here or _is_own(here, spec):
        return []
    sources: dict[str, object] = {name: {"index": _NAME} for name in here}
    asked = [each.requirement for each in here.values()]
    return [write_pinned(folder / "torch", asked, pins.indexes, sources)]


def _is_own(here: Mapping[str, LockedDistribution], spec: Spec) -> bool:
    """Return whether a folder of this machine's has the build, so that no index need be asked."""
    builds = own_builds(spec.torch_backend, spec.python)
    return {*here} == {"torch"} and here["torch"].version in builds


def with_torch_index(spec: Spec) -> tuple[Index, ...]:
    """Return the indexes of a record with that of its build of PyTorch, for other tools."""
    if not pins_for(spec).names:
        return spec.indexes
    index = torch_index(spec.torch_backend)
    return (*spec.indexes, replace(index, url=without_credentials(index.url)))
