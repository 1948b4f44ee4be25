"""The verbs that only look: list, tree, why, outdated, status. None writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from packaging.utils import canonicalize_name

from nbenv.core import record, requirements
from nbenv.core.dependency_graph import DependencyGraph, build_graph
from nbenv.core.lock import Change, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import drift
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import as_table
from nbenv.environments.store import Store
from nbenv.errors import BrokenEnvironmentError, RequirementError
from nbenv.home import approval_store
from nbenv.installer.sync import find_outdated, run_pip
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["list_", "outdated", "packages", "pip_look", "status", "tree", "why"]


def _ready(target: NotebookRef) -> NotebookSnapshot:
    document = NotebookSnapshot.read(target, Store())
    if document.environment.python_version is None:
        raise BrokenEnvironmentError(
            "This notebook's environment is not on this machine.",
            todo="Bring it here: nbenv restore NOTEBOOK (in a cell: %nbenv restore)."
            if document.value
            else "Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
        )
    return document


def list_(target: NotebookRef) -> Outcome:
    """Show what is installed, and what of it was asked for."""
    document = _ready(target)
    asked = {requirements.name_of(text): text for text in document.spec.requirements}
    installed = document.environment.installed()
    rows = [
        (each.name, each.version, asked.get(name, "")) for name, each in sorted(installed.items())
    ]
    data = [
        {"name": name, "version": version, "requirement": text or None}
        for name, version, text in rows
    ]
    table = as_table(rows, ("Package", "Version", "Requirement"), ("whole", "whole", "text"))
    return Outcome(text=str(table), table=table, data=data)


def _graph(document: NotebookSnapshot) -> tuple[DependencyGraph, list[str]]:
    environment = document.environment
    found = environment.distributions()
    asked = [requirements.parse(text) for text in document.spec.requirements]
    roots = {each.name: frozenset(each.extras) for each in asked}
    built = build_graph(
        {name: each.requires or [] for name, each in found.items()},
        {name: each.version for name, each in found.items()},
        roots,
        environment.marker_environment(),
    )
    return built, [*sorted(roots), requirements.KERNEL]


def tree(target: NotebookRef) -> Outcome:
    """Show what is installed below what was asked for."""
    built, roots = _graph(_ready(target))
    lines = built.tree(roots)
    data = {"roots": roots, "needs": dict(built.needs), "versions": dict(built.versions)}
    shown_again = (
        ["(*) its dependencies are shown above"] if any(" *" in line for line in lines) else []
    )
    return Outcome(text="\n".join(lines + shown_again), data=data)


def packages(target: NotebookRef) -> Outcome:
    """Return all that a front end shows of an environment: versions, sizes, who needs whom.

    Of an environment that is not on this machine, what its lock says. `size` is in bytes.
    """
    document = NotebookSnapshot.read(target, Store())
    asked = {requirements.name_of(text): text for text in document.spec.requirements}
    if document.environment.python_version is None:
        wanted = _wanted(document).items()
        versions = {name: each.version or each.url or "" for name, each in wanted}
        needs, sizes = {}, {}
    else:
        built, _ = _graph(document)
        versions, needs = dict(built.versions), dict(built.needs)
        sizes = document.environment.sizes()
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
        "python": document.environment.python_version or document.spec.python,
        "size": sum(sizes.values()) if sizes else None,
        "distributions": rows,
        "kernel": requirements.KERNEL,
    }
    return Outcome(data=data)


def _wanted(document: NotebookSnapshot) -> dict[str, LockedDistribution]:
    """Return what of the lock is for this machine."""
    spec, environment = document.spec, document.environment
    values = environment.marker_environment()
    if environment.python_version is None:
        values |= {"python_version": spec.python, "python_full_version": f"{spec.python}.0"}
    return spec.lock.selection(values)


def why(target: NotebookRef, name: str) -> Outcome:
    """Show because of what a distribution is installed."""
    document = _ready(target)
    built, roots = _graph(document)
    wanted = str(canonicalize_name(name))
    if wanted not in built.versions:
        raise RequirementError(f"{wanted} is not installed in this notebook's environment.")
    chains = list(built.paths_to(wanted, roots))
    asked = {requirements.name_of(text): text for text in document.spec.requirements}
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


def outdated(target: NotebookRef) -> Steps[Outcome]:
    """Show what an index has newer versions of."""
    document = _ready(target)
    check_approved(document, False)  # the notebook may name an index
    yield Progress("resolve", "Asking the index for newer versions …")
    steps = find_outdated(document.environment.python, document.spec)
    rows = yield from steps
    asked = {requirements.name_of(text): text for text in document.spec.requirements}
    if not rows:
        return Outcome("Everything is up to date.", data=[])
    cells = [
        (row["name"], row["version"], row["latest_version"], asked.get(row["name"], ""))
        for row in rows
    ]
    heads = ("Package", "Installed", "Newest", "Requirement")
    table = as_table(cells, heads, ("whole", "whole", "whole", "text"))
    return Outcome(text=str(table), table=table, data=rows)


def status(target: NotebookRef) -> Outcome:
    """Show what is recorded, locked and installed, and how they differ."""
    document = NotebookSnapshot.read(target, Store())
    spec, environment = document.spec, document.environment
    installed = environment.installed()
    present = environment.python_version is not None
    wanted = _wanted(document) if document.value else {}
    differing = drift(wanted, installed) if present and document.value else []
    data: dict[str, object] = {
        "notebook": None if target.is_session else target.notebook,
        "recorded": document.value is not None,
        "record": None if document.value is None else record.fingerprint(document.value),
        "saved": document.value == document.in_file,
        "approved": document.value is None or approval_store.is_approved(document.digest),
        "stripped": document.is_stripped,
        "ready": document.is_ready,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "indexes": [asdict(index) for index in spec.indexes],
        "locked": len(wanted),
        "installed": len(installed),
        "environment": str(environment.path) if present else None,
        "stale": _stale(document),
        "drift": [vars(each) for each in differing],
    }
    return Outcome(text="\n".join(_status_lines(document, data, differing)), data=data)


def _stale(document: NotebookSnapshot) -> list[str]:
    """Return the requirements that the lock does not meet, as after an edit by hand."""
    locked = {each.name: each for each in document.spec.lock.distributions}
    stale = []
    for text in document.spec.requirements if document.value else ():
        requirement = requirements.parse(text)
        found = locked.get(requirement.name)
        pinned = found and found.version
        if (found is None and requirement.marker is None) or (
            pinned and not requirement.specifier.contains(pinned, prereleases=True)
        ):
            stale.append(text)
    return stale


def _status_lines(
    document: NotebookSnapshot, data: dict[str, object], differing: list[Change]
) -> list[str]:
    if document.is_stripped:
        known = ", ".join(Spec.from_value(document.state.value).requirements) or "nothing"
        return [
            f"This notebook's file has lost its record; this machine still knows it: {known}.",
            "A tool that cleans notebooks took it out, or it is of another revision.",
            "Put it back: nbenv restore (in a cell: %nbenv restore). See README for such tools.",
        ]
    if document.value is None:
        return [
            "This notebook records no environment yet. Start one: nbenv install NAME …",
            "or have its imports and install lines looked at: nbenv adopt --dry-run",
        ]
    lines = [
        f"Recorded:   Python {data['python']}; {', '.join(document.spec.requirements) or 'nothing'}"
        + ("" if data["saved"] else " (not saved into the notebook yet)"),
        f"Locked:     {data['locked']} distributions",
        f"Installed:  {_installed_line(document, data)}",
    ]
    for index in document.spec.indexes:
        lines.append(f"Index:      {index.name} = {index.url}")
    for text in data["stale"]:  # type: ignore[attr-defined]
        lines.append(f"Stale lock: it does not meet {text}. Lock anew with nbenv upgrade.")
    if differing:
        lines.append("Drift:      the environment differs from the lock:")
        lines += [f"  {_drift_line(each)}" for each in differing]
        lines.append("  Record additions with nbenv install NAME, or go back with nbenv restore.")
    return lines


def _installed_line(document: NotebookSnapshot, data: dict[str, object]) -> str:
    if data["environment"] is None:
        agreed = "" if data["approved"] else ", and nobody agreed to it here yet"
        return f"not on this machine{agreed}. Bring it here with nbenv restore."
    whole = "" if document.is_ready else " (not what is recorded; mended at the next start)"
    return f"{data['installed']} distributions in {data['environment']}{whole}"


def _drift_line(each: Change) -> str:
    if each.old is None:
        return f"{each.name} {each.new} is installed, but not locked"
    if each.new is None:
        return f"{each.name} {each.old} is locked, but not installed"
    return f"{each.name} is {each.new}, locked is {each.old}"


def pip_look(target: NotebookRef, arguments: Sequence[str]) -> Steps[Outcome]:
    """Run pip's list, show, freeze or check on the environment."""
    document = _ready(target)
    steps = run_pip(document.environment.python, arguments, document.spec)
    text = yield from steps
    return Outcome(text=text.rstrip("\n"))
