"""Integration with git: the merge driver, the text that git compares, and the settings for both."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import sys
from pathlib import Path

from nbenv import git
from nbenv.core.merge import merge_records
from nbenv.core.plain_text import Payload
from nbenv.core.python_command import main_command
from nbenv.core.spec import Spec
from nbenv.engine.consent import agree_to, is_approved_spec
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import resolve_anew
from nbenv.errors import NbenvError
from nbenv.installer.resolve import ResolveOptions
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.diff import spec_in
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["configure", "folded", "merge_files", "settings"]

_HASHES = re.compile(r"(?: --hash=sha\d+:[0-9a-f]{64,128})+")
_ATTRIBUTES = "*.ipynb diff=nbenv merge=nbenv"
_SETTINGS = {
    "diff.nbenv.textconv": "git-text",
    "merge.nbenv.name": "",
    "merge.nbenv.driver": "git-merge %O %A %B %P",
}


# -- what git calls


def folded(path: str) -> Outcome:
    """Return a notebook's text for ``git diff``: the hashes of each lock line as one word.

    Raises
    ------
    NbenvError
        The file cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NbenvError(f"{path} cannot be read.", f"{error.strerror}.") from None
    return Outcome(text=Payload(_HASHES.sub(_hashes_as_word, text)))


def _hashes_as_word(match: re.Match[str]) -> str:
    digest = hashlib.sha256(match[0].encode()).hexdigest()[:8]
    return f" (files {digest})"


def merge_files(base: str, ours: str, theirs: str, path: str) -> Steps[Outcome]:
    """Merge two notebooks into the file `ours`: the records by their meaning, the rest as text.

    The arguments are those of a merge driver (gitattributes(5), "Defining a custom merge driver").

    Parameters
    ----------
    base, ours, theirs
        The files that git wrote the three versions to.
    path
        The notebook's path in the repository.

    Raises
    ------
    NbenvError
        The records cannot be merged; the rest of the notebook is, with our record.
    """
    complaint = ""
    try:
        complaint = yield from _write_merged_record((base, ours, theirs), os.path.abspath(path))
    except NbenvError as error:  # a record that cannot be read: git merges it as text
        yield Progress("merge", f"{path}: {error.what}")
    clean = git.merge_file(ours, base, theirs)
    if complaint:
        raise NbenvError(f"The environment of {path} has to be merged by hand.", complaint)
    return Outcome(failed=not clean)


def _write_merged_record(files: tuple[str, str, str], path: str) -> Steps[str]:
    """Write the merged record into all three files, so that it does not differ any more.

    Return why the records could not be merged, "" if they were.
    """
    older, mine, other = (spec_in(Path(file).read_bytes()) for file in files)
    if mine is None or other is None:
        return ""
    complaint, spec, folder = "", mine, Path(path).parent
    try:
        merged = merge_records(older or Spec(mine.python), mine, other)
        spec = merged.spec
        if not merged.is_locked:
            spec = yield from _lock_merged(spec, (mine, other), folder)
        elif all(is_approved_spec(side, folder) for side in (mine, other)):
            agree_to(spec, folder, path)  # it holds nothing that was not approved with a side
    except NbenvError as error:
        complaint, spec = f"{error}\nOur environment was kept.", mine
    for file in files:
        write_metadata(file, {"nbenv": spec.to_record()})
    return complaint


def _lock_merged(spec: Spec, sides: tuple[Spec, Spec], folder: Path) -> Steps[Spec]:
    """Resolve the merged requirements if both sides are approved, and without building anything.

    git calls this in the middle of a merge, where nobody is shown what that would run.
    """
    if not all(is_approved_spec(side, folder) for side in sides):
        raise NbenvError(
            "The two sides lock different versions, and one of them was never approved on this "
            "machine. Resolving them again would ask hosts, and may run code.",
            todo="Restore each side once (nbenv restore), then merge again.",
        )
    interpreter = yield from obtain_python(spec.python, fetch=False)
    yield Progress("resolve", "Both sides changed the lock…")
    options = ResolveOptions(only_wheels=True)
    return (yield from resolve_anew(spec, interpreter, folder, options))


# -- the settings


def configure(everywhere: bool = False, remove: bool = False) -> Outcome:
    """Make git compare and merge notebooks with nbenv.

    Parameters
    ----------
    everywhere
        Whether to do so for all repositories of this user, not only for this one.
    remove
        Whether to remove the settings instead.
    """
    scope = "--global" if everywhere else "--local"
    attributes = _attributes_file(everywhere)
    if remove:
        for section in ("diff.nbenv", "merge.nbenv"):
            git.git("config", scope, "--remove-section", section, accepted=(0, 1, 2, 5, 128))
        _remove_attributes(attributes)
        return Outcome("git handles notebooks as before.", data={"attributes": str(attributes)})
    for name, value in settings().items():
        git.git("config", scope, name, value)
    _add_attributes(attributes)
    return Outcome(
        f"git compares and merges notebooks with nbenv (set in {attributes}).",
        data={"attributes": str(attributes), "settings": list(_SETTINGS)},
    )


def settings() -> dict[str, str]:
    """Return git's settings; git starts their commands in whatever repository it works on."""
    command = shlex.join(main_command(Path(sys.executable).as_posix(), "nbenv.__main__"))
    return {
        name: f"{command} {words}" if words else "notebooks with environments (nbenv)"
        for name, words in _SETTINGS.items()
    }


def _attributes_file(everywhere: bool) -> Path:
    if not everywhere:
        return Path(git.top("."), ".gitattributes")
    known = git.look("config", "--global", "--type=path", "core.attributesFile", accepted=(0, 1))
    if known:
        return Path(os.fsdecode(known).strip())
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(folder, "git", "attributes")


def _attribute_lines(attributes: Path) -> list[str]:
    return attributes.read_text(encoding="utf-8").splitlines() if attributes.exists() else []


def _add_attributes(attributes: Path) -> None:
    lines = _attribute_lines(attributes)
    if _ATTRIBUTES not in lines:
        attributes.parent.mkdir(parents=True, exist_ok=True)
        attributes.write_text("\n".join([*lines, _ATTRIBUTES]) + "\n", encoding="utf-8")


def _remove_attributes(attributes: Path) -> None:
    lines = _attribute_lines(attributes)
    if _ATTRIBUTES in lines:
        kept = "".join(f"{line}\n" for line in lines if line != _ATTRIBUTES)
        if kept:
            attributes.write_text(kept, encoding="utf-8")
        else:
            attributes.unlink()
