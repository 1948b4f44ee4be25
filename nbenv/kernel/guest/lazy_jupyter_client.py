"""Leave out of a kernel's start what ipykernel imports, but does not need to start.

ipykernel uses a few modules of jupyter_client; with the first of them comes the whole package, its
clients, managers and provisioners, a tenth of all modules that a kernel imports. Here the package's
own code runs when somebody first asks for something of it.
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
    package, lock, begun = module_from_spec(spec), threading.RLock(), []

    def missing(attribute):
        if attribute in known:
            found = getattr(import_module(name + "." + known[attribute]), attribute, None)
            if found is not None:
                return found
        load()
        if attribute in vars(package):
            return vars(package)[attribute]
        raise AttributeError("module {!r} has no attribute {!r}".format(name, attribute))

    def load():
        with lock:  # other threads wait until all of it is there
            if begun:
                return
            begun.append(True)
            spec.loader.exec_module(package)
            del package.__getattr__, package.__dir__

    def listed():
        load()
        return sorted(vars(package))

    package.__getattr__, package.__dir__ = missing, listed
    sys.modules[name] = package
