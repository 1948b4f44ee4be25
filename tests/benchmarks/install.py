"""``%nbenv install`` of a cached distribution, over ``uv pip install`` of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_client import KernelManager
from uv import find_uv_bin

from nbenv.operations import Document, Target
from nbenv.store import Store
from tests.benchmarks.common import compare, nbenv, scratch, write_notebook

DISTRIBUTION = "tabulate"


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with scratch() as folder:
        notebook = str(write_notebook(folder / "bench.ipynb"))
        nbenv("install", notebook, "pandas")
        python = Document.read(Target(notebook), Store()).environment.python
        manager = KernelManager()
        manager.kernel_spec.argv = [
            sys.executable, "-m", "nbenv.kernel.launcher", "-f", "{connection_file}",
        ]  # fmt: skip
        manager.start_kernel(env={**os.environ, "NBENV_NOTEBOOK": notebook})
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)

        def cell(code: str) -> None:
            reply = client.execute_interactive(code, timeout=120, output_hook=lambda _: None)
            assert reply["content"]["status"] == "ok", reply["content"]

        def ours() -> float:
            seconds = timed(lambda: cell(f"%nbenv install {DISTRIBUTION}"))
            cell(f"%nbenv uninstall {DISTRIBUTION}")
            return seconds

        def uv(*words: str) -> None:
            command = [find_uv_bin(), "pip", *words, "--quiet", "--python", python]
            subprocess.run([*command, DISTRIBUTION], check=True, cwd=Path(folder))

        def theirs() -> float:
            seconds = timed(lambda: uv("install"))
            uv("uninstall")
            return seconds

        try:
            compare(ours, theirs, ("%nbenv install", "uv pip install"))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
