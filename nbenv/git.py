"""Run git: read a file of a revision, find its last change, merge texts.

The repository may be a stranger's, whose configuration can name programs to run and hosts to ask.
Everything that only looks is run by `look`, which keeps git from obeying it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbenv.errors import NbenvError
from nbenv.home.processes.console import no_window

__all__ = ["content", "git", "last_change", "look", "merge_file", "revision_files", "top"]

_HARMLESS = {
    # Programs that git starts by itself (git-config(1)); a value given here outranks every file's.
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.editor": "false",
    "core.sshCommand": "false",
    "core.askPass": "",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "false",
    "gpg.openpgp.program": "false",
    "gpg.ssh.program": "false",
    "gpg.x509.program": "false",
    "interactive.diffFilter": "",
    "log.showSignature": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    # Hosts: what a partial clone left out is missing, and not fetched.
    "protocol.allow": "never",
    "protocol.ext.allow": "never",
    "protocol.file.allow": "never",
    "protocol.git.allow": "never",
    "protocol.http.allow": "never",
    "protocol.https.allow": "never",
    "protocol.ssh.allow": "never",
}
_OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "GIT_SSH_COMMAND": "false",
}
_CONFIGURED = [word for key, value in _HARMLESS.items() for word in ("-c", f"{key}={value}")]
_READ_ONLY = (*_CONFIGURED, "--no-pager", "--no-optional-locks", "--literal-pathspecs")
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
    done = _run(words, folder, environ or {})
    if done.returncode not in accepted:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise NbenvError(
            f"git {_command(words)} failed.", said or f"Its exit status was {done.returncode}."
        )
    return done.stdout


def _run(
    words: Sequence[str], folder: str = ".", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *words],
            cwd=folder,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            creationflags=no_window(),
        )
    except FileNotFoundError:
        raise NbenvError("git is not installed, or is not on the PATH.") from None


def _command(words: Sequence[str]) -> str:
    """Return the command among the words: what follows git's own options."""
    own = iter(words)
    for word in own:
        if word == "-c":
            next(own, None)
        elif not word.startswith("-"):
            return word
    return ""


def look(*words: str, folder: str = ".", accepted: Sequence[int] = (0,)) -> bytes:
    """Run a git command that only looks, and return its standard output.

    No program runs and no host is asked, whatever the repository configures. `words` must be
    plumbing, which obeys no alias, filter, textconv or attribute; parameters and errors are those
    of `git`.
    """
    return git(*_READ_ONLY, *words, folder=folder, accepted=accepted, environ=_OFFLINE)


def top(folder: str) -> str:
    """Return the top folder of the repository that `folder` is in."""
    return os.fsdecode(look("rev-parse", "--show-toplevel", folder=folder)).strip()


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
        commit = look(
            "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}", folder=folder
        )
        return look("cat-file", "blob", f"{commit.decode().strip()}:./{name}", folder=folder)
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


def revision_files(folder: Path) -> Iterator[Path]:
    """Yield the files that say which commit a folder is at, and which tags there are.

    git itself is not run. There are none outside of a repository.
    """
    for above in (folder, *folder.parents):
        place = above / ".git"
        if place.exists():
            own = above / (_named_in(place, "gitdir:") or ".git")  # a file in a second worktree
            common = own / (_named_in(own / "commondir") or ".")
            yield own / "HEAD"
            if branch := _named_in(own / "HEAD", "ref:"):
                yield common / branch
            yield common / "packed-refs"
            tags = common / "refs" / "tags"
            yield from sorted(each for each in tags.rglob("*") if each.is_file())
            return


def _named_in(file: Path, label: str = "") -> str:
    """Return what one of git's files names behind a label, "" where it does not."""
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""
    return text.removeprefix(label).strip() if text.startswith(label) else ""


def _is_in_repository(folder: str) -> bool:
    above = os.path.dirname(folder)
    return os.path.exists(os.path.join(folder, ".git")) or (
        above != folder and _is_in_repository(above)
    )


def _is_shallow(folder: str) -> bool:
    return _ask_git(folder, "rev-parse", "--is-shallow-repository") == "true"


def _ask_git(folder: str, *words: str) -> str:
    return look(*words, folder=folder).decode().strip()


def merge_file(ours: str, base: str, theirs: str) -> bool:
    """Merge three files into the first, marking conflicts; return whether there are none."""
    labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
    done = _run([*_READ_ONLY, "merge-file", *labels, ours, base, theirs], environ=_OFFLINE)
    if done.returncode not in range(_MOST_CONFLICTS + 1):
        raise NbenvError("git merge-file failed.", done.stderr.decode("utf-8", "replace").strip())
    return done.returncode == 0
