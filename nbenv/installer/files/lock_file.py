"""Lines of the requirements file by which uv installs exactly what is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import is_named
from nbenv.core.requirements import absolute, is_local
from nbenv.core.spec import Spec
from nbenv.errors import HashError

__all__ = ["is_wheel", "requirement_lines"]


def requirement_lines(
    distributions: Sequence[LockedDistribution], kept: Mapping[str, str], spec: Spec, folder: Path
) -> list[str]:
    """Return the lines of the requirements file that uv gets."""
    return [
        *(_requirement_line(locked, spec, folder) for locked in distributions),
        *(f"{name}=={version}" for name, version in kept.items()),
        *(f"--only-binary {locked.name}" for locked in distributions if is_wheel(locked)),
        # Else uv takes a wheel from a folder, and then finds that its hash is another one.
        *(f"--no-binary {locked.name}" for locked in distributions if _is_built(locked, spec)),
    ]


def is_wheel(locked: LockedDistribution) -> bool:
    """Return whether it must not be built: a build runs its code, and nobody approved that."""
    return locked.version is not None and not locked.source


def _is_built(locked: LockedDistribution, spec: Spec) -> bool:
    return locked.source and is_named(spec.no_binary, locked.name)


def _requirement_line(locked: LockedDistribution, spec: Spec, folder: Path) -> str:
    requirement = locked.requirement
    if locked.url and is_local(locked.url):
        path, hash_sign, fragment = locked.url.partition("#")
        found = absolute(path, folder)
        if locked.hashes and found.is_dir():  # uv would build it, and compare no hash
            raise HashError(
                f"{locked.name} is locked as an archive, but {found} is a folder.",
                todo="Put the archive back, or restore the notebook from a good copy.",
            )
        place = found.as_uri() + hash_sign + fragment
        if locked.name in spec.editable:
            return f"-e {place}"
        requirement = f"{locked.name} @ {place}"
    return " ".join((requirement, *(f"--hash={digest}" for digest in locked.hashes)))
