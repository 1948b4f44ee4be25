"""Run in a network namespace of its own: a cluster and a notebook's kernel without a network.

``python -m tests.workers.offline_cluster NOTEBOOK BARE_PYTHON FOLDER [OPTION …]`` prints what the
cells show.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support import kernels
from tests.workers.kit import dask_cluster

ASKED = "print(client.submit(lambda: __import__('tabulate').__version__).result())"


def main(notebook: str, python: str, folder: str, *options: str) -> None:
    """Start the cluster, run ``%nbenv workers`` and a task, and print what both say."""
    kernels.PATIENCE = 280.0
    with dask_cluster(Path(python), Path(folder), 1) as cluster, kernels.kernel(notebook) as run:
        run.ok(cluster.connecting())
        status, text = run.run(" ".join(("%nbenv workers", *options)))
        print(status, text)
        if status == "ok":
            print(run.ok(ASKED))


if __name__ == "__main__":
    main(*sys.argv[1:])
