"""Look into uv's cache for the files of an installation: what is there is not downloaded."""

from __future__ import annotations

import re
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

__all__ = ["names_to_download"]

_COUNTED = re.compile(r"Would download (\d+) packages?$")
"""How uv's dry run counts what is not in its cache; without such, it counts nothing."""
_MISSING = re.compile(r"DEBUG Identified uncached distribution: ([^=@\s]+)")


def names_to_download(
    distributions: Sequence[LockedDistribution], spec: Spec, folder: Path, python: str
) -> set[str] | None:
    """Return the names of those whose files are not in uv's cache.

    uv plans the installation from its cache, without the network. Nothing is installed, built or
    asked of a host. What is no wheel of an index counts as missing.

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

    Returns
    -------
    set[str] | None
        None where uv cannot tell, most often for lack of an index's page in its cache.
    """
    wheels = [each for each in distributions if is_wheel(each)]
    others = {each.name for each in distributions} - {each.name for each in wheels}
    if not wheels:
        return others
    try:
        said = _plan(wheels, spec, folder, python)
    except InstallerError:
        return None
    counted = [int(found[1]) for each in said if (found := _COUNTED.match(each))]
    missing = {found[1] for each in said if (found := _MISSING.match(each))}
    # The names are of uv's log, which promises nothing: what it counts has to agree.
    return others | missing if sum(counted) == len(missing) else None


def _plan(wheels: Sequence[LockedDistribution], spec: Spec, folder: Path, python: str) -> list[str]:
    """Return what uv says of an installation that it plans."""
    said: list[Progress] = []
    with scratch_folder() as scratch:
        where = Path(scratch)
        (where / "uv.toml").touch()  # or uv would look for settings in the folders above
        source = where / "lock.txt"
        lines = requirement_lines(wheels, {}, spec, folder)
        source.write_text("\n".join(lines), encoding="utf-8")
        files = [str(source), *write_pins(where, spec, [each.name for each in wheels])]
        files += write_torch_pins(where, spec, wheels)
        command = ["pip", "install", "--dry-run", "--offline", "--no-deps", "--python", python]
        command += ["--target", str(where / "nothing"), "--verbose", *hash_arguments(wheels, {})]
        command += [word for file in files for word in ("-r", file)]
        links = usable_links(spec.find_links, folder)
        run = run_uv(command, where, spec.indexes, find_links=links, hashed=True, builds=False)
        drain(run, said.append)
    return [each.message for each in said]
