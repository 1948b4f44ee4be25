"""A folder from which a Ray cluster that others start gets the notebook's environment."""

from __future__ import annotations

import json

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files
from nbenv.progress import Steps
from nbenv.workers.exported_bundle import bundle_files

__all__ = ["write"]

_EXECUTABLE = "python3 nbenv_worker.py exec manifest.json --"
_README = """\
# {name}: its environment for Ray

Each node of the cluster makes the environment of {name} from this folder: once,
hash-checked, from that node's own index. A node needs Python 3.8 or later as python3, and a Python
{python}. The cluster needs Ray {version} with Python {python}.

From Python, where the driver runs in the notebook's environment:

    import ray
    ray.init(
        "ray://HEAD:10001",
        runtime_env={{
            "working_dir": "{folder}",
            "py_executable": "python3 nbenv_worker.py exec manifest.json --",
        }},
    )

A script as a job, once it is in this folder, too; its driver runs in the environment as well:

    ray job submit --address http://HEAD:8265 --working-dir {folder} \\
        --runtime-env-json "$(cat {folder}/runtime_env.json)" \\
        -- python3 nbenv_worker.py exec manifest.json -- script.py

Or start the cluster itself in the environment:

    python3 nbenv_worker.py exec manifest.json -- -m ray.scripts.scripts start --head

Ray says nothing about a node on which the environment cannot be made. To see why, run this there:

    python3 nbenv_worker.py make manifest.json

Environments are kept in NBENV_WORKER_CACHE, by default in ~/.cache/nbenv-workers.
"""


def write(snapshot: NotebookSnapshot) -> Steps[Files]:
    """Return the bundle, Ray's ``runtime_env`` but for the folder, and the calls that use them.

    Raises
    ------
    NbenvError
        The environment is not ready, or does not have Ray.
    """
    found = yield from bundle_files(snapshot, "Ray", "ray", _README)
    runtime_env = json.dumps({"py_executable": _EXECUTABLE})
    return {**found, "runtime_env.json": f"{runtime_env}\n".encode()}
