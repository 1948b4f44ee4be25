"""Look up the known vulnerabilities of the packages that a notebook locks."""

from __future__ import annotations

from collections.abc import Sequence

from nbenv.core.import_names import distributions
from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import counted
from nbenv.errors import IndexAccessError, InstallerError
from nbenv.installer.lookup.responsible_index import for_this_machine
from nbenv.installer.vulnerabilities import Vulnerability, find_vulnerabilities
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["audit"]


def audit(ref: NotebookRef, service: str | None = None) -> Steps[Outcome]:
    """Ask the OSV database with ``uv audit``; nothing is installed or run.

    The public database learns no names of packages from the notebook's own indexes, unless they
    are well known.

    Parameters
    ----------
    ref
        The notebook; it must have a record.
    service
        The URL of another database with the same API.

    Raises
    ------
    IndexAccessError
        The database cannot be reached.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    locked = [each for each in snapshot.spec.lock.distributions if each.version]
    asked = locked if service else _without_private(locked, snapshot.spec.indexes)
    private = sorted({each.name for each in locked} - {each.name for each in asked})
    yield Progress("audit", f"Asking the OSV database about {counted(len(asked))}…")
    try:
        found = yield from find_vulnerabilities(asked, snapshot.spec.python, service)
    except InstallerError as error:
        raise IndexAccessError(
            "The vulnerability database cannot be reached, so nothing is known.",
            error.why or error.what,
            "Try again where https://api.osv.dev can be reached, or name a mirror (--service-url).",
        ) from None
    lines = [line for each in found for line in _vulnerability_lines(each)]
    if private:
        lines += [
            f"Not asked about, as they come from the notebook's own index: {', '.join(private)}. "
            "--service-url names a database that may know more."
        ]
    names = {each.name for each in found}
    return Outcome(
        f"{len(found)} known {'vulnerability' if len(found) == 1 else 'vulnerabilities'} "
        f"in {counted(len(names))}."
        if found
        else f"No known vulnerability in {counted(len(asked))}.",
        text="\n".join(lines),
        data={
            "vulnerabilities": [vars(each) for each in found],
            "audited": len(asked),
            "not_asked": private,
        },
        failed=bool(found),
    )


def _without_private(
    locked: Sequence[LockedDistribution], indexes: Sequence[Index]
) -> list[LockedDistribution]:
    public = distributions() | {each.name for each in for_this_machine(locked, indexes)}
    return [each for each in locked if each.name in public]


def _vulnerability_lines(found: Vulnerability) -> Sequence[str]:
    fixed = f"fixed in {', '.join(found.fixed)}" if found.fixed else "no fix yet"
    return (
        f"{found.name} {found.version}: {found.identifier} ({fixed})",
        f"  {found.summary}",
    )
