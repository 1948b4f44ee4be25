"""Keep out of a kernel's start what ipykernel imports but does not need to start.

ipykernel uses a few modules of jupyter_client; with the first of them comes the whole package, its
clients, managers and provisioners, a tenth of all modules that a kernel imports. Here the package's
own code runs only when something of it is first asked for.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from importlib.util import find_spec, module_from_spec

# What ipykernel takes from the package itself, and the module that has it.
_KNOWN = {
    "write_connection_file": "connect",
    "find_connection_file": "connect",
    "BlockingKernelClient": "blocking",
}


def defer(name="jupyter_client", known=_KNOWN) -> None:
    """Let a package be imported without its own code, until something of that is asked for."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return
    deferred = _Deferred(spec, known)
    deferred.package.__getattr__ = deferred.attribute
    deferred.package.__dir__ = deferred.names
    sys.modules[name] = deferred.package


class _Deferred:
    """A package whose own code runs when it is first needed."""

    def __init__(self, spec, known) -> None:
        self.package = module_from_spec(spec)
        self._spec, self._known = spec, known
        self._lock = threading.RLock()
        self._has_begun = False

    def attribute(self, name):
        """Return an attribute that the package does not have yet (its ``__getattr__``)."""
        if name in self._known:
            module = import_module("{}.{}".format(self._spec.name, self._known[name]))
            found = getattr(module, name, None)
            if found is not None:
                return found
        self._load()
        if name in vars(self.package):
            return vars(self.package)[name]
        raise AttributeError("module {!r} has no attribute {!r}".format(self._spec.name, name))

    def names(self):
        """Return all names of the package (its ``__dir__``)."""
        self._load()
        return sorted(vars(self.package))

    def _load(self) -> None:
        with self._lock:  # other threads wait until all of it is there
            if self._has_begun:
                return
            self._has_begun = True
            self._spec.loader.exec_module(self.package)
            del self.package.__getattr__, self.package.__dir__
