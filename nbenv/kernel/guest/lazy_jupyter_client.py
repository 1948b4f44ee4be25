"""Keep out of a kernel's start what ipykernel imports but does not need to start.

ipykernel uses a few modules of jupyter_client; with the first of them comes the whole package, its
clients, managers and provisioners, a tenth of all modules that a kernel imports.

While ipykernel is imported, a bare package stands in `sys.modules`: it has the path of the real one
and none of its code. Then the package is taken out again, and the import system itself does the
rest: whoever imports the package or any module of it, by whatever means, gets the real package,
whose code runs first and whole, as always. It is the same object that ipykernel holds, with the
modules that are loaded already. Two things would still show: that `sys.modules` lacks it, and that
several threads that import it for the first time can block each other. A cell that may be about
either gets the package before it runs.

Where ipykernel or one of those modules asks the bare package for more than is known here, this
cannot be done (`is_missed`), and the caller starts again without.
"""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec

# What ipykernel, and the modules that it needs, take from the package; which module has it.
_KNOWN = {
    "write_connection_file": "connect",
    "find_connection_file": "connect",
    "BlockingKernelClient": "blocking",
    "protocol_version": "_version",
    "protocol_version_info": "_version",
}
_HINTS = ("jupyter", "nbclient", "nbconvert", "papermill", "hread", "concurrent", "sys.modules")
"""What stands in a cell that may look at modules, or import clients in threads."""


def defer(name="jupyter_client", known=_KNOWN):
    """Put a bare package into `sys.modules`; return what takes it out again, or None.

    None if the package is imported already, is not installed, or is not a folder of files.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Deferred(spec, known) if type(spec.loader) is SourceFileLoader else None


class Deferred:
    """A package whose own code has not run yet, and the finder that lets it run.

    `is_missed` says whether something was asked for that the bare package does not have.
    """

    def __init__(self, spec, known) -> None:
        self._name, self._known = spec.name, known
        self._is_bare = True
        self.is_missed = False
        self._package = sys.modules[spec.name] = module_from_spec(spec)
        self._package.__getattr__ = self._attribute
        self._package.__dir__ = self._names

    def release(self) -> None:
        """Take the bare package out of `sys.modules`: the next import gets the real one."""
        self._is_bare = False
        del sys.modules[self._name]
        sys.meta_path.insert(0, self)

    def watch(self, shell) -> None:
        """Import the package before a cell that might see that it is not imported."""

        def before(cell) -> None:
            if self in sys.meta_path and any(hint in cell.raw_cell for hint in _HINTS):
                with contextlib.suppress(Exception):  # the cell that needs it says why
                    import_module(self._name)
            if self not in sys.meta_path:
                shell.events.unregister("pre_run_cell", before)

        shell.events.register("pre_run_cell", before)

    # -- asked by those who hold the package already

    def _attribute(self, name):
        """Return an attribute that the package does not have yet (its ``__getattr__``)."""
        if name in self._known:
            module = import_module("{}.{}".format(self._name, self._known[name]))
            if hasattr(module, name):
                return getattr(module, name)
        if self._is_bare:
            self.is_missed = True
        elif name in vars(import_module(self._name)):
            return vars(self._package)[name]
        raise AttributeError("module {!r} has no attribute {!r}".format(self._name, name))

    def _names(self):
        """Return all names of the package (its ``__dir__``)."""
        return sorted(vars(self._package if self._is_bare else import_module(self._name)))

    # -- asked by the import system

    def find_spec(self, name, path=None, target=None):
        """Find the package, so that loading it fills the object that others hold."""
        if name != self._name or target is not None:
            return None
        finders = [
            each for each in sys.meta_path if each is not self and hasattr(each, "find_spec")
        ]
        found = (each.find_spec(name, path) for each in finders)
        spec = next((each for each in found if each is not None), None)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            # Only this loader, and not its class: it looks like any other to those who ask.
            spec.loader.create_module = lambda _: self._package
            spec.loader.exec_module = self._execute
        return spec

    def _execute(self, package) -> None:
        """Run the package's own code; if that fails, the next import tries again."""
        loader, before = package.__spec__.loader, dict(vars(package))
        del loader.create_module, loader.exec_module
        package.__loader__ = loader
        try:
            loader.exec_module(package)
        except BaseException:
            vars(package).clear()
            vars(package).update(before)
            raise
        for own in ("__getattr__", "__dir__"):
            if vars(package)[own] is before[own]:
                delattr(package, own)
        sys.meta_path.remove(self)
