"""A folder from which a Dask cluster that others start gets the notebook's environment."""

from __future__ import annotations

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files
from nbenv.progress import Steps
from nbenv.workers.exported_bundle import bundle_files

__all__ = ["write"]

_README = """\
# {name}: its environment for Dask

This folder makes the environment of {name} on any machine with Python 3.8 or later and
a Python {python}: once, hash-checked, from that machine's own index. Copy it to where all of them
find it, for example to /shared/{folder}. `python3 nbenv_worker.py exec manifest.json -- ARGUMENTS`
makes the environment unless it is there, and then runs its Python.

The scheduler and its workers, on their machines:

    python3 /shared/{folder}/nbenv_worker.py exec /shared/{folder}/manifest.json -- \\
        -m distributed.cli.dask_scheduler --port 8786
    python3 /shared/{folder}/nbenv_worker.py exec /shared/{folder}/manifest.json -- \\
        -m distributed.cli.dask_worker tcp://SCHEDULER:8786

With dask-jobqueue, where a batch system starts the workers:

    SLURMCluster(
        python="python3 /shared/{folder}/nbenv_worker.py exec /shared/{folder}/manifest.json --"
    )

In the notebook:

    from distributed import Client
    client = Client("tcp://SCHEDULER:8786")

Environments are kept in NBENV_WORKER_CACHE, by default in ~/.cache/nbenv-workers.
"""


def write(snapshot: NotebookSnapshot) -> Steps[Files]:
    """Return the bundle, and the calls that use it.

    Raises
    ------
    NbenvError
        The environment is not ready, or does not have Dask.
    """
    return (yield from bundle_files(snapshot, "Dask", "distributed", _README))
