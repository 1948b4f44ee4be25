"""Dask clusters of other kinds: several machines, TLS, adaptive ones, and those that cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import succeed
from tests.support.kernels import kernel
from tests.workers.kit import (
    BARE_PATH,
    bare_environment,
    base_python,
    certificate_in,
    dask_cluster,
    running,
    wait_until,
)
from tests.workers.test_dask import ASKED, WHO, refused, shipped

pytestmark = pytest.mark.timeout(900)


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a file system of a megabyte in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def without_installers(folder: Path) -> Path:
    """Copy an interpreter of this machine, without pip and what would bring it."""
    base = Path(base_python("3.11"))
    library = base.parents[1] / "lib" / "python3.11"
    left_out = shutil.ignore_patterns("ensurepip", "site-packages", "test", "__pycache__")
    shutil.copytree(library, folder / "lib" / "python3.11", copy_function=os.symlink,
                    ignore=left_out)  # fmt: skip
    (folder / "bin").mkdir()
    return Path(shutil.copy(base.resolve(), folder / "bin" / "python3.11"))


def test_each_of_several_machines_makes_it_once(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    twin = Path(shutil.copy(notebooks[0], tmp_path / "twin.ipynb"))
    caches = [tmp_path / name for name in ("first", "second", "third")]
    with dask_cluster(dask_python, tmp_path / "cluster", 0) as cluster, kernel(notebooks[0]) as run:
        for cache in (caches[0], caches[0], caches[1], caches[2]):
            cluster.add_worker(NBENV_WORKER_CACHE=str(cache))
        line = shipped(run, cluster)
        assert line.startswith("4 workers: distributed")
        for cache in (cluster.cache, *caches):
            assert len(list(cache.glob("envs/*/nbenv-ready.json"))) == 1
        code = "print(sorted(client.run(lambda: __import__('sys').prefix).values()))"
        found = [Path(each).parents[1] for each in eval(run.ok(code))]
        assert found == sorted([caches[0], caches[0], caches[1], caches[2]])

        succeed("restore", twin)
        with kernel(twin) as other:  # the same lock, so the same environment
            assert shipped(other, cluster).endswith("nothing to send.")
            run.ok("%nbenv workers --stop")
            assert "0.9.0" in other.ok(WHO + ASKED)
        for cache in caches:
            assert len(list(cache.glob("envs/*/nbenv-ready.json"))) == 1


def test_a_cluster_with_certificates_passes_them_on(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    secure = dask_cluster(dask_python, tmp_path / "cluster", 1, certificate_in(tmp_path))
    with secure as cluster, kernel(notebooks[0]) as run:
        shipped(run, cluster)
        assert "0.9.0" in run.ok(WHO + ASKED)
        assert run.ok("print(client.scheduler.address)").startswith("tls://")
        assert run.ok("print(*client.run(lambda: 1))").startswith("tls://")
        assert not list((cluster.cache / "bundles").rglob("*.pem"))


IN_ONE_PROCESS = """
import sys, time, warnings; warnings.simplefilter('ignore')
from distributed import LocalCluster
cluster = LocalCluster(n_workers=3, threads_per_worker=1, processes=False, protocol='tcp://',
                       host='127.0.0.1', dashboard_address=None)
print(cluster.scheduler_address, flush=True)
time.sleep(3600)
"""


def test_workers_of_one_process_get_one_each(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    log = tmp_path / "cluster.log"
    environ = {"PATH": BARE_PATH, "NBENV_WORKER_CACHE": str(tmp_path / "cache")}
    words = [dask_python, "-c", IN_ONE_PROCESS]
    with running(words, log, environ), kernel(notebooks[0]) as run:
        wait_until(lambda: "tcp://" in log.read_text(), "the cluster is there")
        address = log.read_text().strip().splitlines()[-1]
        run.ok(
            "import warnings; warnings.simplefilter('ignore')\n"
            f"from distributed import Client; client = Client('{address}', timeout=60)\n"
            "client.wait_for_workers(3, timeout=60)"
        )
        assert "3 workers: distributed" in run.ok("%nbenv workers")
        processes = eval(run.ok("print(list(client.run(__import__('os').getpid).values()))"))
        assert len(set(processes)) == 3
        assert "0.9.0" in run.ok(WHO + ASKED)
        run.ok("%nbenv workers --stop")
        wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in processes), "ends")


CLUSTER = """
import subprocess, warnings; warnings.simplefilter('ignore')
from distributed import Client, Scheduler
from distributed.deploy.spec import ProcessInterface, SpecCluster
class Bare(ProcessInterface):
    def __init__(self, scheduler, name=None):
        self.address, self.words = scheduler, {words!r} + [scheduler, '--name', str(name)]
        super().__init__()
    async def start(self):
        self.process = subprocess.Popen(self.words, env={environ!r}, cwd={folder!r},
                                        stderr=subprocess.DEVNULL)
        await super().start()
    async def close(self):
        self.process.terminate(); self.process.wait()
        await super().close()
cluster = SpecCluster(
    scheduler=dict(cls=Scheduler, options=dict(host='127.0.0.1', dashboard=False)),
    worker=dict(cls=Bare, options={{}}), asynchronous=False)
cluster.adapt(minimum=1, maximum=2)
client = Client(cluster); client.wait_for_workers(1, timeout=60)
"""


def test_an_adaptive_cluster_of_the_kernel_is_said_to_be_one(
    notebooks: tuple[Path, Path], tmp_path: Path
) -> None:
    python = bare_environment("distributed==2026.8.0")
    words = [str(python), "-m", "distributed.cli.dask_worker", "--no-dashboard", "--nthreads", "1"]
    environ = {"PATH": "/usr/bin:/bin", "NBENV_WORKER_CACHE": str(tmp_path / "cache")}
    made = CLUSTER.format(words=words, environ=environ, folder=str(tmp_path))
    with kernel(notebooks[0]) as run:
        run.ok(made)
        said = run.ok("%nbenv workers")
        assert "1 worker: distributed" in said
        assert "The cluster is adaptive" in said
        run.ok("cluster.adapt(minimum=2, maximum=2)")
        run.ok("client.wait_for_workers(2, timeout=120)")
        assert "0.9.0" in run.ok(WHO + ASKED)
        assert "adaptive" not in run.ok("%nbenv workers")
        run.ok("%nbenv workers --stop")
        run.ok("client.close(); cluster.close()")


def test_an_asynchronous_client_is_refused(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    started = dask_cluster(dask_python, tmp_path / "cluster", 1)
    with started as cluster, kernel(notebooks[0]) as run:
        code = "import warnings; warnings.simplefilter('ignore'); import distributed\n"
        run.ok(f"{code}client = await distributed.Client({cluster.address!r}, asynchronous=True)")
        assert "without asynchronous=True" in refused(run, "%nbenv workers")


def test_nodes_that_cannot_make_it_are_named_with_the_reason(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    bare = without_installers(tmp_path / "python")

    def asked(name: str, **environ: str) -> str:
        with dask_cluster(dask_python, tmp_path / name, 1, **environ) as cluster:
            run.ok(cluster.connecting())
            text = refused(run, "%nbenv workers")
            assert f"On {os.uname().nodename} (" in text
            assert "Nothing was started" in text
            run.ok("client.close()")
            return text

    with kernel(notebooks[0]) as run:
        text = asked("bare", NBENV_WORKER_PYTHON=str(bare))
        assert "neither uv nor pip. Send the wheels along: %nbenv workers --wheels" in text
        if os.geteuid() != 0:
            pytest.skip("root mounts the file systems of the other nodes")
        with mounted(tmp_path / "full", "-o", "size=1m,mode=700") as full:
            text = asked("small", NBENV_WORKER_CACHE=str(full))
            assert "cannot be written: No space left on device." in text
            assert "set NBENV_WORKER_CACHE to another folder" in text
        with mounted(tmp_path / "fixed", "-o", "ro,mode=700") as fixed:
            text = asked("read-only", NBENV_WORKER_CACHE=str(fixed))
            assert f"{fixed} cannot be written to. Set NBENV_WORKER_CACHE to another" in text
        own = {"NBENV_WORKER_PYTHON": str(bare)}
        with dask_cluster(dask_python, tmp_path / "wheels", 1, **own) as cluster:
            line = shipped(run, cluster, "--wheels")
            assert line.endswith("MB.")
            assert "0.9.0" in run.ok(WHO + ASKED)
            altered_wheels(
                run.ok("print(__import__('os').environ['NBENV_HOME'])").strip(), tmp_path
            )
            run.ok("%nbenv workers --stop")
            run.ok("client.close()")
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "altered")}
        text = asked("hash", **offline)
        assert "tabulate" in text
        assert "hash" in text.lower()


def altered_wheels(home: str, folder: Path) -> None:
    """Copy the wheels that were sent; one of them is another file under its name."""
    [wheels] = Path(home, "workers").glob("*-dask-wheels/wheels")
    shutil.copytree(wheels, folder / "altered")
    [wheel] = (folder / "altered").glob("tabulate-*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")
