"""Show what is recorded, locked and installed, and how these differ; this writes nothing."""

from __future__ import annotations

from nbenv.core import record
from nbenv.core.lock import Change
from nbenv.core.lock_diff import PACKAGES, option_texts
from nbenv.core.sync_plan import drift
from nbenv.core.urls import shown_path
from nbenv.engine.consent import is_approved
from nbenv.engine.direct_sources import changed_projects, current_sources
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.summaries import install_again, unkept_note
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import find_edited
from nbenv.environments.interpreters import OLDEST, default_python, is_too_old
from nbenv.environments.markers import is_for_here, select_locked
from nbenv.installer.local_places import missing_places
from nbenv.progress import Outcome

__all__ = ["edited_packages", "status"]

_ELSEWHERE = "Notebook:   on another machine; the server there writes changes made here into it"


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
    wanted = select_locked(spec, environment.read_version()) if snapshot.record else {}
    is_settled = present and snapshot.record is not None and not snapshot.is_changing
    differing = drift(wanted, installed) if is_settled else []
    approved = snapshot.record is None or is_approved(snapshot)
    changed = _changed_projects(snapshot) if present else {}
    missing = missing_places(spec, ref.folder, spec.lock.distributions) if spec.local_urls else {}
    data: dict[str, object] = {
        "notebook": _path(ref),
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
        "platforms": list(spec.lock.platforms),
        "locked": len(wanted),
        "installed": len(installed),
        "environment": str(environment.path) if present else None,
        "stale": list(spec.unmet_requirements) if snapshot.record else [],
        "drift": [vars(each) for each in differing],
        "missing_sources": [{"name": name, "url": url} for name, url in missing.items()],
        "changed_sources": [{"name": name, "url": url} for name, url in changed.items()],
    }
    if files:
        data["edited"] = edited_packages(environment) if present else []
    return Outcome(text="\n".join(_status_lines(snapshot, data, differing)), data=data)


def _path(ref: NotebookRef) -> str | None:
    """Return the notebook's path, that on its own machine where it is on another one."""
    if ref.is_detached:
        return None
    return (ref.path_elsewhere if ref.is_elsewhere else "") or ref.notebook


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
    lines = [_ELSEWHERE] if snapshot.ref.is_elsewhere else []
    lines += [
        f"Recorded:   Python {data['python']}; {', '.join(snapshot.spec.requirements) or 'nothing'}"
        + _unsaved_note(snapshot, bool(data["saved"])),
        f"Locked:     {_counted(data['locked'])}",
        f"Installed:  {_installed_line(snapshot, data)}",
    ]
    for index in snapshot.spec.indexes:
        role = f" ({index.role.strip()})" if index.packages is not None else ""
        lines.append(f"Index:      {index.name} = {index.url}{role}")
    for name, text in option_texts(snapshot.spec).items():
        if name == PACKAGES:
            continue  # they stand behind their index
        lines.append(f"{name[:1].upper()}{name[1:]}: {text}")
    if not is_for_here(snapshot.spec, snapshot.environment.read_version()):
        lines.append("  That is not this machine; nbenv restore says what can be done.")
    for text in data["stale"]:  # type: ignore[attr-defined]
        lines.append(f"Stale lock: it does not satisfy {text}. Update it with nbenv upgrade.")
    if differing:
        lines.append("Drift:      the environment differs from the lock:")
        lines += [f"  {_drift_line(each)}" for each in differing]
        lines.append("  Record what is installed with nbenv record, or go back with nbenv restore.")
    for each in data["missing_sources"]:  # type: ignore[attr-defined]
        lines.append(f"Missing:    {shown_path(each['url'])}, from which {each['name']} comes.")
        lines.append(f"  Put it back, or do without it: nbenv uninstall NOTEBOOK {each['name']}")
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
    python = snapshot.spec.python
    if is_too_old(python):  # neither a restore nor the next start can do anything
        newest = default_python()
        where = f"in {data['environment']}" if data["environment"] else "not on this machine"
        return (
            f"{where}. Python {python} is too old for a notebook's kernel, which needs {OLDEST} or "
            f"newer. Move the notebook: nbenv python {newest} NOTEBOOK (in a cell: %nbenv python "
            f"{newest})."
        )
    if data["environment"] is None:
        approved = "" if data["approved"] else ", and not approved yet"
        return f"not on this machine{approved}. Restore it with nbenv restore."
    broken = " (not what is recorded; will be repaired at the next start)"
    complete = "" if snapshot.is_ready else broken
    return f"{_counted(data['installed'])} in {data['environment']}{complete}"


def _drift_line(each: Change) -> str:
    if each.old is None:
        return f"{each.name} {each.new} is installed, but not locked"
    if each.new is None:
        return f"{each.name} {each.old} is locked, but not installed"
    return f"{each.name} installed {each.new}, locked {each.old}"


def _counted(number: object) -> str:
    return f"{number} package{'' if number == 1 else 's'}"
