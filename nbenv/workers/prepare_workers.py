"""The host's part of ``%nbenv workers``: choose the client, check approval, write the bundle.

The other part, `nbenv.kernel.guest.clusters.cluster_workers`, runs in the kernel, which has the
clients.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.home import paths, private_files
from nbenv.progress import Outcome, Progress, Steps
from nbenv.workers.bundle import Bundle, write_bundle
from nbenv.workers.spark_bundle import write_spark_bundle, write_spark_look

__all__ = ["WorkersRequest", "prepare_workers"]

_DAYS = 30
_CONNECT = (
    "Connect to a cluster in a cell, as with client = distributed.Client('tcp://HOST:8786') for "
    "Dask, then run %nbenv workers again. For Ray, it connects itself: %nbenv workers "
    "ray://HOST:10001"
)


@dataclass(frozen=True)
class WorkersRequest:
    """A request of ``%nbenv workers``.

    Parameters
    ----------
    words
        The variable of the client, where there are several.
    found
        The clients in the kernel, as ``engine=variable`` with commas; None outside of a kernel that
        runs in the notebook's environment.
    wheels, own
        Whether to send the wheels along, and whether the whole cluster is this notebook's.
    status, stop
        What to do instead of giving them the environment.
    """

    words: tuple[str, ...] = ()
    found: str | None = None
    wheels: bool = False
    own: bool = False
    status: bool = False
    stop: bool = False

    @property
    def action(self) -> str:
        """The action: ``ship``, ``status`` or ``stop``."""
        return "status" if self.status else "stop" if self.stop else "ship"


def prepare_workers(
    ref: NotebookRef, request: WorkersRequest, agreed: str | None = None
) -> Steps[Outcome]:
    """Prepare what the kernel then does with the workers of a cluster.

    Parameters
    ----------
    ref
        The notebook.
    request
        What is asked for.
    agreed
        The digest of the record that the user was shown and agreed to.

    Returns
    -------
    Outcome
        Its data has the ``engine``, the ``client``'s variable, the ``action`` and the ``bundle``'s
        folder.

    Raises
    ------
    UsageError
        The options exclude each other, or it is not clear which client is meant.
    ApprovalNeededError
        The record was never approved here.
    NbenvError
        There is no client, or the bundle cannot be written.
    """
    if request.status and request.stop:
        raise UsageError("--status and --stop exclude each other.", todo="Use one of them.")
    if request.action != "ship" and (request.own or request.wheels):
        raise UsageError(f"--{request.action} is used on its own.")
    engine, client = _chosen(request)
    snapshot = NotebookSnapshot.read(ref)
    check_approved(snapshot, agreed)
    yield Progress("bundle", f"Preparing the environment for {client}…")
    kind = f"{engine}-wheels" if request.wheels else engine
    folder = Path(paths.home(), "workers", f"{Path(snapshot.environment.path).name}-{kind}")
    private_files.make_private(str(folder.parent))
    _sweep(folder.parent)
    bundle = yield from _bundle(snapshot, folder, engine, request)
    data = {
        "engine": engine,
        "client": client,
        "action": request.action,
        "bundle": str(bundle.folder),
        "own": request.own,
        "wheels": request.wheels,
    }
    return Outcome(data={"workers": data})


def _bundle(
    snapshot: NotebookSnapshot, folder: Path, engine: str, request: WorkersRequest
) -> Steps[Bundle]:
    """Write what an engine's driver takes."""
    if engine != "spark":
        return (yield from write_bundle(snapshot, folder, wheels=request.wheels))
    if request.action == "ship":
        return (yield from write_spark_bundle(snapshot, folder))
    return write_spark_look(snapshot, folder.with_name(f"{folder.name}-look"))


def _chosen(request: WorkersRequest) -> tuple[str, str]:
    """Return the engine and the variable of the client that is meant."""
    if request.found is None:
        raise NbenvError(
            "The workers get the environment of the kernel that asks for it.",
            "This kernel does not run in the notebook's own environment.",
            "Run %nbenv workers in a cell of a notebook whose kernel is Python (own environment).",
        )
    pairs = [each.partition("=") for each in request.found.split(",") if each]
    known = {name: engine for engine, _, name in pairs}
    if not known:
        raise NbenvError("There is no client of a cluster in this notebook.", todo=_CONNECT)
    names = ", ".join(known)
    if request.words:
        if request.words[0] not in known:
            raise UsageError(f"{request.words[0]} is no client of a cluster.", f"There is {names}.")
        return known[request.words[0]], request.words[0]
    if len(known) > 1:
        raise UsageError(
            f"This notebook has several clients of clusters: {names}.",
            todo=f"Name one: %nbenv workers {next(iter(known))}",
        )
    return next((engine, name) for name, engine in known.items())


def _sweep(folder: Path) -> None:
    """Remove bundles that were not written for long: the next command writes them anew."""
    limit = time.time() - _DAYS * 86_400
    for path in _old(folder, limit):
        shutil.rmtree(path, ignore_errors=True)


def _old(folder: Path, limit: float) -> Iterator[Path]:
    for path in folder.iterdir():
        try:
            is_old = path.stat().st_mtime < limit
        except OSError:  # another command removed it
            continue
        if is_old:
            yield path
