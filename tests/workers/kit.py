"""Bare environments for the engines, clusters of them, and notebooks that use these clusters.

The environments, some hundred megabytes, are kept from run to run, in ``TEST_WORKERS_ROOT`` or in a
temporary folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from uv import find_uv_bin

from nbenv.environments import interpreters

__all__ = [
    "BARE_PATH",
    "ROOT",
    "DaskCluster",
    "bare_environment",
    "base_python",
    "certificate_in",
    "dask_cluster",
    "free_port",
    "reason_for_none",
    "running",
    "wait_until",
]

ROOT = Path(__file__).parents[2]
_DEFAULT = Path(tempfile.gettempdir(), "nbenv-workers-kit")
FOLDER = Path(os.environ.get("TEST_WORKERS_ROOT") or _DEFAULT)
IS_WANTED = bool(os.environ.get("TEST_WORKERS"))
BARE_PATH = "/usr/local/bin:/usr/bin:/bin"
"""A search path without uv: a worker installs with pip."""
PATIENCE = 120.0


def reason_for_none() -> str:
    """Return why no cluster is tested with, "" where one is."""
    if not IS_WANTED:
        return "set TEST_WORKERS=1 to start clusters and give their workers environments"
    return "" if sys.platform == "linux" else "the workers are Linux machines"


# -- environments


def base_python(minor: str) -> str:
    """Return the path of a base interpreter of this machine, which has to be there."""
    found = interpreters.find(minor)
    assert found is not None, f"there is no Python {minor} on this machine"
    return found.executable


def bare_environment(*requirements: str, python: str = "3.11") -> Path:
    """Return the interpreter of an environment with an engine and what that needs, without pip."""
    key = hashlib.sha256(repr((python, sorted(requirements))).encode()).hexdigest()[:12]
    folder = FOLDER / f"{python}-{key}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            uv, interpreter = find_uv_bin(), folder / "bin" / "python"
            _checked(uv, "venv", "-q", "--clear", "-p", base_python(python), folder)
            _checked(uv, "pip", "install", "-q", "-p", interpreter, *requirements)
            (folder / "ready").touch()
    return folder / "bin" / "python"


def _checked(*words: object) -> None:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# -- processes


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until(condition: object, what: str, patience: float = PATIENCE) -> None:
    """Wait until a function returns something true; fail with `what` when the time is up."""
    assert callable(condition)
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        time.sleep(0.1)


@contextlib.contextmanager
def running(
    words: Sequence[object], log: Path, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process in a group of its own, and end the group at the end."""
    with open(log, "ab") as said:
        process = subprocess.Popen(
            list(map(str, words)),
            env=dict(environ),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# -- Dask


@dataclass
class DaskCluster:
    """A shared cluster: its address, and how to add workers to it."""

    address: str
    python: Path
    folder: Path
    environ: Mapping[str, str]
    stack: contextlib.ExitStack
    tls: Sequence[object] = ()
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        """The folder that the workers keep environments in."""
        return Path(self.environ["NBENV_WORKER_CACHE"])

    def add_worker(self, *options: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker and return its process, or that of its nanny."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        words = [self.python, "-m", "distributed.cli.dask_worker", self.address, "--no-dashboard"]
        words += ["--nthreads", "1", "--memory-limit", "2GB", *options]
        words += ["--local-directory", self.folder / "scratch", *self.tls]
        process = self.stack.enter_context(running(words, log, {**self.environ, **environ}))
        self.workers.append(process)
        return process

    def connecting(self, name: str = "client") -> str:
        """Return the code that connects to it, once its workers are there."""
        return (
            "import warnings; warnings.simplefilter('ignore')\n"
            f"from distributed import Client; {name} = Client('{self.address}', timeout=60, "
            f"security={self._security})\n"
            f"{name}.wait_for_workers({len(self.workers)}, timeout=60)"
        )

    @property
    def _security(self) -> str:
        if not self.tls:
            return "None"
        options = ("tls_ca_file", "tls_client_cert", "tls_client_key")
        given = ", ".join(
            f"{name}={str(path)!r}" for name, path in zip(options, self.tls[1::2], strict=True)
        )
        return f"__import__('distributed').Security({given})"


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that is its own authority; return its file and that of its key."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    _checked(*words, "-subj", "/CN=127.0.0.1", "-out", certificate, "-keyout", key)
    return certificate, key


@contextlib.contextmanager
def dask_cluster(
    python: Path,
    folder: Path,
    workers: int = 2,
    certificate: tuple[Path, Path] | None = None,
    **environ: str,
) -> Iterator[DaskCluster]:
    """Start a scheduler and workers of a bare environment.

    A `certificate` and its key, which is its own authority, secure their connections.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # As a cluster's own start does: nothing of ours, and a search path without uv.
    kept = {name: each for name, each in os.environ.items() if not name.startswith("NBENV_")}
    cache = str(folder / "cache")
    path = f"{python.parent}:{BARE_PATH}"
    kept |= {"PATH": path, "NBENV_WORKER_CACHE": cache, **environ}
    address = f"{'tls' if certificate else 'tcp'}://127.0.0.1:{free_port()}"
    tls: list[object] = []
    if certificate:
        tls = ["--tls-ca-file", certificate[0], "--tls-cert", certificate[0]]
        tls += ["--tls-key", certificate[1]]
    words = [python, "-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"]
    words += tls
    with contextlib.ExitStack() as stack:
        stack.enter_context(running(words, folder / "scheduler.log", kept))
        cluster = DaskCluster(address, python, folder, kept, stack, tls)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
