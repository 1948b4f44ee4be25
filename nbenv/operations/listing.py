"""Show the contents of a notebook's environment: list, tree, why, outdated, status.

None of these writes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import canonicalize_name

from nbenv.core import record, requirements
from nbenv.core.lock import Change, LockedDistribution
from nbenv.core.lock_diff import PACKAGES, option_texts
from nbenv.core.sync_plan import drift
from nbenv.core.urls import shown_path
from nbenv.engine.consent import check_approved, is_approved
from nbenv.engine.direct_sources import changed_projects, current_sources
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.installed_graph import installed_graph
from nbenv.engine.summaries import as_table, install_again, unkept_note
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import find_edited
from nbenv.environments.markers import select_locked
from nbenv.errors import BrokenEnvironmentError, RequirementError
from nbenv.installer.sync import find_outdated, run_pip
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["edited_packages", "list_", "outdated", "packages", "pip_look", "status", "tree", "why"]


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
        is not on this machine, all is as its lock says, and sizes are null.
    """
    snapshot = NotebookSnapshot.read(ref)
    asked = requirements.by_name(snapshot.spec.requirements)
    if snapshot.environment.read_version() is None:
        wanted = _wanted(snapshot).items()
        versions = {name: each.version or each.url or "" for name, each in wanted}
        needs, sizes = {}, {}
    else:
        built, _ = installed_graph(snapshot)
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


def status(ref: NotebookRef, files: bool = False) -> Outcome:
    """Show what is recorded, locked and installed, and how these differ.

    Parameters
    ----------
    ref
        The notebook.
    files
        Whether to compare the content of every installed file with what was installed, too.
    """
    snapshot = NotebookSnapshot.read(ref)
    spec, environment = snapshot.spec, snapshot.environment
    installed = environment.installed()
    present = environment.read_version() is not None
    wanted = _wanted(snapshot) if snapshot.record else {}
    differing = drift(wanted, installed) if present and snapshot.record else []
    approved = snapshot.record is None or is_approved(snapshot)
    changed = _changed_projects(snapshot) if present else {}
    data: dict[str, object] = {
        "notebook": None if ref.is_detached else ref.notebook,
        "recorded": snapshot.record is not None,
        "record": None if snapshot.record is None else record.fingerprint(snapshot.record),
        "saved": snapshot.record == snapshot.in_file,
        "approved": approved,
        "stripped": snapshot.is_stripped,
        "ready": snapshot.is_ready,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "indexes": [index.to_entry() for index in spec.indexes],
        "options": option_texts(spec),
        "locked": len(wanted),
        "installed": len(installed),
        "environment": str(environment.path) if present else None,
        "stale": list(spec.unmet_requirements) if snapshot.record else [],
        "drift": [vars(each) for each in differing],
        "changed_sources": [{"name": name, "url": url} for name, url in changed.items()],
    }
    if files:
        data["edited"] = edited_packages(environment) if present else []
    return Outcome(text="\n".join(_status_lines(snapshot, data, differing)), data=data)


def _changed_projects(snapshot: NotebookSnapshot) -> dict[str, str]:
    """Return the local projects that changed since they were installed: name → URL."""
    marker = snapshot.marker
    if not marker.sources or not snapshot.is_ready:  # a stranger's project is not read
        return {}
    sources = current_sources(snapshot.spec, snapshot.ref.folder)
    return changed_projects(snapshot.spec, marker, sources)


def _status_lines(
    snapshot: NotebookSnapshot, data: dict[str, object], differing: list[Change]
) -> list[str]:
    if snapshot.is_stripped:
        known = ", ".join(parse_record(snapshot.state.record or {}).requirements) or "nothing"
        return [
            f"This notebook's file has lost its record; this machine still knows it: {known}.",
            "A tool that cleans notebooks removed it, or the file is from another revision.",
            "Put it back: nbenv restore (in a cell: %nbenv restore). The documentation says how to "
            "set up such tools.",
        ]
    if snapshot.record is None:
        return [
            "This notebook records no environment yet. Start one: nbenv install NAME…",
            "or derive one from its imports and install commands: nbenv adopt --dry-run",
        ]
    lines = [
        f"Recorded:   Python {data['python']}; {', '.join(snapshot.spec.requirements) or 'nothing'}"
        + _unsaved_note(snapshot, bool(data["saved"])),
        f"Locked:     {data['locked']} packages",
        f"Installed:  {_installed_line(snapshot, data)}",
    ]
    for index in snapshot.spec.indexes:
        role = f" ({index.role.strip()})" if index.packages is not None else ""
        lines.append(f"Index:      {index.name} = {index.url}{role}")
    for name, text in option_texts(snapshot.spec).items():
        if name == PACKAGES:
            continue  # they stand behind their index
        lines.append(f"{name[:1].upper()}{name[1:]}: {text}")
    for text in data["stale"]:  # type: ignore[attr-defined]
        lines.append(f"Stale lock: it does not satisfy {text}. Update it with nbenv upgrade.")
    if differing:
        lines.append("Drift:      the environment differs from the lock:")
        lines += [f"  {_drift_line(each)}" for each in differing]
        lines.append("  Record additions with nbenv install NAME, or drop them with nbenv restore.")
    for each in data["changed_sources"]:  # type: ignore[attr-defined]
        place = shown_path(each["url"])
        lines.append(f"Changed:    {place} changed since {each['name']} was installed.")
        lines.append(f"  Take the changes over: {install_again(place)}")
    if data.get("edited"):
        names = ", ".join(data["edited"])  # type: ignore[arg-type]
        lines.append(f"Edited:     files of {names} are not as they were installed.")
        lines.append("  Other environments may share them. Put them right with nbenv restore.")
    return lines


def _unsaved_note(snapshot: NotebookSnapshot, is_saved: bool) -> str:
    if is_saved:
        return ""
    unkept = unkept_note(snapshot)
    return f"\n{unkept}" if unkept else " (not saved into the notebook yet)"


def edited_packages(environment: Environment, large: bool = True) -> list[str]:
    """Return the packages of which a file's content is not what was installed.

    Parameters
    ----------
    environment
        The environment.
    large
        Whether to read large files whose status changed, too; their size and time count anyway.
    """
    return sorted({*find_edited(environment, large)} - environment.read_marker().mismatched)


def _installed_line(snapshot: NotebookSnapshot, data: dict[str, object]) -> str:
    if data["environment"] is None:
        approved = "" if data["approved"] else ", and not approved yet"
        return f"not on this machine{approved}. Restore it with nbenv restore."
    broken = " (not what is recorded; will be repaired at the next start)"
    complete = "" if snapshot.is_ready else broken
    return f"{data['installed']} packages in {data['environment']}{complete}"


def _drift_line(each: Change) -> str:
    if each.old is None:
        return f"{each.name} {each.new} is installed, but not locked"
    if each.new is None:
        return f"{each.name} {each.old} is locked, but not installed"
    return f"{each.name} installed {each.new}, locked {each.old}"


def pip_look(ref: NotebookRef, arguments: Sequence[str]) -> Steps[Outcome]:
    """Show the environment as ``pip list``, ``show``, ``freeze`` or ``check`` does."""
    snapshot = _read_existing(ref)
    text = yield from run_pip(snapshot.environment.python, arguments, snapshot.spec)
    return Outcome(text=text.rstrip("\n"))
