"""What the benchmarks share: scratch homes, notebooks, kernels, and medians side by side."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbformat
from jupyter_client import KernelManager

ROUNDS = 9


@contextmanager
def scratch() -> Iterator[Path]:
    """Work in a scratch folder with an ``NBENV_HOME`` of its own."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="nbenv-bench-") as folder:
        os.environ["NBENV_HOME"] = str(Path(folder, "home"))
        yield Path(folder)


def write_notebook(path: Path) -> Path:
    """Write a notebook with one cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import pandas")])
    nbformat.write(notebook, path)
    return path


def nbenv(*words: str) -> None:
    """Run a command of nbenv's."""
    subprocess.run([sys.executable, "-m", "nbenv", *words, "--quiet"], check=True)


def first_reply(command: list[str], environ: Mapping[str, str]) -> float:
    """Start a kernel by `command`; return the seconds until it answered its first request."""
    manager = KernelManager()
    start = time.perf_counter()
    manager.kernel_spec.argv = [*command, "-f", "{connection_file}"]
    manager.start_kernel(env={**os.environ, **environ})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive("None", timeout=60)
        return time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def compare(ours: Callable[[], float], theirs: Callable[[], float], names: tuple[str, str]) -> None:
    """Measure both in turn; print medians, their ratio and their difference."""
    ours(), theirs()  # warm-up
    pairs = [(ours(), theirs()) for _ in range(ROUNDS)]
    first = statistics.median(pair[0] for pair in pairs)
    second = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{names[0]}: {first:.3f} s   {names[1]}: {second:.3f} s   ({ROUNDS} rounds, medians)")
    print(f"ratio {ratio:.3f}, difference {first - second:+.3f} s")
