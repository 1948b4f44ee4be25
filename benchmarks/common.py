"""Scratch homes, notebooks, kernels, alternating rounds and table rows for the benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.environment import Environment
from nbenv.installer import pip_config

ROUNDS = 9
PATIENCE = 300.0
LAUNCHER = [sys.executable, "-m", "nbenv.kernel.launcher"]

# -- places


@contextmanager
def scratch() -> Iterator[Path]:
    """Work in a scratch folder with its own ``NBENV_HOME``, with bytecode being written."""
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="nbenv-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["NBENV_HOME"] = str(Path(folder, "home"))
        os.environ["IPYTHONDIR"] = str(Path(folder, "ipython"))
        try:
            yield Path(folder)
        finally:
            settle()


def settle(except_for: Sequence[int] = ()) -> None:
    """Wait until every process that was started here has ended, background ones included."""
    home, end = os.environ["NBENV_HOME"], time.monotonic() + 120
    while time.monotonic() < end and any(
        process.pid not in (os.getpid(), *except_for) and _home_of(process) == home
        for process in psutil.process_iter()
    ):
        time.sleep(0.1)


def _home_of(process: psutil.Process) -> str | None:
    try:
        idle = process.status() == psutil.STATUS_ZOMBIE
        return None if idle else process.environ().get("NBENV_HOME")
    except (psutil.Error, OSError):
        return None


def write_notebook(path: Path, code: str = "import pandas") -> Path:
    """Write a notebook with one cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, path)
    return path


def with_outputs(path: Path, size: int) -> None:
    """Append cells whose outputs, text and pictures, take about `size` bytes."""
    document = nbformat.read(path, as_version=4)
    piece, text = 500_000, "0.123456 some output that a cell printed\n"
    for number in range(max(1, size // piece)):
        picture = nbformat.v4.new_output(
            "display_data", {"image/png": "iVBORw0KGgoAAAANSUhE" * 20_000}
        )
        printed = nbformat.v4.new_output("stream", text=text * ((piece - 400_000) // len(text)))
        cell = nbformat.v4.new_code_cell(f"show({number})", outputs=[picture, printed])
        document.cells.append(cell)
    nbformat.write(document, path)


# -- ours


def nbenv(*words: str) -> None:
    """Run an nbenv command."""
    command = [sys.executable, "-m", "nbenv", *words, "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def environment_of(notebook: Path) -> Environment:
    """Return the environment of a notebook."""
    return NotebookSnapshot.read(NotebookRef(str(notebook))).environment


def remove_environments() -> None:
    """Remove all environments from disk, the spare ones included; caches stay."""
    for path in Path(os.environ["NBENV_HOME"], "envs").glob("*"):
        shutil.rmtree(path)


# -- theirs


def tool(name: str) -> str:
    """Return the path of a program: the one beside this Python, else the one on PATH.

    The first needs no activated environment.
    """
    beside = os.path.dirname(sys.executable)
    found = shutil.which(name, path=beside) or shutil.which(name)
    if found is None:
        sys.exit(f"{name} is missing. Install it with: {sys.executable} -m pip install {name}")
    return found


def peer_environ() -> dict[str, str]:
    """Return an environment in which raw uv and juv use the same indexes as pip and nbenv."""
    return {**os.environ, **pip_config.as_uv_environment(pip_config.read(os.environ))}


def uv(*words: object) -> None:
    """Run raw uv."""
    command = [tool("uv"), "--quiet", *map(str, words)]
    subprocess.run(command, check=True, env=peer_environ(), stdout=subprocess.DEVNULL)


def base_python() -> str:
    """Return the Python that new environments use by default."""
    found = interpreters.find(interpreters.default_python())
    assert found is not None
    return found.executable


def synced(place: Path, notebook: Path, *options: str) -> str:
    """Make a virtual environment with raw uv from a notebook's lock; return its Python."""
    lines = nbformat.read(notebook, as_version=4).metadata["nbenv"]["lock"]
    locked = place.with_name("locked.txt")
    locked.write_text("\n".join(lines), encoding="utf-8")
    uv("venv", "--python", base_python(), *options, place)
    python = str(place / "bin" / "python")
    uv("pip", "sync", "--require-hashes", "--python", python, locked)
    return python


# -- kernels


@contextmanager
def kernel(
    command: Sequence[str], environ: Mapping[str, str]
) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """Start a kernel with `command` and yield it once it is ready."""
    manager = KernelManager()
    assert manager.kernel_spec
    manager.kernel_spec.argv = [*command, "-f", "{connection_file}"]
    manager.start_kernel(env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()  # gracefully, as a front end does


def process_of(manager: KernelManager) -> int:
    """Return the process id of a running kernel."""
    assert manager.provisioner
    pid = manager.provisioner.pid  # type: ignore[attr-defined]  # a local kernel has one
    assert isinstance(pid, int)
    return pid


def run_cell(client: BlockingKernelClient, code: str) -> None:
    """Run a cell that must succeed."""
    reply = client.execute_interactive(code, timeout=PATIENCE, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok", reply["content"]


def first_reply(command: Sequence[str], environ: Mapping[str, str], code: str = "None") -> float:
    """Start a kernel with `command`; return the seconds until it has answered its first cell."""
    start = time.perf_counter()
    with kernel(command, environ) as (_, client):
        run_cell(client, code)
        return time.perf_counter() - start


def ours_first_reply(notebook: Path, code: str = "None") -> float:
    """Start a notebook's nbenv kernel; return the seconds until its first answer."""
    return first_reply(LAUNCHER, launcher_environ(notebook), code)


def launcher_environ(notebook: Path) -> dict[str, str]:
    """Return the variables that a client and the kernelspec set for a notebook's kernel."""
    return {"NBENV_NOTEBOOK": str(notebook), "PYTHONSAFEPATH": "nbenv"}


# -- rounds and rows


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Row:
    """One row of the table: the measurement, the comparison and the goals."""

    wait: str
    ours: str
    theirs: str
    figure: str
    must: str
    towards: str = ""

    def line(self) -> str:
        """Return the row in Markdown."""
        return f"| {' | '.join(asdict(self).values())} |"


HEAD = (
    "| wait | nbenv | compared with | figure | must reach | then towards |\n"
    "|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Rounds:
    """Seconds of each round, by candidate."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """Return a candidate's median."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median of each round's ratio."""
        pairs = zip(self.seconds[name], self.seconds[other], strict=True)
        return statistics.median(a / b for a, b in pairs)

    def more(self, name: str, other: str) -> float:
        """Return the median of each round's difference, in seconds."""
        pairs = zip(self.seconds[name], self.seconds[other], strict=True)
        return statistics.median(a - b for a, b in pairs)

    def row(self, wait: str, names: tuple[str, str], must: str, towards: str) -> Row:
        """Return a row whose figure is a ratio."""
        return self._row(wait, names, f"{self.ratio(*names):.2f}", must, towards)

    def row_of_difference(self, wait: str, names: tuple[str, str], must: str, towards: str) -> Row:
        """Return a row whose figure is a difference."""
        return self._row(wait, names, f"{self.more(*names):+.3f} s", must, towards)

    def _row(self, wait: str, names: tuple[str, str], figure: str, must: str, towards: str) -> Row:
        ours, theirs = (f"{self.median(name):.3f} s" for name in names)
        return Row(wait, ours, f"{names[1]}: {theirs}", figure, must, towards)


def alternate(
    rounds: int, actions: Mapping[str, Callable[[], float]], before: Callable[[], None] = settle
) -> Rounds:
    """Measure all actions in turn, after one round that is not counted.

    Call `before` ahead of each measurement; by default it waits for background processes. Every
    other round runs the actions in reverse, so that none always follows the same one.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(-1, rounds):
        for name in list(actions)[:: -1 if number % 2 else 1]:
            before()
            seconds = actions[name]()
            if number >= 0:
                found[name].append(seconds)
    return Rounds(found)


def main(rows: Callable[[int], Iterator[Row]], name: str) -> None:
    """Print a script's rows, in Markdown or as lines of JSON for `all`."""
    if name != "__main__":
        return
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object per row")
    options = parser.parse_args()
    if not options.json:
        print(HEAD)
    for row in rows(options.rounds):
        print(json.dumps(asdict(row)) if options.json else row.line(), flush=True)
