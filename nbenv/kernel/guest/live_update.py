"""Let a running kernel see what changed in its environment, and name what only a restart can do.

An event is the last one of a command, as ``nbenv … --events`` prints it.
"""

from __future__ import annotations

import importlib
import re
import site
import sys
import sysconfig

from _nbenv_boot import variables

_OF_KERNELS = """
appnope asttokens backcall comm debugpy decorator executing ipykernel ipython
ipython-pygments-lexers jedi jupyter-client jupyter-core matplotlib-inline nest-asyncio
nest-asyncio2 parso pexpect pickleshare prompt-toolkit psutil ptyprocess pure-eval pygments pyzmq
stack-data tornado traitlets wcwidth
"""
_KERNELS_OWN = frozenset(_OF_KERNELS.split())
"""What a kernel is made of; it imports some of them late."""
_OF_KERNEL_ONLY = "Restart the kernel when it suits you: packages that it runs on changed."

_stale = {}
"""Of each package that is imported in another version than the installed one: what pages show."""


def apply(event):
    """Take a change into this kernel; return a sentence for each thing that needs a restart."""
    importlib.invalidate_caches()
    if variables.get("NBENV_ENVIRONMENT") == event.get("environment"):
        _read_path_files(event.get("pth", ()))
    changes = event.get("changes", ())
    noted = [each for each in map(_note, changes) if each]
    if event.get("replaced"):
        return ["Restart the kernel to move into it."]
    asked = _asked_for(event)
    shown = [each for each in noted if not _is_kernels_own(each, asked)]
    for each in noted:
        if each not in shown:
            _stale.pop(each["name"])
    notes = restart_notes(shown, sys.modules)
    return notes or ([_OF_KERNEL_ONLY] if noted else [])


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


def _note(change):
    """Remember a change of something imported, and return it with the version that is imported.

    Forget it, and return None, when that version is back.
    """
    name, before = change["name"], _stale.pop(change["name"], {})
    module = before.get("module") or _imported_module(change, sys.modules)
    if not module:
        return None
    # What is imported, however many changes ago.
    old = before.get("old") or _imported_version(module, change)
    # The same version once more has other files; no later version brings back what is imported.
    rebuilt = before.get("rebuilt", False) or change["old"] == change["new"]
    if old == change["new"] and not rebuilt:  # as after an undo
        return None
    _stale[name] = {"name": name, "old": old, "new": change["new"], "module": module}
    if rebuilt:
        _stale[name]["rebuilt"] = True
    return dict(change, old=old)


def _imported_module(change, modules):
    """Return the imported module of a package that was there before the change."""
    return next((each for each in change["imports"] if change["old"] and each in modules), None)


def _imported_version(module, change):
    """Return the version of what is imported: it may have come before changes from elsewhere.

    Attributes that a module computes when they are read are not: they would read the new files.
    """
    old, known = change["old"], vars(sys.modules.get(module, sys))
    own, place = known.get("__version__"), known.get("__file__")
    is_installed = place and place.startswith(sysconfig.get_path("purelib"))
    if not is_installed or not isinstance(own, str):
        return old
    found = re.match(r"\d[\w.+!-]*", own)
    if not found or old.startswith(found.group()) or found.group().startswith(old):
        return old
    return found.group()


def _asked_for(event):
    """Return the names that the notebook asks for itself."""
    data = event.get("data")
    texts = data.get("requirements", ()) if isinstance(data, dict) else ()
    names = [re.match(r"[\w.-]*", str(text)).group() for text in texts]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def _is_kernels_own(change, asked):
    """Return whether a package is only there for the kernel, and nobody is waiting for it."""
    if change["name"] in asked or not change["new"]:
        return False
    module = _stale[change["name"]]["module"]
    boot = sys.modules.get("_nbenv_boot")
    began_with = getattr(boot, "at_start", ())
    is_own = change["name"] in _KERNELS_OWN or module.partition(".")[0] in began_with
    return is_own and module.partition(".")[0] not in _used_by_person()


def _used_by_person():
    """Return the top-level modules of what a person's variables hold."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if hasattr(ipython, "get_ipython") else None
    if shell is None:
        return set()
    hidden = shell.user_ns_hidden
    own = [value for name, value in list(shell.user_ns.items()) if name not in hidden]
    names = [_home(value) for value in own]
    return {name.partition(".")[0] for name in names if isinstance(name, str)}


def _home(value):
    """Return the module that a value is, or where a class or a function comes from."""
    if isinstance(value, type(sys)):
        return value.__name__
    is_definition = isinstance(value, type) or type(value).__name__ == "function"
    return value.__module__ if is_definition else None


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
