"""Check of uv's cache for all files that an installation needs, so that nothing is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_pins import write_torch_pins
from nbenv.installer.files.lock_file import is_wheel, requirement_lines
from nbenv.installer.index_packages import write_pins
from nbenv.installer.index_settings import usable_links
from nbenv.installer.syncing.sync_options import hash_arguments
from nbenv.installer.uv import run_uv
from nbenv.progress import Progress, drain

__all__ = ["are_all_cached"]

_DOWNLOADS = "Would download"
"""How uv's dry run names what is not in its cache."""


def are_all_cached(
    distributions: Sequence[LockedDistribution], spec: Spec, folder: Path, python: str
) -> bool:
    """Return whether installing these would download nothing; False where that cannot be told.

    uv plans the installation from its cache, without the network. Nothing is installed, built or
    asked of a host.

    Parameters
    ----------
    distributions
        What is locked for this machine.
    spec
        The record that they belong to.
    folder
        The folder that local requirements are relative to.
    python
        The interpreter that they are for.
    """
    if not distributions or not all(map(is_wheel, distributions)):
        return False
    names = [each.name for each in distributions]
    said: list[Progress] = []
    with scratch_folder() as scratch:
        where = Path(scratch)
        (where / "uv.toml").touch()  # or uv would look for settings in the folders above
        source = where / "lock.txt"
        lines = requirement_lines(distributions, {}, spec, folder)
        source.write_text("\n".join(lines), encoding="utf-8")
        files = [str(source), *write_pins(where, spec, names)]
        files += write_torch_pins(where, spec, distributions)
        command = ["pip", "install", "--dry-run", "--offline", "--no-deps", "--python", python]
        command += ["--target", str(where / "nothing"), *hash_arguments(distributions, {})]
        command += [word for file in files for word in ("-r", file)]
        links = usable_links(spec.find_links, folder)
        try:
            run = run_uv(command, where, spec.indexes, find_links=links, hashed=True, builds=False)
            drain(run, said.append)
        except InstallerError:  # most often a page that is not in the cache
            return False
    return not any(each.message.startswith(_DOWNLOADS) for each in said)
