"""The little of git that notebooks need: a file of a revision, the settings, a merge of texts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from nbenv.errors import NbenvError

__all__ = ["content", "git", "merge_file", "top"]


def git(*words: str, folder: str = ".", accepted: Sequence[int] = (0,)) -> bytes:
    """Run git; return what it printed, raise `NbenvError` with what it said when it failed."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL
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
