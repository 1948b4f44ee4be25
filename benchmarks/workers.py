"""Giving the workers of a cluster a notebook's environment: Dask, Ray and Spark, on this machine.

    python -m benchmarks.workers [--workers 1 2 4] [--rounds 3] [--rows 1000] [PART]...

The parts: ``dask`` ships to bare workers, compared with Dask's ``PipInstall``; ``ray`` ships to a
node, compared with Ray's ``uv``; ``spark`` ships an archive, compared with one of venv-pack (``pip
install venv-pack setuptools``); ``task`` compares a task on the notebook's workers with one on the
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
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import nbformat

from benchmarks import common
from tests.workers.kit import bare_environment, dask_cluster, wait_until
from tests.workers.ray_kit import RAY, ray_cluster
from tests.workers.spark_kit import VERSION as SPARK
from tests.workers.spark_kit import spark_cluster

PACKAGES = ("pandas==2.2.3", "tabulate==0.9.0")
DASK = "distributed==2026.8.0"
SPARK_NEEDS = ("pyarrow", "grpcio", "grpcio-status", "googleapis-common-protos", "zstandard")
"""What pyspark[connect] needs beside the packages, and the notebook's lock has."""
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
RAY_TASK = (
    "f = ray.remote(lambda: __import__('pandas').__version__)\nray.get(f.remote(), timeout=300)"
)
RAY_UV = (
    "import ray\nray.init({!r}, runtime_env={{'uv': {!r}}}, logging_level='ERROR')\n" + RAY_TASK
)
RAY_OURS = "%nbenv workers {}\n" + RAY_TASK
SPARK_TASK = (
    "from pyspark.sql.functions import udf\n"
    "told = udf(lambda n: __import__('pandas').__version__, 'string')\n"
    "assert {r[0] for r in spark.range(0, 8, 1, 8).select(told('id')).collect()} == {'2.2.3'}"
)
SPARK_THEIRS = (
    "spark.addArtifacts({!r} + '#environment', archive=True)\n"
    "spark.conf.set('spark.sql.execution.pyspark.python', './environment/bin/python')\n"
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
    """Ship to 1, 2 and 4 Dask workers: the first time, and for a new cluster on the machine."""
    with common.scratch() as folder:
        path = notebook(folder, DASK, *PACKAGES)
        with cells(path) as run:
            run("import distributed, pandas")  # its modules are compiled, for both
        for count in counts:
            found: dict[str, list[float]] = {}
            for number in range(rounds):
                theirs = copied_python(folder / f"python-{count}-{number}")
                order = [
                    ("nbenv", bare_environment(DASK), f"%nbenv workers\n{READY}"),
                    ("PipInstall", theirs, PIP_INSTALL.format(list(PACKAGES))),
                ]
                for times in ("first time", "again"):
                    for name, python, code in order[:: 1 if number % 2 == 0 else -1]:
                        place = folder / f"{name}-{count}-{number}"
                        with dask_cluster(python, place, count) as cluster, cells(path) as run:
                            run(CONNECT.format(cluster.address, count))
                            found.setdefault(f"{name} {times}", []).append(run(code))
            for times in ("first time", "again"):
                yield row(f"{times} on {count} Dask workers", found, times, "PipInstall")


def copied_python(folder: Path) -> Path:
    """Make an environment that Dask's plugin may change: with Dask, and with pip."""
    common.uv("venv", "--seed", "--python", common.base_python(), folder)
    common.uv("pip", "install", "--python", str(folder / "bin" / "python"), DASK)
    return folder / "bin" / "python"


def ray_rows(rounds: int) -> Iterator[common.Row]:
    """Ship to a Ray node, the first time and again, from connecting until a task has run."""
    with common.scratch() as folder:
        path = notebook(folder, f"ray[client]=={RAY}", *PACKAGES)
        with cells(path) as run:
            run("import ray.util.client.worker, pandas")  # its modules are compiled, for both
        found: dict[str, list[float]] = {}
        # Ray's uv clones the cluster's environment, and installs uv into the copy with its pip.
        python = bare_environment(f"ray[default]=={RAY}", "pip", "setuptools")
        for number in range(rounds):
            with ray_cluster(python, folder / f"ray-{number}") as cluster:
                order = [
                    ("nbenv", RAY_OURS.format(cluster.address)),
                    ("Ray's uv", RAY_UV.format(cluster.address, list(PACKAGES))),
                ]
                for times in ("first time", "again"):
                    # A cluster that has just started is slower, whoever comes first.
                    for name, code in order[:: 1 if number % 2 == 0 else -1]:
                        with cells(path) as run:
                            found.setdefault(f"{name} {times}", []).append(connected(run, code))
        for times in ("first time", "again"):
            yield row(f"{times} on a Ray node", found, times, "Ray's uv")


def connected(run: Callable[[str], float], code: str) -> float:
    """Run a cell that connects to Ray; again if Ray's server did not start, which is not counted.

    That happens to Ray's own connection, too, which then fails after 40 s.
    """
    for _ in range(2):
        try:
            return run(code)
        except AssertionError as error:
            if "client server failed" not in str(error):
                raise
    return run(code)


def spark_rows(rounds: int) -> Iterator[common.Row]:
    """Ship to sessions of Spark Connect, from nothing until a function has run with pandas.

    Compared with an archive that venv-pack makes of the same packages, as Spark's manual says: it
    has neither pyspark nor the notebook's kernel. Again, both archives are there.
    """
    with common.scratch() as folder:
        path = notebook(folder, f"pyspark[connect]=={SPARK}", *PACKAGES)
        bare = bare_environment(f"pyspark[connect]=={SPARK}", "setuptools")
        found: dict[str, list[float]] = {}
        for number in range(rounds):
            shutil.rmtree(Path(os.environ["NBENV_HOME"], "workers"), ignore_errors=True)
            theirs = folder / f"environment-{number}.tar.gz"
            with spark_cluster(bare, folder / f"spark-{number}", connect=True) as cluster:
                for times in ("first time", "again"):
                    for name, code in (
                        ("nbenv", "%nbenv workers\n"),
                        ("venv-pack", SPARK_THEIRS.format(str(theirs))),
                    ):
                        with cells(path) as run:
                            run(cluster.connect() + "spark.range(8).count()")
                            took = 0.0
                            if name == "venv-pack" and times == "first time":
                                took = common.timed(partial(pack, folder / "venv", theirs))
                            took += run(code + SPARK_TASK)
                            found.setdefault(f"{name} {times}", []).append(took)
        for times in ("first time", "again"):
            yield row(f"{times} on 2 Spark executors", found, times, "venv-pack")


def pack(folder: Path, file: Path) -> None:
    """Make an environment of the packages with raw uv, and pack it."""
    shutil.rmtree(folder, ignore_errors=True)
    common.uv("venv", "--python", common.base_python(), folder)
    words = ["pip", "install", "--python", str(folder / "bin" / "python")]
    common.uv(*words, *PACKAGES, *SPARK_NEEDS)
    command = [common.tool("venv-pack"), "-q", "-f", "-p", str(folder), "-o", str(file)]
    subprocess.run(command, check=True)


def row(wait: str, found: dict[str, list[float]], times: str, theirs: str) -> common.Row:
    """Return a row of two medians and their ratio."""
    mine, other = (statistics.median(found[f"{name} {times}"]) for name in ("nbenv", theirs))
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
            found: dict[str, list[float]] = {"nbenv": [], "shared": []}
            for _ in range(rounds):
                found["shared"].append(run(TASK))
                run("%nbenv workers")
                run(TASK)
                found["nbenv"].append(run(TASK))
                run("%nbenv workers --stop")
        mine, other = (statistics.median(found[name]) for name in ("nbenv", "shared"))
        yield common.Row(
            f"{TASKS} tasks of 20 ms on 2 Dask workers", f"{mine:.2f} s",
            f"on the shared workers: {other:.2f} s", f"{mine / other:.2f}", "≤ 1.05",
        )  # fmt: skip


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
            warm = folder / "one.csv"
            warm.write_text("x\n-1\n")
            sweep(path, warm, address, folder / "warm")  # the environment is made
            took = common.timed(lambda: sweep(path, table, address, out))
        known = json.loads((out / "index.json").read_text())["rows"]
        assert [each["values"]["square"] for each in known] == [n * n for n in range(rows)]
        half = sum(each["seconds"] for each in known) / 2
        yield common.Row(
            f"a sweep of {rows} rows on 2 Dask workers", f"{took:.1f} s",
            f"half of their own run times: {half:.1f} s", f"{took / half:.2f}", "≤ 1.15",
        )  # fmt: skip


def sweep(path: Path, table: Path, address: str, out: Path) -> None:
    """Run the rows of a table on a cluster."""
    common.nbenv("run", str(path), "--sweep", str(table), "--on", address, "-o", str(out))


def main() -> int:
    """Print one table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="dask, ray, spark, task, sweep (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--rows", type=int, default=1000, help="of the sweep; default: %(default)s")
    options = parser.parse_args()
    parts = {
        "dask": lambda: dask_rows(options.workers, options.rounds),
        "ray": lambda: ray_rows(options.rounds),
        "spark": lambda: spark_rows(options.rounds),
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
