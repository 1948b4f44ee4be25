"""Mend programs that run a notebook's cells elsewhere than in the kernel which it names.

It is installed as ``nbenv_clients.py``, too: ``nbenv_clients.pth`` calls `watch` in each Python of
the host's environment, whatever it runs. Nothing is changed, and nothing else of nbenv imported,
before such a program is. Light on purpose: this costs every start.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not imported at Python's start
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__all__ = ["watch"]

_MENDED = "nbenv.kernel.client.other_kernels"
"""The module with a function for each of these, which changes it."""
_PROGRAMS = {
    "ploomber_engine.ipython": "mend_ploomber_engine",
    "execnb.shell": "mend_execnb",
    "nbclient.client": "mend_nbclient",
    "jupyter_client.provisioning.factory": "mend_provisioner_factory",
}


def watch() -> None:
    """Have these programs changed as soon as they are imported."""
    programs = dict(_PROGRAMS)
    site = sys.modules.get("site")  # which is executing this, unless a test is
    base = getattr(site, "USER_BASE", None)
    if base and __file__.startswith(base):  # ``pip install --user``: IPython does not look there
        programs["IPython.core.application"] = "add_startup_of_user"
    sys.meta_path.insert(0, _AfterImport(programs))


class _AfterImport:
    """A finder that finds modules as the others do, and has some changed once they are loaded."""

    def __init__(self, programs: dict[str, str]) -> None:
        self._waiting = programs

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a module to change, None for every other one."""
        mender = self._waiting.pop(name, None)  # once: this asks the other finders itself
        if mender is None:
            return None
        finders = [each for each in sys.meta_path if each is not self]
        found = (each.find_spec(name, path, target) for each in finders)
        spec = next((each for each in found if each is not None), None)
        loader: Any = getattr(spec, "loader", None)
        if hasattr(loader, "__dict__") and hasattr(loader, "exec_module"):

            def execute(module: ModuleType) -> None:
                del loader.exec_module
                loader.exec_module(module)
                _mend(mender, module)

            loader.exec_module = execute
        return spec


def _mend(mender: str, module: ModuleType) -> None:
    from importlib import import_module

    try:
        getattr(import_module(_MENDED), mender)(module)
    except Exception:  # the edge: another version of that program, which must run all the same
        import logging

        logging.getLogger(__name__).debug("nbenv: %s was not changed", module, exc_info=True)
