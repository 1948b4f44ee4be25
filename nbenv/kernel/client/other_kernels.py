"""Programs that run a notebook's cells elsewhere than in the kernel which the notebook names.

testbook, treon and many scripts ask nbclient for the kernel ``python3`` whatever the
notebook names; ploomber-engine and execnb, and so nbdev, run the cells in their own process. With
other versions than the notebook records, a test may pass that fails for everybody else, and the
other way round.
"""

from __future__ import annotations

import os
import site
import sys
from functools import wraps
from types import ModuleType
from typing import Any

from nbenv.errors import NbenvError
from nbenv.home import paths

__all__ = [
    "add_startup_of_user",
    "mend_execnb",
    "mend_nbclient",
    "mend_ploomber_engine",
    "mend_provisioner_factory",
]

_OWN = "nbenv"
"""The name of the kernel that runs notebooks in their own environment."""
_PROVISIONER = "kernel_provisioner"
"""The key of a kernelspec's metadata that names what starts its kernels."""
_LAUNCHER = "nbenv.kernel.launcher"
_DEFAULTS = ("python", "python3")
"""Kernels that programs and examples ask for without knowing the notebook."""
_TOLD = (
    "nbenv: this notebook records an environment of its own, but runs with the kernel %s, which "
    "does not have it. Leave the kernel's name to the notebook."
)


def add_startup_of_user(module: ModuleType) -> None:
    """Let IPython find ``%nbenv`` where pip installs for one user, in whose base it looks nowhere.

    Parameters
    ----------
    module
        ``IPython.core.application``; the module of startup files shares its list.
    """
    folder = os.path.join(site.getuserbase(), "etc", "ipython")
    if folder not in module.ENV_CONFIG_DIRS:
        module.ENV_CONFIG_DIRS.append(folder)


def mend_ploomber_engine(module: ModuleType) -> None:
    """Let ploomber-engine refuse notebooks that it would run in its own Python."""
    original = module.PloomberClient.__init__

    @wraps(original)
    def start(self: Any, nb: Any, *words: Any, **options: Any) -> None:
        _refuse_elsewhere(nb, "ploomber-engine", "papermill with its default engine")
        original(self, nb, *words, **options)

    module.PloomberClient.__init__ = start


def mend_execnb(module: ModuleType) -> None:
    """Let execnb, and nbdev which builds on it, refuse what it would run in its own Python."""
    original = module.CaptureShell.run_all

    @wraps(original)
    def run_all(self: Any, nb: Any, *words: Any, **options: Any) -> Any:
        self.leaks = getattr(self, "leaks", [])  # nbdev reads them also when nothing was run
        _refuse_elsewhere(nb, "execnb", "pytest --nbmake")
        return original(self, nb, *words, **options)

    module.CaptureShell.run_all = run_all


def mend_nbclient(module: ModuleType) -> None:
    """Let nbclient take the notebook's kernel, unless a person asked for Python's own."""
    original = module.NotebookClient.create_kernel_manager

    @wraps(original)
    def create(self: Any, *words: Any, **options: Any) -> Any:
        name = self.kernel_name
        if name in _DEFAULTS and _has_environment(self.nb):
            if _is_typed(name):
                self.log.warning(_TOLD, name)
            else:
                self.kernel_name = _OWN
        return original(self, *words, **options)

    module.NotebookClient.create_kernel_manager = create


def mend_provisioner_factory(module: ModuleType) -> None:
    """Let a kernelspec that names no provisioner have nbenv's, which is installed here.

    ``nbenv kernelspec`` writes one for every Jupyter of a person's. Outside of virtual
    environments, Jupyter finds that one before the one that was installed with nbenv.
    """
    original = module.KernelProvisionerFactory.create_provisioner_instance

    @wraps(original)
    def create(self: Any, kernel_id: str, kernel_spec: Any, parent: Any) -> Any:
        about = kernel_spec.metadata
        if _PROVISIONER not in about and _is_of_this_nbenv(kernel_spec.argv):
            kernel_spec.metadata = {**about, _PROVISIONER: {"provisioner_name": _OWN}}
        return original(self, kernel_id, kernel_spec, parent)

    module.KernelProvisionerFactory.create_provisioner_instance = create


def _is_of_this_nbenv(argv: list[str]) -> bool:
    """Return whether a kernel's command runs the launcher of the nbenv in this environment."""
    folders = {os.path.dirname(each) for each in (*argv[:1], sys.executable)}  # python, python3
    return len(folders) == 1 and any(_LAUNCHER in word for word in argv)


def _is_typed(kernel: str) -> bool:
    """Return whether the program's command names a kernel, as ``papermill -k python3`` does."""
    return any(word.rpartition("=")[2] == kernel for word in sys.argv[1:])


def _refuse_elsewhere(document: Any, program: str, other: str) -> None:
    """Raise if a notebook has an environment of its own, and this process is not in it."""
    if not _has_environment(document) or _is_in_environment():
        return
    raise NbenvError(
        f"This notebook records an environment of its own, which {program} does not use.",
        f"{program} runs the cells in its own Python ({sys.prefix}), with other packages.",
        f"Run it with nbenv run NOTEBOOK, or with {other}; or install {program} in the notebook's "
        "environment and run it in there.",
    )


def _has_environment(document: Any) -> bool:
    """Return whether a document names nbenv's kernel and records requirements."""
    metadata = _item(document, "metadata")
    name = _item(_item(metadata, "kernelspec"), "name")
    return name == _OWN and bool(_item(_item(metadata, "nbenv"), "requirements"))


def _item(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _is_in_environment() -> bool:
    return sys.prefix.startswith(os.path.join(paths.home(), "envs", ""))
