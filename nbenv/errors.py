"""The errors that nbenv reports to its users.

::

    NbenvError
    ├── UsageError                 a command or magic was not understood (exit status 2)
    ├── ApprovalNeededError        this lock was never approved here (exit status 3)
    ├── NotebookError              the notebook cannot be read or written
    ├── RecordError                ``metadata.nbenv`` is broken or newer than this nbenv
    │   └── LockError              a line of its lock is broken
    ├── RequirementError           a requirement cannot be understood
    ├── InterpreterError           no Python of that version is here
    ├── UnavailableError           the locked files are not available, but something close is
    ├── InstallerError             the installer failed for another reason than these:
    │   ├── InstallerKilledError   it was killed, perhaps in the middle of a change
    │   ├── ResolutionError        no set of versions satisfies the requirements
    │   ├── BuildError             a package had to be built, and its build failed
    │   │   └── BuildRefusedError  a package would have to be built, which its lock does not allow
    │   ├── AcceleratorError       the lock is for an accelerator that this machine lacks
    │   ├── PlatformError          the lock is for other platforms than this one
    │   ├── HashError              a downloaded file is not the one that the lock names
    │   ├── IndexAccessError       an index is down, refuses access, or misses a file
    │   └── IndexSwitchError       a locked package would come from another index than before
    ├── BrokenEnvironmentError     an environment on disk cannot be made or used
    └── StoppedError               the user stopped the command
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "AcceleratorError",
    "ApprovalNeededError",
    "BrokenEnvironmentError",
    "BuildError",
    "BuildRefusedError",
    "HashError",
    "IndexAccessError",
    "IndexSwitchError",
    "InstallerError",
    "InstallerKilledError",
    "InterpreterError",
    "LockError",
    "NbenvError",
    "NotebookError",
    "PlatformError",
    "RecordError",
    "RequirementError",
    "ResolutionError",
    "StoppedError",
    "UnavailableError",
    "UsageError",
]


class NbenvError(Exception):
    """An error for users: what failed, why, and what to do next.

    Parameters
    ----------
    what
        One sentence; the only part that is always there.
    why
        The cause: sentences, or indented lines of another program.
    todo
        The next step, with the exact command where there is one.

    Attributes
    ----------
    corrections
        Pairs of what was typed, and the requirements that may have been meant; none of these where
        it is to be left out.
    python
        The minor version of Python that would do, "" if none is known.
    is_passing
        Whether the same may work once a person has seen to its cause, such as a full disk.
    fixes
        Commands that may help, as `nbenv.operations.installing.fixes` describes them.
    """

    exit_status = 1
    corrections: Sequence[tuple[str, Sequence[str]]] = ()
    python = ""
    is_passing = False
    fixes: Sequence[dict[str, object]] = ()

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what, why, todo)
        self.what = what
        self.why = why
        self.todo = todo

    def parts(self) -> dict[str, object]:
        """Return the plain form that ``--json`` prints; `kind` is the class without ``Error``.

        ``fixes`` are there where some are known, and ``again`` where trying again may help.
        """
        kind = type(self).__name__.removesuffix("Error")
        parts = {"kind": kind, "what": self.what, "why": self.why, "todo": self.todo}
        more = {"fixes": [*self.fixes]} if self.fixes else {}
        return {**parts, **more, **({"again": True} if self.is_passing else {})}

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.todo) if part)

    def in_cell(self) -> str:
        """Return the message for a cell, where the magic alone is of use: ``str`` has both ways."""
        import re

        return re.sub(r"\s\(in a terminal: [^()]*\)", "", str(self))


class UsageError(NbenvError):
    """The command was not understood."""

    exit_status = 2


class ApprovalNeededError(NbenvError):
    """Restoring needs an approval, and there is nobody to ask for it.

    `digest` names what the message is about: an agreement to that allows it. It is "" where no
    agreement is missing.
    """

    exit_status = 3

    def __init__(self, what: str, why: str = "", todo: str = "", digest: str = "") -> None:
        super().__init__(what, why, todo)
        self.digest = digest

    def parts(self) -> dict[str, object]:
        """Return the plain form, with the ``digest`` where there is one."""
        return {**super().parts(), **({"digest": self.digest} if self.digest else {})}


class NotebookError(NbenvError):
    """The notebook's file cannot be read or written."""


class RecordError(NbenvError):
    """``metadata.nbenv`` cannot be used."""


class LockError(RecordError):
    """A line of the lock cannot be used."""


class RequirementError(NbenvError):
    """A requirement cannot be understood."""


class InterpreterError(NbenvError):
    """The Python that a notebook needs is not on this machine."""


class UnavailableError(NbenvError):
    """The recorded environment is not available here exactly, because of `cause`.

    `steps` are the fallbacks that remain, each with what it would change.
    """

    def __init__(
        self, why: str, todo: str, steps: list[dict[str, object]], cause: NbenvError | None
    ) -> None:
        what = "The exact environment of this notebook is not available here."
        super().__init__(what, why, todo)
        self.steps, self.cause = steps, cause

    def parts(self) -> dict[str, object]:
        """Return the plain form, with ``steps``: what each fallback would change."""
        return {**super().parts(), "steps": self.steps}


class InstallerError(NbenvError):
    """The installer failed; `also` is a requirement that has to be asked for, too."""

    also = ""


class InstallerKilledError(InstallerError):
    """The installer was killed, perhaps in the middle of a change."""

    is_passing = True


class ResolutionError(InstallerError):
    """The requirements cannot all be met.

    `unknown` is the name that no index has, where that is why; `unmet` is the package of which no
    version fits, where others exist. Where `unmet` has no file for the Python or the platform,
    `wheels_of` has the version and the Python of the reason, as far as they are known, and
    `reworded` gives the error for other tags. `meant` are names that may have been meant, `limited`
    the requirements that stand in each other's way, and `existing` one for a version of `unmet`
    that exists. `may_be_elsewhere` says that another index may have the name.
    """

    def __init__(
        self, what: str, why: str = "", todo: str = "", *, unknown: str = "", unmet: str = ""
    ) -> None:
        super().__init__(what, why, todo)
        self.unknown, self.unmet = unknown, unmet
        self.wheels_of = ("", "")
        self.meant: Sequence[str] = ()
        self.limited: Sequence[str] = ()
        self.existing = ""
        self.may_be_elsewhere = False
        self.reworded: Callable[[Sequence[str]], ResolutionError] | None = None


class AcceleratorError(InstallerError):
    """A locked build is for an accelerator that this machine lacks."""


class BuildError(InstallerError):
    """Building a package from source failed; `names` are those of such packages, where known."""

    names: tuple[str, ...] = ()


class BuildRefusedError(BuildError):
    """A package would have to be built here, which its lock or an option does not allow."""


class PlatformError(InstallerError):
    """A lock is for other platforms than this one."""


class HashError(InstallerError):
    """A downloaded file is not the one that the lock names."""


class IndexAccessError(InstallerError):
    """An index cannot be reached, refuses access, or misses a file."""

    is_passing = True


class IndexSwitchError(InstallerError):
    """A locked package would come from another index than before."""


class BrokenEnvironmentError(NbenvError):
    """An environment on disk cannot be made or used."""


class StoppedError(NbenvError):
    """The user stopped the command."""
