"""Many kernels of one notebook and many notebooks at once, while `prune` keeps running.

``python -m tests.endurance.crowd --kernels 20 --notebooks 50``
"""

from __future__ import annotations

import argparse
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from jupyter_client import KernelManager

from nbenv.environments import store
from tests.endurance.ground import PYTHON, Ground, differences, document_of, ground, recorded
from tests.support.commands import nbenv, succeed

PATIENCE = 600.0
ASKED = (("big==1.0",), ("big==2.0",), ("leaf",), ("twig", "leaf<2"), ("twig", "big"))


@contextmanager
def pruning() -> Iterator[list[str]]:
    """Prune in a loop; yield the growing list of what was removed."""
    ended, removed = threading.Event(), list[str]()

    def prune() -> None:
        while not ended.is_set():
            removed.extend(nbenv("prune", "--json").json["removed"])

    thread = threading.Thread(target=prune)
    thread.start()
    try:
        yield removed
    finally:
        ended.set()
        thread.join()


def kernels_of_one(place: Ground, count: int) -> None:
    """Start many kernels of one notebook whose environment is not built yet."""
    notebook = place.notebook("shared")
    succeed("install", notebook, "big==2.0", "twig", "-q")
    document_of(notebook).environment.remove()
    place.index.requests.clear()
    managers = [KernelManager(kernel_name="nbenv") for _ in range(count)]
    with pruning() as removed:
        for number, manager in enumerate(managers):
            environ = {**os.environ, "NBENV_NOTEBOOK": str(notebook)}
            with (place.folder / f"kernel-{number}.log").open("wb") as log:
                manager.start_kernel(env=environ, stderr=log)
        shown = [_prefix(manager) for manager in managers]
    logs = [path.read_text(encoding="utf-8") for path in place.folder.glob("kernel-*.log")]
    environment = document_of(notebook).environment
    for manager in managers:
        manager.shutdown_kernel(now=True)
    builds = sum("Creating an environment" in each for each in logs)
    assert set(shown) == {str(environment.path)}, shown
    assert builds == 1, f"{builds} kernels built the same environment"
    assert removed == []
    value = recorded(notebook)
    assert value is not None
    assert differences(environment, value, place.index.folder) == []


def _prefix(manager: KernelManager) -> str:
    """Return the environment that a kernel reports to run in."""
    client = manager.client()
    client.start_channels()
    shown: list[str] = []
    try:
        client.wait_for_ready(timeout=PATIENCE)
        client.execute_interactive(
            "import twig, big, sys; print(sys.prefix)",
            timeout=PATIENCE,
            output_hook=lambda message: shown.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
    return "".join(shown).strip()


def different_notebooks(place: Ground, count: int) -> None:
    """Install into many notebooks at once."""
    notebooks = [place.notebook(f"many-{number}") for number in range(count)]

    def install(number: int) -> subprocess.CompletedProcess[str]:
        words = ["install", str(notebooks[number]), *ASKED[number % len(ASKED)], "-q"]
        command = [PYTHON, "-m", "nbenv", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)

    with pruning() as removed, ThreadPoolExecutor(count) as pool:
        done = list(pool.map(install, range(count)))
    assert [each.stderr for each in done if each.returncode] == []
    assert removed == []
    for notebook in notebooks:
        _check(notebook, place.index.folder)
    names = {state.environment for state in store.all_states() if "many-" in state.notebook}
    assert len(names) == count


def _check(notebook: Path, index: Path) -> None:
    value, document = recorded(notebook), document_of(notebook)
    assert value is not None
    assert document.is_ready
    assert differences(document.environment, value, index) == [], notebook


def main(kernels: int, notebooks: int) -> list[str]:
    """Run both; return a line about each."""
    lines = []
    with ground() as place:
        start = time.monotonic()
        kernels_of_one(place, kernels)
        lines.append(
            f"{kernels} kernels of one notebook: {time.monotonic() - start:.0f} s, 1 build"
        )
        start = time.monotonic()
        different_notebooks(place, notebooks)
        lines.append(
            f"{notebooks} notebooks installing: {time.monotonic() - start:.0f} s, all right"
        )
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=20)
    parser.add_argument("--notebooks", type=int, default=50)
    options = parser.parse_args()
    print("\n".join(main(options.kernels, options.notebooks)))
