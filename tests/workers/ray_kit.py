"""Real Ray clusters of bare environments, on addresses of the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.workers.kit import BARE_PATH, free_port, running, wait_until

__all__ = ["RAY", "RayCluster", "ray_cluster"]

RAY = "2.60.0"
"""The version of the clusters and of the notebooks."""


@dataclass
class RayCluster:
    """A cluster: the address of its client server, that of its nodes, and its workers' cache."""

    address: str
    nodes: str
    cache: Path
    session: Path

    def connections(self) -> int:
        """Return how often clients have connected: each has a process of its own, with a log."""
        return len(list(self.session.glob("session_latest/logs/ray_client_server_2*.out")))


def _taken_by_workers(port: int) -> bool:
    return 10002 <= port <= 19999


def _port() -> int:
    port = free_port()
    while _taken_by_workers(port):
        port = free_port()
    return port


@contextlib.contextmanager
def ray_cluster(
    python: Path, folder: Path, nodes: int = 1, host: str = "127.0.0.2", **environ: str
) -> Iterator[RayCluster]:
    """Start a head node, and more nodes on the next addresses of the loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        name: each for name, each in os.environ.items() if not name.startswith(("NBENV_", "RAY_"))
    }
    kept.update(
        PATH=f"{python.parent}:{BARE_PATH}",
        NBENV_WORKER_CACHE=str(folder / "cache"),
        RAY_AUTH_MODE="disabled",
        **environ,
    )
    gcs, client = _port(), _port()
    short = tempfile.mkdtemp(prefix="ray-")  # the names of sockets have 107 characters at most
    start = [python, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"]
    start += ["--num-cpus=2", "--object-store-memory=500000000"]
    head = ["--head", f"--node-ip-address={host}", f"--port={gcs}", "--include-dashboard=false"]
    head += [f"--ray-client-server-port={client}", f"--temp-dir={short}"]
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, short, ignore_errors=True)
        _start(stack, [*start, *head], folder / "head.log", kept)
        for number in range(1, nodes):
            more = [f"--address={host}:{gcs}", f"--node-ip-address=127.0.0.{2 + number}"]
            _start(stack, [*start, *more], folder / f"node-{number}.log", kept)
        yield RayCluster(f"ray://{host}:{client}", f"{host}:{gcs}", folder / "cache", Path(short))


def _start(
    stack: contextlib.ExitStack, words: Sequence[object], log: Path, environ: Mapping[str, str]
) -> None:
    """Start a node; again if Ray gives up, as it does within 30 s on a busy machine."""
    for _ in range(5):
        attempt = contextlib.ExitStack()
        process = attempt.enter_context(running(words, log, environ))
        end = partial(_is_ready_or_over, log, process)
        wait_until(end, f"a node: {log}", 300)
        if _is_ready(log):
            stack.push(attempt)
            return
        attempt.close()
        log.rename(log.with_suffix(".failed"))
    raise AssertionError(f"Ray did not start: {log.with_suffix('.failed')}")


def _is_ready_or_over(log: Path, process: subprocess.Popen[bytes]) -> bool:
    return _is_ready(log) or process.poll() is not None


def _is_ready(log: Path) -> bool:
    return "Ray runtime started" in log.read_text()
