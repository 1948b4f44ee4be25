"""Latency of ``/api/status`` while the server restores a large environment with cold caches.

The same server at rest shows what the machine itself costs. Meanwhile a client reads the job's
events, as a browser page does.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common import nbenv, scratch, write_notebook
from tests.support.api import events, start
from tests.support.server import JupyterServer

PACKAGES = ("pandas", "scikit-learn", "matplotlib")
PAUSE = 0.01
REST = 10.0


def latencies(server: JupyterServer, is_running: Callable[[], bool]) -> list[float]:
    """Send requests over one connection; return how many seconds each took."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    header = {"Authorization": f"token {server.token}"}
    found = []
    while is_running():
        begin = time.perf_counter()
        connection.request("GET", "/api/status", headers=header)
        connection.getresponse().read()
        found.append(time.perf_counter() - begin)
        time.sleep(PAUSE)
    connection.close()
    return found


def line(name: str, seconds: list[float]) -> str:
    """Return the figures of one run as a line of text."""
    cuts = statistics.quantiles(seconds, n=100)
    middle, slow, worst = (f"{1000 * each:.1f}" for each in (cuts[49], cuts[98], max(seconds)))
    return f"{name}: p50 {middle} ms, p99 {slow} ms, max {worst} ms ({len(seconds)} answers)"


def restored(server: JupyterServer, name: str) -> tuple[list[float], float]:
    """Restore in a job; return the latencies meanwhile and the job's duration."""
    received: list[dict[str, Any]] = []
    job = start(server, name, "restore")["id"]
    reader = threading.Thread(target=lambda: received.extend(events(server, job)))
    begin = time.perf_counter()
    reader.start()
    found = latencies(server, reader.is_alive)
    took = time.perf_counter() - begin
    assert received[-1]["type"] == "result", json.dumps(received[-1])
    return found, took


def main() -> None:
    """Measure and print the figures."""
    with scratch() as folder:
        made = write_notebook(folder / "bench.ipynb")
        nbenv("install", str(made), *PACKAGES)
        root = Path(folder, "root")
        root.mkdir()
        shutil.copy(made, root)
        cold = {"NBENV_HOME": str(folder / "cold"), "UV_CACHE_DIR": str(folder / "cache")}
        with JupyterServer(root, cold) as server:
            end = time.perf_counter() + REST
            print(line("at rest", latencies(server, lambda: time.perf_counter() < end)))
            found, took = restored(server, made.name)
            print(line(f"while restoring ({took:.0f} s)", found))
        print(f"machine load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
