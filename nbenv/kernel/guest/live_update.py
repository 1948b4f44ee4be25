"""Let a running kernel see what changed in its environment, and name what only a restart can do.

An event is the last one of a command, as ``nbenv … --events`` prints it.
"""

from __future__ import annotations

import importlib
import os
import site
import sys
import sysconfig

_stale = {}
"""Of each package that is imported in another version than the installed one: what pages show."""


def apply(event):
    """Take a change into this kernel; return a sentence for each thing that needs a restart."""
    importlib.invalidate_caches()
    if os.environ.get("NBENV_ENVIRONMENT") == event.get("environment"):
        _read_path_files(event.get("pth", ()))
    changes = event.get("changes", ())
    for change in changes:
        _note(change)
    if event.get("replaced"):
        return ["Restart the kernel to move into it."]
    return restart_notes(changes, sys.modules)


def stale():
    """Return what only a restart brings up to date.

    Each entry has the package's `name`, the `old` version, which is imported, the `new` one (None
    when it was removed), and the imported `module`.
    """
    return list(_stale.values())


def _read_path_files(names) -> None:
    """Read the ``.pth`` files of what was installed, as Python's start does."""
    folder = sysconfig.get_path("purelib")
    for name in names:
        site.addpackage(folder, name, set())


def _note(change) -> None:
    """Remember a change of something imported; forget it when that version is back."""
    name, before = change["name"], _stale.pop(change["name"], {})
    module = before.get("module") or _imported_module(change, sys.modules)
    old = before.get("old", change["old"])  # what is imported, however many changes ago
    # The same version once more has other files; no later version brings back what is imported.
    rebuilt = before.get("rebuilt", False) or change["old"] == change["new"]
    if module and (rebuilt or old != change["new"]):  # the same: as after an undo
        _stale[name] = {"name": name, "old": old, "new": change["new"], "module": module}
        if rebuilt:
            _stale[name]["rebuilt"] = True


def _imported_module(change, modules):
    """Return the imported module of a package that was there before the change."""
    return next((each for each in change["imports"] if change["old"] and each in modules), None)


def restart_notes(changes, modules):
    """Return a sentence for each changed package that is in `modules`; one for all if many are."""
    imported = [change for change in changes if _imported_module(change, modules)]
    if len(imported) > 3:
        names = ", ".join(change["name"] for change in imported)
        return ["Restart the kernel: {} changed after they were imported.".format(names)]
    return [_restart_note(change) for change in imported]


def _restart_note(change):
    if change["new"] and change["new"] == change["old"]:
        note = "Restart the kernel to use the new {name} {new}: the former one is already imported."
        return note.format(**change)
    if change["new"]:
        return "Restart the kernel to use {name} {new}: {old} is already imported.".format(**change)
    return "Restart the kernel to stop using {name}: it is still imported.".format(**change)
