"""Show what a notebook has: list, tree, why, outdated, status; write nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from packaging.utils import canonicalize_name

from nbenv.core import record, requirements
from nbenv.core.dependency_graph import DependencyGraph, build_graph
from nbenv.core.lock import Change, LockedDistribution
from nbenv.core.sync_plan import drift
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.summaries import as_table
from nbenv.environments.markers import marker_values, select_locked
from nbenv.errors import BrokenEnvironmentError, RequirementError
from nbenv.home import approval_store
from nbenv.installer.sync import find_outdated, run_pip
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["list_", "outdated", "packages", "pip_look", "status", "tree", "why"]


def _ready(ref: NotebookRef) -> NotebookSnapshot:
    snapshot = NotebookSnapshot.read(ref)
    if snapshot.environment.read_version() is None:
        raise BrokenEnvironmentError(
            "This notebook's environment is not on this machine.",
            todo="Bring it here: nbenv restore NOTEBOOK (in a cell: %nbenv restore)."
            if snapshot.record
            else "Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
        )
    return snapshot


def list_(ref: NotebookRef) -> Outcome:
    """Show what is installed, and what of it was asked for."""
    snapshot = _ready(ref)
    asked = {requirements.name_of(text): text for text in snapshot.spec.requirements}
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


def _graph(snapshot: NotebookSnapshot) -> tuple[DependencyGraph, list[str]]:
    environment = snapshot.environment
    found = environment.distributions()
    asked = [requirements.parse(text) for text in snapshot.spec.requirements]
    roots = {each.name: frozenset(each.extras) for each in asked}
    built = build_graph(
        {name: each.requires or [] for name, each in found.items()},
        {name: each.version for name, each in found.items()},
        roots,
        marker_values(snapshot.spec.python, environment.read_version()),
    )
    return built, [*sorted(roots), requirements.KERNEL]


def tree(ref: NotebookRef) -> Outcome:
    """Show what is installed below what was asked for."""
    built, roots = _graph(_ready(ref))
    lines = built.tree(roots)
    data = {"roots": roots, "needs": dict(built.needs), "versions": dict(built.versions)}
    shown_again = (
        ["(*) its dependencies are shown above"] if any(" *" in line for line in lines) else []
    )
    return Outcome(text="\n".join(lines + shown_again), data=data)


def packages(ref: NotebookRef) -> Outcome:
    """Return all that a front end shows of an environment: versions, sizes, who needs whom.

    Of an environment that is not on this machine, what its lock says. `size` is in bytes.
    """
    snapshot = NotebookSnapshot.read(ref)
    asked = {requirements.name_of(text): text for text in snapshot.spec.requirements}
    if snapshot.environment.read_version() is None:
        wanted = _wanted(snapshot).items()
        versions = {name: each.version or each.url or "" for name, each in wanted}
        needs, sizes = {}, {}
    else:
        built, _ = _graph(snapshot)
        versions, needs = dict(built.versions), dict(built.needs)
        sizes = snapshot.environment.sizes()
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


def _wanted(snapshot: NotebookSnapshot) -> dict[str, LockedDistribution]:
    """Return what of the lock is for this machine."""
    return select_locked(snapshot.spec, snapshot.environment.read_version())


def why(ref: NotebookRef, name: str) -> Outcome:
    """Show because of what a distribution is installed."""
    snapshot = _ready(ref)
    built, roots = _graph(snapshot)
    wanted = str(canonicalize_name(name))
    if wanted not in built.versions:
        raise RequirementError(f"{wanted} is not installed in this notebook's environment.")
    chains = list(built.paths_to(wanted, roots))
    asked = {requirements.name_of(text): text for text in snapshot.spec.requirements}
    lines = [" → ".join(chain) for chain in chains if len(chain) > 1]
    if wanted in asked:
        lines.insert(0, f"{wanted}: asked for, as {asked[wanted]}")
    if not lines:
        lines = [
            f"{wanted}: the kernel itself"
            if wanted == requirements.KERNEL
            else f"{wanted}: nothing that was asked for needs it (see nbenv status)"
        ]
    return Outcome(text="\n".join(lines), data={"name": wanted, "chains": chains})


def outdated(ref: NotebookRef) -> Steps[Outcome]:
    """Show what an index has newer versions of."""
    snapshot = _ready(ref)
    check_approved(snapshot, False)  # the notebook may name an index
    yield Progress("resolve", "Asking the index for newer versions …")
    steps = find_outdated(snapshot.environment.python, snapshot.spec)
    rows = yield from steps
    asked = {requirements.name_of(text): text for text in snapshot.spec.requirements}
    if not rows:
        return Outcome("Everything is up to date.", data=[])
    cells = [
        (row["name"], row["version"], row["latest_version"], asked.get(row["name"], ""))
        for row in rows
    ]
    heads = ("Package", "Installed", "Newest", "Requirement")
    table = as_table(cells, heads, ("whole", "whole", "whole", "text"))
    return Outcome(text=str(table), table=table, data=rows)


def status(ref: NotebookRef) -> Outcome:
    """Show what is recorded, locked and installed, and how they differ."""
    snapshot = NotebookSnapshot.read(ref)
    spec, environment = snapshot.spec, snapshot.environment
    installed = environment.installed()
    present = environment.read_version() is not None
    wanted = _wanted(snapshot) if snapshot.record else {}
    differing = drift(wanted, installed) if present and snapshot.record else []
    data: dict[str, object] = {
        "notebook": None if ref.is_detached else ref.notebook,
        "recorded": snapshot.record is not None,
        "record": None if snapshot.record is None else record.fingerprint(snapshot.record),
        "saved": snapshot.record == snapshot.in_file,
        "approved": snapshot.record is None or approval_store.is_approved(snapshot.digest),
        "stripped": snapshot.is_stripped,
        "ready": snapshot.is_ready,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "indexes": [asdict(index) for index in spec.indexes],
        "locked": len(wanted),
        "installed": len(installed),
        "environment": str(environment.path) if present else None,
        "stale": _stale(snapshot),
        "drift": [vars(each) for each in differing],
    }
    return Outcome(text="\n".join(_status_lines(snapshot, data, differing)), data=data)


def _stale(snapshot: NotebookSnapshot) -> list[str]:
    """Return the requirements that the lock does not meet, as after an edit by hand."""
    locked = {each.name: each for each in snapshot.spec.lock.distributions}
    stale = []
    for text in snapshot.spec.requirements if snapshot.record else ():
        requirement = requirements.parse(text)
        found = locked.get(requirement.name)
        pinned = found and found.version
        if (found is None and requirement.marker is None) or (
            pinned and not requirement.specifier.contains(pinned, prereleases=True)
        ):
            stale.append(text)
    return stale


def _status_lines(
    snapshot: NotebookSnapshot, data: dict[str, object], differing: list[Change]
) -> list[str]:
    if snapshot.is_stripped:
        known = ", ".join(parse_record(snapshot.state.value or {}).requirements) or "nothing"
        return [
            f"This notebook's file has lost its record; this machine still knows it: {known}.",
            "A tool that cleans notebooks took it out, or it is of another revision.",
            "Put it back: nbenv restore (in a cell: %nbenv restore). The documentation says how to "
            "set up such tools.",
        ]
    if snapshot.record is None:
        return [
            "This notebook records no environment yet. Start one: nbenv install NAME …",
            "or have its imports and install lines looked at: nbenv adopt --dry-run",
        ]
    lines = [
        f"Recorded:   Python {data['python']}; {', '.join(snapshot.spec.requirements) or 'nothing'}"
        + ("" if data["saved"] else " (not saved into the notebook yet)"),
        f"Locked:     {data['locked']} packages",
        f"Installed:  {_installed_line(snapshot, data)}",
    ]
    for index in snapshot.spec.indexes:
        lines.append(f"Index:      {index.name} = {index.url}")
    for text in data["stale"]:  # type: ignore[attr-defined]
        lines.append(f"Stale lock: it does not meet {text}. Lock anew with nbenv upgrade.")
    if differing:
        lines.append("Drift:      the environment differs from the lock:")
        lines += [f"  {_drift_line(each)}" for each in differing]
        lines.append("  Record additions with nbenv install NAME, or go back with nbenv restore.")
    return lines


def _installed_line(snapshot: NotebookSnapshot, data: dict[str, object]) -> str:
    if data["environment"] is None:
        agreed = "" if data["approved"] else ", and nobody agreed to it here yet"
        return f"not on this machine{agreed}. Bring it here with nbenv restore."
    broken = " (not what is recorded; will be repaired at the next start)"
    whole = "" if snapshot.is_ready else broken
    return f"{data['installed']} packages in {data['environment']}{whole}"


def _drift_line(each: Change) -> str:
    if each.old is None:
        return f"{each.name} {each.new} is installed, but not locked"
    if each.new is None:
        return f"{each.name} {each.old} is locked, but not installed"
    return f"{each.name} installed {each.new}, locked {each.old}"


def pip_look(ref: NotebookRef, arguments: Sequence[str]) -> Steps[Outcome]:
    """Run pip's list, show, freeze or check on the environment."""
    snapshot = _ready(ref)
    steps = run_pip(snapshot.environment.python, arguments, snapshot.spec)
    text = yield from steps
    return Outcome(text=text.rstrip("\n"))
