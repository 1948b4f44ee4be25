"""Start ipykernel in a notebook's own environment, with nbenv's magics.

Run by path with the environment's Python; imports nothing of nbenv, which is not installed there.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry != _HERE]


def load(name):
    """Load a module of this folder under a name that no distribution has."""
    known = "_nbenv_" + name
    if known not in sys.modules:
        from importlib.util import module_from_spec, spec_from_file_location

        spec = spec_from_file_location(known, os.path.join(_HERE, name + ".py"))
        module = module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


sys.modules["_nbenv_boot"] = sys.modules[__name__]


def main() -> None:
    """Become an IPython kernel, as ipykernel_launcher does."""
    from ipykernel import kernelapp

    folder = os.path.dirname(os.path.dirname(os.path.abspath(kernelapp.__file__)))
    sys.argv[0] = os.path.join(folder, "ipykernel_launcher.py")
    app = kernelapp.IPKernelApp.instance()
    app.initialize(sys.argv[1:])
    if app.shell is not None:
        load("magics").register(app.shell, app.kernel)
    handed_over = os.environ.pop("NBENV_HANDED_OVER", None)
    if handed_over:
        load("handover").receive(app.kernel, handed_over)
    app.start()


if __name__ == "__main__":
    main()
