"""git and notebooks: the merge driver, the text that git compares, and the settings for both."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import sys
from pathlib import Path

from nbenv import git
from nbenv.core.merge import merge_records
from nbenv.core.spec import Spec
from nbenv.engine.consent import agree_to
from nbenv.environments import interpreters
from nbenv.errors import NbenvError
from nbenv.home import approval_store
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.diff import spec_in
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["configure", "folded", "merge_files"]

_HASHES = re.compile(r"(?: --hash=sha\d+:[0-9a-f]{64,128})+")
_ATTRIBUTES = "*.ipynb diff=nbenv merge=nbenv"
_SETTINGS = {
    "diff.nbenv.textconv": "git-text",
    "merge.nbenv.name": "",
    "merge.nbenv.driver": "git-merge %O %A %B %P",
}


# -- what git calls


def folded(path: str) -> Outcome:
    """Return a notebook as git shall compare it: each lock line's hashes folded into one word."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NbenvError(f"{path} cannot be read.", f"{error.strerror}.") from None
    return Outcome(text=_HASHES.sub(_folded, text).rstrip("\n"))


def _folded(match: re.Match[str]) -> str:
    digest = hashlib.sha256(match[0].encode()).hexdigest()[:8]
    return f" (files {digest})"


def merge_files(base: str, ours: str, theirs: str, path: str) -> Steps[Outcome]:
    """Merge two notebooks into the file `ours`: the records by their meaning, the rest as text."""
    complaint = ""
    try:
        complaint = yield from _equalise(base, ours, theirs, os.path.abspath(path))
    except NbenvError as error:  # no record that can be read: git's own merge is what is left
        yield Progress("merge", f"{path}: {error.what}")
    clean = git.merge_file(ours, base, theirs)
    if complaint:
        raise NbenvError(f"{path}: its environment is to be merged by hand.", complaint)
    return Outcome(failed=not clean)


def _equalise(base: str, ours: str, theirs: str, path: str) -> Steps[str]:
    """Write the merged record into all three files, so that it is no difference any more."""
    sides = [spec_in(Path(file).read_bytes()) for file in (base, ours, theirs)]
    (older, mine, other), folder = sides, Path(path).parent
    if mine is None or other is None:
        return ""
    complaint, spec = "", mine
    try:
        merged = merge_records(older or Spec(mine.python), mine, other)
        spec = merged.spec
        if not merged.is_locked:
            spec = yield from _relocked(spec, (mine, other), folder)
        elif _are_approved((mine, other), folder):
            agree_to(spec, folder, path)  # nothing is in it that was not agreed to
    except NbenvError as error:
        complaint, spec = f"{error}\nOur environment was kept.", mine
    for file in (base, ours, theirs):
        write_metadata(file, {"nbenv": spec.to_record()})
    return complaint


def _are_approved(sides: tuple[Spec, Spec], folder: Path) -> bool:
    return all(approval_store.is_approved(side.digest(folder)) for side in sides)


def _relocked(spec: Spec, sides: tuple[Spec, Spec], folder: Path) -> Steps[Spec]:
    direct = spec.indexes or any("@" in text for text in spec.requirements)
    if direct and not _are_approved(sides, folder):
        raise NbenvError(
            "The two sides lock different versions, and resolving anew would ask hosts "
            "that the notebook names, to which nobody agreed on this machine yet.",
            todo="Restore either side once (nbenv restore), then merge again.",
        )
    found = interpreters.find(spec.python)
    if found is None:
        raise interpreters.missing(spec.python)
    yield Progress("resolve", "Both sides changed the lock: resolving anew …")
    steps = resolve_lock(spec, found.executable, folder, ResolveOptions())
    lock = yield from steps
    return Spec(spec.python, spec.requirements, lock, spec.indexes, spec.editable, spec.unknown)


# -- the settings


def configure(everywhere: bool = False, remove: bool = False) -> Outcome:
    """Let git compare and merge notebooks with nbenv, in this repository or for this user."""
    scope = "--global" if everywhere else "--local"
    attributes = _attributes_file(everywhere)
    if remove:
        for section in ("diff.nbenv", "merge.nbenv"):
            git.git("config", scope, "--remove-section", section, accepted=(0, 1, 2, 5, 128))
        _without_attributes(attributes)
        return Outcome("git handles notebooks as before.", data={"attributes": str(attributes)})
    python = shlex.quote(Path(sys.executable).as_posix())
    for name, words in _SETTINGS.items():
        value = f"{python} -m nbenv {words}" if words else "notebooks with environments (nbenv)"
        git.git("config", scope, name, value)
    _with_attributes(attributes)
    return Outcome(
        f"git compares and merges notebooks with nbenv, as {attributes} says.",
        data={"attributes": str(attributes), "settings": list(_SETTINGS)},
    )


def _attributes_file(everywhere: bool) -> Path:
    if not everywhere:
        return Path(git.top("."), ".gitattributes")
    known = git.git("config", "--global", "--type=path", "core.attributesFile", accepted=(0, 1))
    if known:
        return Path(os.fsdecode(known).strip())
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(folder, "git", "attributes")


def _read(attributes: Path) -> list[str]:
    return attributes.read_text(encoding="utf-8").splitlines() if attributes.exists() else []


def _with_attributes(attributes: Path) -> None:
    lines = _read(attributes)
    if _ATTRIBUTES not in lines:
        attributes.parent.mkdir(parents=True, exist_ok=True)
        attributes.write_text("\n".join([*lines, _ATTRIBUTES]) + "\n", encoding="utf-8")


def _without_attributes(attributes: Path) -> None:
    lines = _read(attributes)
    if _ATTRIBUTES in lines:
        kept = "".join(f"{line}\n" for line in lines if line != _ATTRIBUTES)
        if kept:
            attributes.write_text(kept, encoding="utf-8")
        else:
            attributes.unlink()
