"""Show the contents of a notebook's environment: list, tree, why, outdated.

None of these writes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import InvalidName, canonicalize_name

from nbenv.core import requirements
from nbenv.core.kernel_limits import KERNELS_OWN
from nbenv.core.lock import LockedDistribution
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.installed_graph import installed_graph
from nbenv.engine.summaries import as_table
from nbenv.environments.installed.package_metadata import documentation_of
from nbenv.environments.markers import select_locked
from nbenv.errors import BrokenEnvironmentError, RequirementError
from nbenv.installer.lookup.other_versions import other_versions
from nbenv.installer.syncing.reading import find_outdated, run_pip
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["about", "list_", "outdated", "packages", "pip_look", "tree", "versions", "why"]


def _read_existing(ref: NotebookRef) -> NotebookSnapshot:
    """Read a notebook, and raise `BrokenEnvironmentError` if it has no environment here."""
    snapshot = NotebookSnapshot.read(ref)
    if snapshot.environment.read_version() is None:
        raise BrokenEnvironmentError(
            "This notebook's environment is not on this machine.",
            todo="Restore it: nbenv restore NOTEBOOK (in a cell: %nbenv restore)."
            if snapshot.record
            else "Give it one: nbenv install NAME… (in a cell: %nbenv install NAME…).",
        )
    return snapshot


def list_(ref: NotebookRef) -> Outcome:
    """Show the installed packages, and which of them are required."""
    snapshot = _read_existing(ref)
    asked = requirements.by_name(snapshot.spec.requirements)
    installed = snapshot.environment.installed()
    rows = [
        (each.name, each.version, asked.get(name, "")) for name, each in sorted(installed.items())
    ]
    data = [
        {"name": name, "version": version, "requirement": text or None}
        for name, version, text in rows
    ]
    table = as_table(rows, ("Package", "Version", "Requirement"), ("whole", "whole", "text"))
    return Outcome(text=str(table), table=table, data=data)


def tree(ref: NotebookRef) -> Outcome:
    """Show the required packages, and below each the packages that it depends on."""
    built, roots = installed_graph(_read_existing(ref))
    lines = built.tree(roots)
    data = {"roots": roots, "needs": dict(built.needs), "versions": dict(built.versions)}
    shown_again = (
        ["(*) its dependencies are shown above"] if any(" *" in line for line in lines) else []
    )
    return Outcome(text="\n".join(lines + shown_again), data=data)


def packages(ref: NotebookRef) -> Outcome:
    """Return the contents of an environment for a front end.

    Returns
    -------
    Outcome
        `data` has ``python``, the total ``size`` and the ``distributions``, each with ``name``,
        ``version``, ``requirement``, ``size`` and ``needs``. Sizes are in bytes. If the environment
        is not on this machine, all is as its lock says, sizes are null, and ``needs`` are those of
        the kernel alone. While a change is under way, names and versions are as the lock says.
    """
    snapshot = NotebookSnapshot.read(ref)
    asked = requirements.by_name(snapshot.spec.requirements)
    if snapshot.environment.read_version() is None:
        versions = {name: each.version_or_url for name, each in _wanted(snapshot).items()}
        # A lock does not say what needs what; what kernels consist of is known.
        needs = {requirements.KERNEL: tuple(sorted(KERNELS_OWN & versions.keys()))}
        sizes: dict[str, int] = {}
    else:
        built, _ = installed_graph(snapshot)
        versions, needs = dict(built.versions), dict(built.needs)
        sizes = snapshot.environment.sizes()
    if snapshot.is_changing:  # until that is done, what is recorded is the answer
        versions = {name: each.version_or_url for name, each in _wanted(snapshot).items()}
    rows = [
        {
            "name": name,
            "version": version,
            "requirement": asked.get(name),
            "size": sizes.get(name),
            "needs": list(needs.get(name, ())),
        }
        for name, version in sorted(versions.items())
    ]
    data = {
        "python": snapshot.environment.read_version() or snapshot.spec.python,
        "size": sum(sizes.values()) if sizes else None,
        "distributions": rows,
        "kernel": requirements.KERNEL,
    }
    return Outcome(data=data)


def about(ref: NotebookRef, name: str) -> Outcome:
    """Return what an installed package says about itself, for a front end.

    Returns
    -------
    Outcome
        `data` has ``name``, ``summary``, and ``docs``: the address of its documentation, its home
        page or its repository, as its metadata has it (core metadata, ``Project-URL``), "" without
        one. Both are "" where it is locked, but not there now.

    Raises
    ------
    RequirementError
        It is neither installed nor locked.
    """
    wanted = str(canonicalize_name(name))
    snapshot = NotebookSnapshot.read(ref)
    found = snapshot.environment.distributions().get(wanted)
    if found is None:
        if wanted in snapshot.spec.lock.versions():  # it may be on its way in or out
            return Outcome(data={"name": wanted, "summary": "", "docs": ""})
        raise RequirementError(f"{wanted} is not installed in this notebook's environment.")
    summary = str(found.metadata["Summary"]) if "Summary" in found.metadata else ""
    docs = documentation_of(found.metadata, or_source=True)
    return Outcome(data={"name": wanted, "summary": summary, "docs": docs})


def versions(ref: NotebookRef, name: str) -> Outcome:
    """Return the versions of a package to choose from, for a front end.

    Returns
    -------
    Outcome
        `data` has ``versions``, the newest first: one of each of the last series that the
        notebook's indexes have and its Python can use. It is empty where none may be asked.

    Raises
    ------
    ApprovalNeededError
        The notebook names indexes that nobody approved on this machine.
    RequirementError
        No package can have that name.
    """
    snapshot = _read_existing(ref)
    check_approved(snapshot, None)
    try:
        wanted = str(canonicalize_name(name, validate=True))
    except InvalidName:
        raise RequirementError(f"{name!r} is not the name of a package.") from None
    found = other_versions(wanted, snapshot.environment.python, snapshot.spec)
    return Outcome(data={"name": wanted, "versions": found})


def _wanted(snapshot: NotebookSnapshot) -> dict[str, LockedDistribution]:
    """Return the part of the lock that is for this machine."""
    return select_locked(snapshot.spec, snapshot.environment.read_version())


def why(ref: NotebookRef, name: str) -> Outcome:
    """Show why a package is installed: the chains of dependencies that lead to it.

    Raises
    ------
    RequirementError
        It is not installed.
    """
    snapshot = _read_existing(ref)
    built, roots = installed_graph(snapshot)
    wanted = str(canonicalize_name(name))
    if wanted not in built.versions:
        raise RequirementError(f"{wanted} is not installed in this notebook's environment.")
    chains = list(built.paths_to(wanted, roots))
    asked = requirements.by_name(snapshot.spec.requirements)
    lines = [" → ".join(chain) for chain in chains if len(chain) > 1]
    if wanted in asked:
        lines.insert(0, f"{wanted}: required as {asked[wanted]}")
    if not lines:
        lines = [
            f"{wanted}: the kernel itself"
            if wanted == requirements.KERNEL
            else f"{wanted}: no requirement needs it (see nbenv status)"
        ]
    return Outcome(text="\n".join(lines), data={"name": wanted, "chains": chains})


def outdated(ref: NotebookRef, agreed: str | None = None) -> Steps[Outcome]:
    """Show the packages of which an index has newer versions.

    `agreed` is the digest of the record that the user was shown and agreed to.
    """
    snapshot = _read_existing(ref)
    check_approved(snapshot, agreed)  # the notebook may name an index
    yield Progress("resolve", "Asking the index for newer versions…")
    rows = yield from find_outdated(snapshot.environment.python, snapshot.spec)
    asked = requirements.by_name(snapshot.spec.requirements)
    if not rows:
        return Outcome("Everything is up to date.", data=[])
    cells = [
        (row["name"], row["version"], row["latest_version"], asked.get(row["name"], ""))
        for row in rows
    ]
    heads = ("Package", "Installed", "Newest", "Requirement")
    table = as_table(cells, heads, ("whole", "whole", "whole", "text"))
    return Outcome(text=str(table), table=table, data=rows)


def pip_look(ref: NotebookRef, arguments: Sequence[str]) -> Steps[Outcome]:
    """Show the environment as ``pip list``, ``show``, ``freeze`` or ``check`` does."""
    snapshot = _read_existing(ref)
    text = yield from run_pip(snapshot.environment.python, arguments, snapshot.spec)
    return Outcome(text=text.rstrip("\n"))
