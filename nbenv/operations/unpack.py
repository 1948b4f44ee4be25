"""Unpack what ``pack`` wrote, and restore the notebook from that without a network."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
            pack = _read_pack(archive)
            notebook = Path(folder or ".") / pack.name
            _check_only_wheels(pack)
            _check_is_free(notebook, pack.notebook)
            _check_consent(pack.built, file, consent)
            _write(notebook, pack.notebook)
            _extract_wheels(archive, Path(scratch))
            ref = NotebookRef(os.path.abspath(notebook))
            agreed = yield from agreed_by_command(ref, None)
            yield Progress("restore", f"Restoring {notebook.name} from the pack…")
            with only_wheels_in(scratch, pack.built):
                outcome = yield from prepare(ref, agreed, looks_for_fallbacks=False, anyway=True)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise NbenvError(f"{file} cannot be unpacked.", f"{error}.") from None
    return Outcome(
        f"Unpacked {notebook}. {outcome.summary}",
        data={"notebook": str(notebook), "restored": outcome.data},
        environment=outcome.environment,
    )


@dataclass(frozen=True)
class _Pack:
    """The contents of a pack, except for its wheels.

    `name` is that of the notebook's file, and `notebook` its content. `built` has name → hash of
    the wheels that the packer built.
    """

    name: str
    notebook: bytes
    built: Mapping[str, str]


def _read_pack(archive: zipfile.ZipFile) -> _Pack:
    """Read a pack; of the notebook's name in it, only the last part is used."""
    about = json.loads(archive.read("pack.json"))
    if not isinstance(about, dict):
        raise ValueError("its pack.json is not an object")
    if about["version"] != VERSION:
        raise ValueError(f"it is a pack of format {about['version']}; this nbenv reads {VERSION}")
    entry = str(about["notebook"])
    content, name = archive.read(entry), PurePosixPath(entry.replace("\\", "/")).name
    if not name.endswith(".ipynb"):
        raise ValueError("it holds no notebook")
    return _Pack(name, content, _built_in(about))


def _built_in(about: Mapping[str, object]) -> dict[str, str]:
    built = about.get("built", {})
    if not isinstance(built, dict) or not all(_HASH.fullmatch(str(e)) for e in built.values()):
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


def _check_only_wheels(pack: _Pack) -> None:
    """Raise unless restoring the notebook takes nothing but wheels with known hashes."""
    spec = spec_in(pack.notebook)
    if spec is None:
        raise ValueError("its notebook records no environment")
    if not spec.lock.distributions:
        raise ValueError("its notebook locks nothing")
    others = [
        each
        for each in possible_locked(spec)
        if each.url or (each.source and each.name not in pack.built)
    ]
    if others or spec.editable:
        names = dict.fromkeys([*(each.name for each in others), *spec.editable])
        raise NbenvError(
            f"The notebook in this pack needs more than wheels: {', '.join(names)}.",
            "A pack holds wheels alone, and nothing that comes with it is built.",
            "Nothing was written. Ask for the notebook itself: nbenv restore shows first what it "
            "would build.",
        )


def _check_is_free(place: Path, content: bytes) -> None:
    """Raise if another notebook is where this one is to be written."""
    if place.exists() and place.read_bytes() != content:
        raise NbenvError(
            f"{place} already exists, and is another notebook.",
            todo="Unpack into another folder: -o FOLDER",
        )


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def _extract_wheels(archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the wheels; only the last part of each name in the pack is used."""
    for entry in archive.namelist():
        if entry.startswith("wheels/") and entry.endswith(".whl"):
            (folder / PurePosixPath(entry).name).write_bytes(archive.read(entry))
