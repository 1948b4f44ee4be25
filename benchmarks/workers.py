"""Giving the workers of a cluster a notebook's environment: Dask and Ray, on this machine.

    python -m benchmarks.workers [--workers 1 2 4] [--rounds 3] [--rows 1000] [PART]...

The parts: ``dask`` ships to bare workers, compared with Dask's ``PipInstall``; ``ray`` ships to a
node, compared with Ray's ``uv``; ``task`` compares a task on the notebook's workers with one on the
shared ones; ``sweep`` runs rows on two workers, compared with half of the rows' own run times. The
first time is with no environment on the workers, and with the wheels in the installers' caches.
The bare environments of the clusters are those of ``tests/workers``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nbformat

from benchmarks import common
from tests.workers.kit import bare_environment, dask_cluster, wait_until
from tests.workers.ray_kit import RAY, ray_cluster

PACKAGES = ("pandas==2.2.3", "tabulate==0.9.0")
DASK = "distributed==2026.8.0"
CONNECT = (
    "import warnings; warnings.simplefilter('ignore')\n"
    "from distributed import Client; client = Client({!r}, timeout=60)\n"
    "client.wait_for_workers({}, timeout=60)"
)
READY = "import pandas\nset(client.run(lambda: __import__('pandas').__version__).values())"
"""The cell after which tasks have their packages."""
PIP_INSTALL = (
    "from distributed.diagnostics.plugin import PipInstall\n"
    "client.register_plugin(PipInstall(packages={!r}))\n" + READY
)
RAY_UV = (
    "import ray\nray.init({!r}, runtime_env={{'uv': {!r}}}, logging_level='ERROR')\n"
    "f = ray.remote(lambda: __import__('pandas').__version__)\nray.get(f.remote(), timeout=300)"
)
RAY_OURS = (
    "%nbenv workers {}\n"
    "f = ray.remote(lambda: __import__('pandas').__version__)\nray.get(f.remote(), timeout=300)"
)
TASKS = 300
TASK = (
    "import time\nbegin = time.perf_counter()\n"
    f"client.gather(client.map(lambda n: (time.sleep(0.02), n)[1], range({TASKS}), pure=False))\n"
    "print(time.perf_counter() - begin)"
)


def notebook(folder: Path, *packages: str) -> Path:
    """Make a notebook with packages, whose environment is ready."""
    path = common.write_notebook(folder / "workers.ipynb", "1")
    common.nbenv("install", str(path), *packages)
    return path


@contextlib.contextmanager
def cells(path: Path) -> Iterator[Callable[[str], float]]:
    """Yield a function that runs a cell of the notebook and returns the seconds it took."""
    with common.kernel(common.LAUNCHER, common.launcher_environ(path)) as (_, client):
        yield lambda code: common.timed(lambda: common.run_cell(client, code))


# -- shipping


def dask_rows(counts: Sequence[int], rounds: int) -> Iterator[common.Row]:
    """Ship to 1, 2 and 4 Dask workers, the first time and again."""
    with common.scratch() as folder:
        path = notebook(folder, DASK, *PACKAGES)
        for count in counts:
            first: dict[str, list[float]] = {"ours": [], "again": [], "PipInstall": []}
            for number in range(rounds):
                place = folder / f"ours-{count}-{number}"
                python = bare_environment(DASK)
                with dask_cluster(python, place, count) as cluster, cells(path) as run:
                    run(CONNECT.format(cluster.address, count))
                    first["ours"].append(run(f"%nbenv workers\n{READY}"))
                    run("%nbenv workers --stop")
                    first["again"].append(run(f"%nbenv workers\n{READY}"))
                    run("%nbenv workers --stop")
                first["PipInstall"].append(pip_install(folder, path, (count, number)))
            yield row(f"first time on {count} Dask workers", first, "ours", "PipInstall")
            yield row(f"again on {count} Dask workers", first, "again", "PipInstall")


def pip_install(folder: Path, path: Path, which: tuple[int, int]) -> float:
    """Measure Dask's own plugin, on workers that have pip and a copy of their environment."""
    count, number = which
    place = folder / f"theirs-{count}-{number}"
    copy = folder / "python"
    shutil.rmtree(copy, ignore_errors=True)
    common.uv("venv", "--seed", "--python", common.base_python(), copy)
    common.uv("pip", "install", "--python", str(copy / "bin" / "python"), DASK)
    with dask_cluster(copy / "bin" / "python", place, count) as cluster, cells(path) as run:
        run(CONNECT.format(cluster.address, count))
        return run(PIP_INSTALL.format(list(PACKAGES)))


def ray_rows(rounds: int) -> Iterator[common.Row]:
    """Ship to a Ray node, the first time and again, from connecting until a task has run."""
    with common.scratch() as folder:
        path = notebook(folder, f"ray[client]=={RAY}", *PACKAGES)
        found: dict[str, list[float]] = {"ours": [], "again": [], "uv": []}
        for number in range(rounds):
            python = bare_environment(f"ray[default]=={RAY}")
            with ray_cluster(python, folder / f"ray-{number}") as cluster:
                for name in ("ours", "again"):
                    with cells(path) as run:
                        found[name].append(run(RAY_OURS.format(cluster.address)))
                with cells(path) as run:
                    found["uv"].append(run(RAY_UV.format(cluster.address, list(PACKAGES))))
        yield row("first time on a Ray node", found, "ours", "uv")
        yield row("again on a Ray node", found, "again", "uv")


def row(wait: str, found: dict[str, list[float]], ours: str, theirs: str) -> common.Row:
    """Return a row of two medians and their ratio."""
    mine, other = statistics.median(found[ours]), statistics.median(found[theirs])
    return common.Row(
        wait, f"{mine:.1f} s", f"{theirs}: {other:.1f} s", f"{mine / other:.2f}", "< 1.00"
    )


# -- tasks and sweeps


def task_rows(rounds: int) -> Iterator[common.Row]:
    """Compare tasks of 20 ms on the notebook's workers with the same on the shared ones."""
    with common.scratch() as folder:
        path = notebook(folder, DASK, *PACKAGES)
        python, place = bare_environment(DASK), folder / "cluster"
        with dask_cluster(python, place, 2) as cluster, cells(path) as run:
            run(CONNECT.format(cluster.address, 2))
            run(TASK)
            found: dict[str, list[float]] = {"ours": [], "shared": []}
            for _ in range(rounds):
                found["shared"].append(run(TASK))
                run("%nbenv workers")
                run(TASK)
                found["ours"].append(run(TASK))
                run("%nbenv workers --stop")
        done = row(f"{TASKS} tasks of 20 ms on 2 Dask workers", found, "ours", "shared")
        yield common.Row(done.wait, done.ours, done.theirs, done.figure, "≤ 1.05")


def sweep_rows(rows: int) -> Iterator[common.Row]:
    """Run rows on two Dask workers; compare with half of the sum of their own run times."""
    with common.scratch() as folder:
        path = folder / "sweep.ipynb"
        first = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
        second = nbformat.v4.new_code_cell("nbenv_record(square=x * x)")
        nbformat.write(nbformat.v4.new_notebook(cells=[first, second]), path)
        common.nbenv("install", str(path), "tabulate==0.9.0")
        table, out = folder / "rows.csv", folder / "out"
        table.write_text("x\n" + "\n".join(map(str, range(rows))) + "\n")
        with dask_cluster(bare_environment(DASK), folder / "cluster", 2) as cluster:
            log = folder / "cluster" / "worker-1.log"
            wait_until(lambda: "Registered to" in log.read_text(), "the workers are there")
            address = cluster.address.replace("tcp", "dask")
            words = [sys.executable, "-m", "nbenv", "run", str(path), "--sweep", str(table)]
            words += ["--on", address, "-o", str(out), "--quiet"]
            warm = folder / "one.csv"
            warm.write_text("x\n-1\n")
            prepared = [*words[:5], "--sweep", str(warm), *words[7:-2], str(folder / "w"), "-q"]
            subprocess.run(prepared, check=True, stdout=subprocess.DEVNULL)
            begin = time.perf_counter()
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            took = time.perf_counter() - begin
        known = json.loads((out / "index.json").read_text())["rows"]
        assert [each["values"]["square"] for each in known] == [n * n for n in range(rows)]
        half = sum(each["seconds"] for each in known) / 2
        yield common.Row(
            f"a sweep of {rows} rows on 2 Dask workers", f"{took:.1f} s",
            f"half of their own run times: {half:.1f} s", f"{took / half:.2f}", "≤ 1.15",
        )  # fmt: skip


def main() -> int:
    """Print one table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="dask, ray, task, sweep (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--rows", type=int, default=1000, help="of the sweep; default: %(default)s")
    options = parser.parse_args()
    parts = {
        "dask": lambda: dask_rows(options.workers, options.rounds),
        "ray": lambda: ray_rows(options.rounds),
        "task": lambda: task_rows(options.rounds),
        "sweep": lambda: sweep_rows(options.rows),
    }
    print(common.HEAD)
    for part in options.parts or parts:
        for each in parts[part]():
            print(each.line(), flush=True)
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
