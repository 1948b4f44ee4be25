"""Memory that nbenv adds to an idle server and to each kernel.

Measured as private bytes (USS: shared with no other process) a few seconds after the last request.
The server without nbenv has the extension disabled; the plain kernel runs in the same environment.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks import common
from tests.support.server import JupyterServer

REST = 3.0


def used(process: int) -> float:
    """Return how many megabytes would be freed if a process ended."""
    time.sleep(REST)
    return psutil.Process(process).memory_full_info().uss / 1e6


def server(root: Path, config: Path) -> float:
    """Start a server, send one request, and return its memory in megabytes."""
    environ = {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_PREFER_ENV_PATH": "0"}
    with JupyterServer(root, environ) as running:
        running.request("GET", "api/contents")
        is_loaded = "nbenv | extension was successfully loaded" in running.log.read_text("utf-8")
        assert is_loaded == (config.name == "on"), config
        return used(running.process)


def disabled(folder: Path) -> Path:
    """Write a configuration that disables nbenv's server extension; return its folder."""
    places = folder / "off" / "jupyter_server_config.d"
    places.mkdir(parents=True)
    off = {"ServerApp": {"jpserver_extensions": {"nbenv": False}}}
    (places / "nbenv.json").write_text(json.dumps(off), encoding="utf-8")
    return places.parent


def kernel(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Start a kernel, run a cell, and return its memory in megabytes."""
    with common.kernel(command, environ) as (manager, client):
        common.run_cell(client, "None")
        return used(common.process_of(manager))


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        notebook = common.write_notebook(folder / "bench.ipynb")
        common.nbenv("install", str(notebook), "six")
        python = common.environment_of(notebook).python
        root, off = folder / "root", disabled(folder)
        root.mkdir()
        servers: dict[str, Callable[[], float]] = {
            "with nbenv": lambda: server(root, folder / "on"),
            "without": lambda: server(root, off),
        }
        yield _row("memory of an idle server", servers, rounds, "≤ 10 MB", "≤ 5 MB")
        kernels: dict[str, Callable[[], float]] = {
            "nbenv": lambda: kernel(common.LAUNCHER, common.launcher_environ(notebook)),
            "plain ipykernel": lambda: kernel([python, "-m", "ipykernel_launcher"], {}),
        }
        yield _row("memory of a kernel", kernels, rounds, "≤ 1 MB", "0")


def _row(
    wait: str, actions: dict[str, Callable[[], float]], rounds: int, must: str, towards: str
) -> common.Row:
    found = common.alternate(rounds, actions)
    ours, theirs = actions
    more = f"{found.more(ours, theirs):+.2f} MB"
    beside = f"{theirs}: {found.median(theirs):.1f} MB"
    return common.Row(wait, f"{found.median(ours):.1f} MB", beside, more, must, towards)


common.main(rows, __name__)
