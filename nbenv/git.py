"""Run git: read a file of a revision, find its last change, merge texts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from nbenv.errors import NbenvError

__all__ = ["content", "git", "last_change", "merge_file", "top"]

_READ_ONLY = ("-c", "core.fsmonitor=false", "--no-optional-locks", "--literal-pathspecs")
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""With these two, the settings of a stranger's repository start no program and contact no host."""
_MOST_CONFLICTS = 127
"""The exit status of ``git merge-file`` is the number of conflicts, up to this; 255 is an error."""


def git(
    *words: str,
    folder: str = ".",
    accepted: Sequence[int] = (0,),
    environ: Mapping[str, str] | None = None,
) -> bytes:
    """Run git and return its standard output.

    Parameters
    ----------
    words
        The command line after ``git``.
    folder
        The folder to run it in.
    accepted
        The exit statuses that are no failure.
    environ
        Environment variables to add.

    Raises
    ------
    NbenvError
        git is not installed, or it failed; then its standard error is the reason.
    """
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
        raise NbenvError("git is not installed, or is not on the PATH.") from None
    if done.returncode not in accepted:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise NbenvError(
            f"git {words[0]} failed.", said or f"Its exit status was {done.returncode}."
        )
    return done.stdout


def top(folder: str) -> str:
    """Return the top folder of the repository that `folder` is in."""
    return os.fsdecode(git("rev-parse", "--show-toplevel", folder=folder)).strip()


def content(path: str, revision: str) -> bytes:
    """Return a file as it is in a revision.

    Raises
    ------
    NbenvError
        git knows no such revision, or the file is not in it.
    """
    folder, name = os.path.split(os.path.abspath(path))
    try:
        # Verified first: a "revision" could otherwise be an option, or a range.
        commit = git(
            "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}", folder=folder
        )
        return git("show", f"{commit.decode().strip()}:./{name}", folder=folder)
    except NbenvError as error:
        raise NbenvError(
            f"git has no {name} in {revision}.",
            error.why or error.what,
            "Name a revision that has the notebook (HEAD, a branch, a tag), or another notebook.",
        ) from None


def last_change(path: str) -> str | None:
    """Return the day of the last commit that changed a file, such as ``2024-05-31``.

    None where history does not say it. Outside of a repository git is not even started.
    """
    folder, name = os.path.split(os.path.realpath(path))
    if not _is_in_repository(folder):
        return None
    words = ("rev-list", "-1", "--date=short", "--format=%ad %P", "HEAD", "--", name)
    try:
        _, _, found = _ask_git(folder, *words).partition("\n")  # the first line is "commit …"
        day, _, parents = found.partition(" ")
        if not day or (not parents and _is_shallow(folder)):
            return None  # where history is cut off, that commit seems to have added every file
    except NbenvError:  # no commit yet, another owner's repository, no git
        return None
    return day


def _is_in_repository(folder: str) -> bool:
    above = os.path.dirname(folder)
    return os.path.exists(os.path.join(folder, ".git")) or (
        above != folder and _is_in_repository(above)
    )


def _is_shallow(folder: str) -> bool:
    return _ask_git(folder, "rev-parse", "--is-shallow-repository") == "true"


def _ask_git(folder: str, *words: str) -> str:
    return git(*_READ_ONLY, *words, folder=folder, environ=_OFFLINE).decode().strip()


def merge_file(ours: str, base: str, theirs: str) -> bool:
    """Merge three files into the first, marking conflicts; return whether there are none."""
    labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
    done = subprocess.run(
        ["git", "merge-file", *labels, ours, base, theirs], capture_output=True, check=False
    )
    if done.returncode not in range(_MOST_CONFLICTS + 1):
        raise NbenvError("git merge-file failed.", done.stderr.decode("utf-8", "replace").strip())
    return done.returncode == 0
