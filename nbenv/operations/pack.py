"""Pack a notebook and its wheels into one file, from which ``unpack`` restores it offline.

A pack is a zip file: ``pack.json``, the notebook, and ``wheels/``.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from nbenv.core.file_names import is_text_notebook
from nbenv.core.lock import LockedDistribution
from nbenv.core.wheels.platform_limits import described_platforms, may_be_for
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError, UsageError
from nbenv.home import held_files
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_pins import with_torch_index
from nbenv.installer.download import PLATFORMS, download_wheels
from nbenv.installer.index_settings import usable_links
from nbenv.notebook.unfinished_saves import whole_content
from nbenv.operations.sharing.built_sources import build_sources
from nbenv.progress import Outcome, Steps

__all__ = ["VERSION", "pack"]

VERSION = 1
_TIME = (2000, 1, 1, 0, 0, 0)
"""The modification time of all files in a pack: equal content gives equal bytes."""


# -- pack


def pack(
    ref: NotebookRef, out: str | None, platforms: Sequence[str], agreed: str | None = None
) -> Steps[Outcome]:
    """Write the notebook and the wheels of its lock into a file.

    Parameters
    ----------
    ref
        The notebook.
    out
        The file to write; by default beside the notebook.
    platforms
        The platforms to pack for, of `nbenv.installer.download.PLATFORMS`; none is this machine.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    UsageError
        There is no such platform.
    ApprovalNeededError
        The lock, which may name hosts, was never approved here.
    NbenvError
        A package is not available as a wheel, or the file cannot be written.
    """
    unknown = sorted(set(platforms) - set(PLATFORMS))
    if unknown:
        raise UsageError(
            f"There is no platform {unknown[0]!r}.", todo=f"Choose from {', '.join(PLATFORMS)}."
        )
    if is_text_notebook(ref.notebook):  # unpacked, a script could shadow another one's module
        raise UsageError(
            "A pack holds an .ipynb notebook, and this one is kept as text.",
            todo=f"Convert it first: jupytext --to ipynb {Path(ref.notebook).name}",
        )
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    check_approved(snapshot, agreed)  # it downloads, from hosts that the notebook names too
    spec, path = snapshot.spec, Path(ref.notebook)
    file = Path(out or path.with_suffix(".nbpack"))
    built: dict[str, str] = {}
    with scratch_folder() as scratch:
        wheels = Path(scratch)
        for platform in platforms or (None,):
            chosen = _distributions_for(snapshot, platform)
            _check_wheels(chosen)
            built |= yield from build_sources(snapshot, chosen, wheels, platform)
            yield from download_wheels(
                [each for each in chosen if not each.source],
                wheels,
                python=spec.python,
                platform=platform,
                indexes=with_torch_index(spec),
                find_links=usable_links(spec.find_links, snapshot.ref.folder),
            )
        about: dict[str, object] = {"version": VERSION, "notebook": path.name}
        about |= {"python": spec.python}
        about |= {"built": built} if built else {}
        size = _write_pack(file, {**about, "platforms": list(platforms)}, path, wheels)
    count = len(spec.lock.distributions)
    return Outcome(
        f"Packed {path.name} into {file}: {size / 1e6:.1f} MB.",
        data={"pack": str(file), "bytes": size, "locked": count, "platforms": list(platforms)},
    )


def _distributions_for(
    snapshot: NotebookSnapshot, platform: str | None
) -> list[LockedDistribution]:
    if platform is None:
        return list(select_locked(snapshot.spec, snapshot.environment.read_version()).values())
    system, name, machine = PLATFORMS[platform]
    values = {
        "sys_platform": system,
        "platform_system": name,
        "platform_machine": machine,
        "os_name": "nt" if system == "win32" else "posix",
    }
    machine_marker = f"platform_machine == '{machine}' and sys_platform == '{system}'"
    if not may_be_for(snapshot.spec.lock.platforms, machine_marker):
        raise NbenvError(
            f"The notebook cannot be packed for {platform}.",
            f"It is locked for {described_platforms(snapshot.spec.lock.platforms)} only.",
            "Lock it for more platforms first: nbenv upgrade NOTEBOOK, where an index has files "
            "for them.",
        )
    return list(select_locked(snapshot.spec, platform=values).values())


def _check_wheels(distributions: Sequence[LockedDistribution]) -> None:
    direct = [each.name for each in distributions if each.url]
    if direct:
        raise NbenvError(
            f"{', '.join(direct)} cannot be packed: it is installed from a URL or a folder.",
            "Building it where it is unpacked would need a network.",
            "Install it from an index, as a wheel.",
        )


def _write_pack(file: Path, about: dict[str, object], notebook: Path, wheels: Path) -> int:
    """Write the zip file whole or not at all; return its size in bytes."""
    files = {f"wheels/{path.name}": path for path in sorted(wheels.glob("*.whl"))}
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(scratch, "w") as archive:
            archive.writestr(zipfile.ZipInfo("pack.json", _TIME), json.dumps(about, indent=1))
            archive.writestr(zipfile.ZipInfo(notebook.name, _TIME), whole_content(str(notebook)))
            for name, path in files.items():
                archive.writestr(zipfile.ZipInfo(name, _TIME), path.read_bytes())
        held_files.replace(str(scratch), str(file))
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise NbenvError(f"{file} cannot be written.", f"{error.strerror}.") from None
    return file.stat().st_size
