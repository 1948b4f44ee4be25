"""Unpack what ``pack`` wrote, and restore the notebook from that without a network."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from nbenv.engine.consent import agreed_by_command
from nbenv.engine.document import NotebookRef
from nbenv.environments.markers import possible_locked
from nbenv.errors import NbenvError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.download import only_wheels_in
from nbenv.operations.diff import spec_in
from nbenv.operations.pack import VERSION
from nbenv.operations.restore import prepare
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["unpack"]

Consent = Callable[[str], bool | None]
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def _nobody(question: str) -> bool:
    """Decline: there is nobody to ask."""
    return False


def unpack(file: str, folder: str | None, consent: Consent = _nobody) -> Steps[Outcome]:
    """Write the notebook of a pack into a folder, and restore it from the pack's wheels alone.

    Parameters
    ----------
    file
        The pack.
    folder
        The folder for the notebook; the current one by default.
    consent
        Asks the person whether to install what the packer built of sources, for which the lock has
        no hash.

    Raises
    ------
    NbenvError
        That was declined, the file is not a pack that this nbenv reads, its notebook needs more
        than wheels, or another notebook of that name is there.
    """
    try:
        with zipfile.ZipFile(file) as archive, scratch_folder() as scratch:
            built = _built_in(archive)
            _check_consent(built, file, consent)
            notebook = _extract(archive, Path(folder or "."), Path(scratch), built)
            ref = NotebookRef(os.path.abspath(notebook))
            agreed = yield from agreed_by_command(ref, None)
            yield Progress("restore", f"Restoring {notebook.name} from the pack…")
            with only_wheels_in(scratch, built):
                outcome = yield from prepare(ref, agreed, looks_for_fallbacks=False, anyway=True)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise NbenvError(f"{file} cannot be unpacked.", f"{error}.") from None
    return Outcome(
        f"Unpacked {notebook}. {outcome.summary}",
        data={"notebook": str(notebook), "restored": outcome.data},
        environment=outcome.environment,
    )


def _built_in(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return name → hash of the wheels that the packer built."""
    about = json.loads(archive.read("pack.json"))
    built = about.get("built", {}) if isinstance(about, dict) else {}
    is_sound = isinstance(built, dict) and all(
        _HASH.fullmatch(str(each)) for each in built.values()
    )
    if not is_sound:
        raise ValueError("its pack.json has no hashes of what was built")
    return {str(canonicalize_name(name)): str(digest) for name, digest in built.items()}


def _check_consent(built: Mapping[str, str], file: str, consent: Consent) -> None:
    names = ", ".join(sorted(built))
    what = f"This pack holds what its packer built: {names}."
    why = "The lock names the sources alone, so nothing here can check what was made of them."
    if built and not consent(f"{what} {why} Install it?"):
        raise NbenvError(
            what,
            f"{why} Nothing was written.",
            f"If you trust whoever packed it: nbenv unpack --yes {file}",
        )


def _check_only_wheels(content: bytes, built: Mapping[str, str]) -> None:
    """Raise unless restoring a notebook takes nothing but wheels with the hashes of its lock."""
    spec = spec_in(content)
    if spec is None:
        raise ValueError("its notebook records no environment")
    if not spec.lock.distributions:
        raise ValueError("its notebook locks nothing")
    others = [
        each
        for each in possible_locked(spec)
        if each.url or (each.source and each.name not in built)
    ]
    if others or spec.editable:
        names = dict.fromkeys([*(each.name for each in others), *spec.editable])
        raise NbenvError(
            f"The notebook in this pack needs more than wheels: {', '.join(names)}.",
            "A pack holds wheels alone, and nothing that comes with it is built.",
            "Nothing was written. Ask for the notebook itself: nbenv restore shows first what it "
            "would build.",
        )


def _extract(
    archive: zipfile.ZipFile, folder: Path, wheels: Path, built: Mapping[str, str]
) -> Path:
    """Write the notebook and the wheels; only the last part of each name in the pack is used."""
    about = json.loads(archive.read("pack.json"))
    if not isinstance(about, dict):
        raise ValueError("its pack.json is not an object")
    if about["version"] != VERSION:
        raise ValueError(f"it is a pack of format {about['version']}; this nbenv reads {VERSION}")
    name = PurePosixPath(str(about["notebook"]).replace("\\", "/")).name
    content, place = archive.read(str(about["notebook"])), folder / name
    if not name.endswith(".ipynb"):
        raise ValueError("it holds no notebook")
    _check_only_wheels(content, built)
    if place.exists() and place.read_bytes() != content:
        raise NbenvError(
            f"{place} already exists, and is another notebook.",
            todo="Unpack into another folder: -o FOLDER",
        )
    folder.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    for entry in archive.namelist():
        if entry.startswith("wheels/") and entry.endswith(".whl"):
            (wheels / PurePosixPath(entry).name).write_bytes(archive.read(entry))
    return place
