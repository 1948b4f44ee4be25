"""Build wheels of what a notebook locks as a source, for a pack."""

from __future__ import annotations

import hashlib
import platform as this_platform
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename

from nbenv.core.lock import LockedDistribution
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.errors import NbenvError
from nbenv.installer.accelerators.torch_pins import with_torch_index
from nbenv.installer.download import PLATFORMS, build_wheels
from nbenv.installer.index_settings import usable_links
from nbenv.progress import Steps

__all__ = ["build_sources"]


def build_sources(
    snapshot: NotebookSnapshot,
    chosen: Sequence[LockedDistribution],
    folder: Path,
    platform: str | None,
) -> Steps[dict[str, str]]:
    """Build wheels of what is locked as a source; return name → hash.

    A wheel that holds no compiled code is for every platform, and is built once.
    """
    spec, sources = snapshot.spec, [each for each in chosen if each.source]
    there = {_name_of_wheel(path): path for path in folder.glob("*.whl")}
    if missing := [each for each in sources if each.name not in there]:
        interpreter = yield from obtain_python(spec.python, True)
        yield from build_wheels(
            missing,
            folder,
            python=interpreter.executable,
            indexes=with_torch_index(spec),
            find_links=usable_links(spec.find_links, snapshot.ref.folder),
        )
        there = {_name_of_wheel(path): path for path in folder.glob("*.whl")}
    wheels = {each.name: there[each.name] for each in sources}
    bound = [name for name, path in wheels.items() if not path.name.endswith("-none-any.whl")]
    if bound and platform not in (None, _own_platform()):
        raise NbenvError(
            f"{', '.join(bound)} cannot be packed for {platform}.",
            "It is locked as a source, and what is built of it here is for this machine alone.",
            "Pack the notebook on such a machine.",
        )
    return {name: f"sha256:{_sha256(path)}" for name, path in sorted(wheels.items())}


def _name_of_wheel(path: Path) -> str:
    return str(parse_wheel_filename(path.name)[0])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _own_platform() -> str | None:
    here = (sys.platform, this_platform.machine())
    return next((name for name, (s, _, m) in PLATFORMS.items() if (s, m) == here), None)
