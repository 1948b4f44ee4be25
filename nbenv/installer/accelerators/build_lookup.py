"""Look up which of several builds of PyTorch exist in a version that is asked for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from nbenv.core.requirements import parse
from nbenv.core.spec import Index
from nbenv.core.typed.torch_backends import TORCH_PACKAGES
from nbenv.errors import InstallerError, InstallerKilledError, StoppedError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_index import torch_index
from nbenv.installer.scratch_project import settings_arguments, write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.progress import Steps

__all__ = ["best_build"]


def best_build(requirements: Sequence[str], python: str, backends: Sequence[str]) -> Steps[str]:
    """Return the first of some builds that has a fitting version of what is asked for.

    Only pages of indexes are read, and no metadata.

    Parameters
    ----------
    requirements
        Requirements and limits; those of other packages than PyTorch's do not count.
    python
        The minor version of CPython.
    backends
        The builds, the best first.

    Returns
    -------
    str
        The name of a build, "" where none has one, or it cannot be found out.
    """
    asked = [each for each in map(parse, requirements) if each.name in TORCH_PACKAGES]
    lines = [f"{each.name}{each.specifier}" for each in asked if not each.url]
    names = {name for name in TORCH_PACKAGES if any(each.name == name for each in asked)}
    indexes = {torch_index(each).url: Index(each, torch_index(each).url) for each in backends}
    settings: dict[str, object] = {
        "dependency-metadata": [{"name": name, "requires-dist": []} for name in sorted(names)]
    }
    machine = f"sys_platform == '{sys.platform}' and platform_machine == '{platform.machine()}'"
    with scratch_folder() as scratch:
        where = Path(scratch)
        project: dict[str, object] = {"requires-python": f"=={python}.*", "dependencies": lines}
        write_project(where / "pyproject.toml", project, {"environments": [machine], **settings})
        command = ["lock", "--index-strategy", "unsafe-first-match", "--python", sys.executable]
        command += settings_arguments(settings, where)
        try:
            yield from run_uv(command, where, tuple(indexes.values()))
        except (StoppedError, InstallerKilledError):
            raise
        except InstallerError:
            return ""
        found = tomllib.loads((where / "uv.lock").read_text(encoding="utf-8"))
    return _build_of(found, indexes)


def _build_of(document: dict[str, object], indexes: dict[str, Index]) -> str:
    """Return the build that PyTorch itself has, else another one of its packages."""
    packages = document.get("package", [])
    assert isinstance(packages, list)
    places = {each["name"]: str(each["source"].get("registry", "")) for each in packages}
    named = sorted(places, key=lambda name: name != "torch")
    urls = (places[name].rstrip("/") for name in named if name in TORCH_PACKAGES)
    return next((indexes[url].name for url in urls if url in indexes), "")
