"""Everything that nbenv can tell a user went wrong.

::

    NbenvError
    ├── UsageError              wrong words on the command line or in the magic (exit status 2)
    ├── ApprovalNeededError     nobody agreed yet to restore this lock (exit status 3)
    ├── NotebookError           the notebook cannot be read or written
    ├── RecordError             ``metadata.nbenv`` is broken or newer than this nbenv
    │   └── LockError           … a line of its lock is
    ├── RequirementError        a requirement cannot be understood
    ├── InterpreterError        no Python of that version here
    ├── UnavailableError        what the lock names cannot be had here, but something close to it
    ├── InstallerError          the installer failed for a reason of its own
    │   ├── ResolutionError     no set of versions satisfies the requirements
    │   ├── BuildError          a distribution had to be built, and its build failed
    │   │   └── BuildRefusedError   its lock does not say that it is built
    │   ├── HashError           a downloaded file is not the one that the lock names
    │   ├── IndexAccessError    an index is down, refuses, or lacks a file
    │   └── IndexSwitchError    what is locked would come from another index than before
    ├── BrokenEnvironmentError       an environment on disk cannot be made or used
    └── StoppedError       the user stopped it
"""

from __future__ import annotations

__all__ = [
    "ApprovalNeededError",
    "BrokenEnvironmentError",
    "BuildError",
    "BuildRefusedError",
    "HashError",
    "IndexAccessError",
    "IndexSwitchError",
    "InstallerError",
    "InterpreterError",
    "LockError",
    "NbenvError",
    "NotebookError",
    "RecordError",
    "RequirementError",
    "ResolutionError",
    "StoppedError",
    "UnavailableError",
    "UsageError",
]


class NbenvError(Exception):
    """What failed, why, and what to do next, in one message."""

    exit_status = 1

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what, why, todo)
        self.what = what
        self.why = why
        self.todo = todo

    def parts(self) -> dict[str, object]:
        """Return the error for programs; `kind` is the class's name without ``Error``."""
        kind = type(self).__name__.removesuffix("Error")
        return {"kind": kind, "what": self.what, "why": self.why, "todo": self.todo}

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.todo) if part)


class UsageError(NbenvError):
    """The command was not understood."""

    exit_status = 2


class ApprovalNeededError(NbenvError):
    """Restoring needs an agreement that nobody could be asked for."""

    exit_status = 3


class NotebookError(NbenvError):
    """The notebook's file cannot be read or written."""


class RecordError(NbenvError):
    """``metadata.nbenv`` cannot be used as it is."""


class LockError(RecordError):
    """A line of the lock cannot be used as it is."""


class RequirementError(NbenvError):
    """A requirement cannot be understood."""


class InterpreterError(NbenvError):
    """The Python that is wanted is not here."""


class UnavailableError(NbenvError):
    """What is recorded cannot be had here exactly, because of `cause`.

    `steps` are the fallbacks that remain, each with what it would change.
    """

    def __init__(
        self, why: str, todo: str, steps: list[dict[str, object]], cause: NbenvError | None
    ) -> None:
        what = "The environment that this notebook records cannot be had here exactly."
        super().__init__(what, why, todo)
        self.steps, self.cause = steps, cause

    def parts(self) -> dict[str, object]:
        """Return the error for programs, with ``steps``: what each fallback would change."""
        return {**super().parts(), "steps": self.steps}


class InstallerError(NbenvError):
    """The installer failed."""


class ResolutionError(InstallerError):
    """The requirements cannot all be met."""


class BuildError(InstallerError):
    """Building a distribution from source failed."""


class BuildRefusedError(BuildError):
    """What is locked would have to be built here, and its lock does not say that it is."""


class HashError(InstallerError):
    """A file's content is not what the lock says."""


class IndexAccessError(InstallerError):
    """An index cannot be reached, refuses access, or misses a file."""


class IndexSwitchError(InstallerError):
    """What is locked would come from another index than before."""


class BrokenEnvironmentError(NbenvError):
    """An environment on disk cannot be made or used."""


class StoppedError(NbenvError):
    """The user stopped the command."""
