"""The little of git that notebooks need: a file of a revision, the settings, a merge of texts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from nbenv.errors import NbenvError

__all__ = ["content", "git", "last_change", "merge_file", "top"]

_LOOKING = ("-c", "core.fsmonitor=false", "--no-optional-locks", "--literal-pathspecs")
_ASKING_NOBODY = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""With these, a repository's own settings start no program and ask no host when it is looked at."""


def git(
    *words: str,
    folder: str = ".",
    accepted: Sequence[int] = (0,),
    environ: Mapping[str, str] | None = None,
) -> bytes:
    """Run git; return what it printed, raise `NbenvError` with what it said when it failed."""
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise NbenvError("git is not installed here, or not on the PATH.") from None
    if done.returncode not in accepted:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise NbenvError(f"git {words[0]} failed.", said or f"It ended with {done.returncode}.")
    return done.stdout


def top(folder: str) -> str:
    """Return the top folder of the repository that `folder` is in."""
    return os.fsdecode(git("rev-parse", "--show-toplevel", folder=folder)).strip()


def content(path: str, revision: str) -> bytes:
    """Return a file as it was in a revision."""
    folder, name = os.path.split(os.path.abspath(path))
    try:
        commit = git(
            "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}", folder=folder
        )
        return git("show", f"{commit.decode().strip()}:./{name}", folder=folder)
    except NbenvError as error:
        raise NbenvError(
            f"git has no {name} of {revision}.",
            error.why or error.what,
            "Name a revision that holds the notebook (HEAD, a branch, a tag), or another notebook.",
        ) from None


def last_change(path: str) -> str | None:
    """Return the day of the last commit that touched a file; None where no history tells it.

    Outside of a repository git is not even started.
    """
    folder, name = os.path.split(os.path.realpath(path))
    if not _is_in_repository(folder):
        return None
    words = ("rev-list", "-1", "--date=short", "--format=%ad %P", "HEAD", "--", name)
    try:
        _, _, told = _looked(folder, *words).partition("\n")
        day, _, parents = told.partition(" ")
        if not day or (not parents and _is_shallow(folder)):
            return None  # where history is cut off, a commit seems to have made every file
    except NbenvError:  # no commit yet, another owner's repository, no git
        return None
    return day


def _is_in_repository(folder: str) -> bool:
    above = os.path.dirname(folder)
    return os.path.exists(os.path.join(folder, ".git")) or (
        above != folder and _is_in_repository(above)
    )


def _is_shallow(folder: str) -> bool:
    return _looked(folder, "rev-parse", "--is-shallow-repository") == "true"


def _looked(folder: str, *words: str) -> str:
    return git(*_LOOKING, *words, folder=folder, environ=_ASKING_NOBODY).decode().strip()


def merge_file(ours: str, base: str, theirs: str) -> bool:
    """Merge three files into the first, marking conflicts; return whether there are none."""
    labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
    conflicts = range(128)
    before = subprocess.run(
        ["git", "merge-file", *labels, ours, base, theirs], capture_output=True, check=False
    )
    if before.returncode not in conflicts:
        raise NbenvError("git merge-file failed.", before.stderr.decode("utf-8", "replace").strip())
    return before.returncode == 0
