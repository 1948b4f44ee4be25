"""A Python that can talk to a cluster: it has the engine in the cluster's own version.

The notebook's environment is taken if it fits. Otherwise nbenv makes a small environment with the
engine's client, and keeps it for the next time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.errors import InstallerError, NbenvError
from nbenv.home import paths, private_files
from nbenv.home.locks import locked
from nbenv.installer.uv import run_uv
from nbenv.progress import Progress, Steps
from nbenv.workers.sweeps.client_process import ClientProcess
from nbenv.workers.sweeps.cluster_address import ClusterAddress

__all__ = ["client_python"]

_NEEDS = {"dask": ("distributed",), "ray": ("ray", "grpcio")}
"""Packages by which an environment can be a client."""


@dataclass(frozen=True)
class _Versions:
    """The versions of a cluster, and of the client that asked for them."""

    engine: str
    python: str
    own: str
    own_python: str

    def fits(self, address: ClusterAddress) -> bool:
        """Return whether that client can give the cluster work; Dask takes it from any Python."""
        is_same = self.engine == self.own
        return is_same and (address.name == "dask" or self.python == self.own_python)


def client_python(address: ClusterAddress, snapshot: NotebookSnapshot) -> Steps[str]:
    """Return the path of a Python for a cluster.

    Parameters
    ----------
    address
        The cluster's address, which answers.
    snapshot
        The notebook, whose environment is ready.

    Raises
    ------
    NbenvError
        What answers is no such cluster, or its client cannot be installed.
    """
    yield Progress("connect", f"Asking {address} for its versions…")
    python = yield from _some_client(address, snapshot)
    found = _ask(python, address)
    if found.fits(address):
        return python
    return (yield from _made(address, found.engine, found.python))


def _some_client(address: ClusterAddress, snapshot: NotebookSnapshot) -> Steps[str]:
    """Return a Python with some version of the engine: what asks for versions takes any."""
    installed = snapshot.environment.installed()
    if all(name in installed for name in _NEEDS[address.name]):
        return str(snapshot.environment.python)
    there = _folder().glob(f"{address.name}-*/bin/python")
    known = sorted(filter(Path.exists, there), key=os.path.getmtime)  # their base may be gone
    if known:
        return str(known[-1])
    return (yield from _made(address, "", snapshot.spec.python))


def _ask(python: str, address: ClusterAddress) -> _Versions:
    with ClientProcess(python, address.name, ["versions", address.of_client]) as process:
        for event in process.events():
            if event["event"] == "versions":
                names = ("engine", "python", "own", "own_python")
                return _Versions(*(str(event[name]) for name in names))
    raise NbenvError(f"{address} did not say which version it has.")


def _folder() -> Path:
    return Path(paths.home(), "cluster-clients")


def _made(address: ClusterAddress, version: str, python: str) -> Steps[str]:
    """Make an environment with a version of the engine's client, unless it is there."""
    engine = address.engine
    requirement = f"{engine.requirement}=={version}" if version else engine.requirement
    folder = _folder() / f"{address.name}-{version or 'newest'}-{python}"
    found = folder / "bin" / "python"
    if found.exists():
        return str(found)
    what = f"{engine.title} {version}".strip()
    yield Progress("client", f"Installing the client of {what} for Python {python}…", lasting=True)
    interpreter = yield from obtain_python(python, fetch=True)
    private_files.make_private(str(folder.parent))
    scratch = folder.with_name(f".{folder.name}")
    with locked(f"client-{folder.name}"):
        if not found.exists():
            shutil.rmtree(scratch, ignore_errors=True)
            try:
                yield from _install(scratch, interpreter.executable, requirement)
                shutil.rmtree(folder, ignore_errors=True)  # one whose Python is gone
                os.replace(scratch, folder)
            except InstallerError as error:
                raise NbenvError(
                    f"The client of {what} cannot be installed.",
                    error.why or error.what,
                    f"Sweeps on {address} need it, in the version of the cluster; its packages "
                    "come from this machine's index.",
                ) from None
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return str(found)


def _install(folder: Path, python: str, requirement: str) -> Steps[None]:
    commands: Sequence[Sequence[str]] = (
        ["venv", "--no-project", "--no-config", "--relocatable", "--python", python, str(folder)],
        ["pip", "install", "--no-config", "--python", str(folder / "bin" / "python"), requirement],
    )
    for command in commands:
        yield from run_uv(command, folder.parent, phase="install")
