"""Dask: a scheduler and workers of the notebook's own, on a shared cluster of bare workers."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kernels import Kernel, kernel
from tests.workers.kit import DaskCluster, bare_environment, dask_cluster, wait_until

pytestmark = pytest.mark.timeout(900)

WHO = """
def who(n=0):
    import distributed, os, sys, tabulate
    return tabulate.__version__, distributed.__version__, os.path.basename(sys.prefix)
"""
ASKED = "print(sorted(set(client.gather(client.map(who, range(8), pure=False)))))"


@pytest.fixture(scope="module")
def cluster(dask_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A shared cluster, as clusters are; what killed kernels leave there soon ends."""
    folder = tmp_path_factory.mktemp("cluster")
    with dask_cluster(dask_python, folder, NBENV_WORKER_ABSENCE="15") as started:
        yield started


def shipped(run: Kernel, cluster: DaskCluster, *options: str) -> str:
    """Connect, give the workers the environment, and return what was said last."""
    run.ok(cluster.connecting())
    return run.ok(" ".join(("%nbenv workers", *options))).strip().splitlines()[-1]


def refused(run: Kernel, code: str) -> str:
    status, text = run.run(code)
    assert status == "error"
    assert "Traceback" not in text
    return text


def nested(folder: Path) -> list[str]:
    """Return the command lines of the processes that were started for notebooks."""
    words = ["pgrep", "-af", str(folder / "cache" / "bundles")]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.splitlines()


def test_workers_get_the_notebooks_packages(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as run:
        line = shipped(run, cluster)
        assert line.startswith("2 workers: distributed 2026.8.0, tabulate 0.9.0 … in ")
        assert line.endswith("KB.")
        [found] = eval(run.ok(WHO + ASKED))
        assert found[:2] == ("0.9.0", "2026.8.0")
        total = run.ok("print(client.submit(sum, [1, 2]).result())")
        assert total.strip() == "3"
        again = run.ok("%nbenv workers").strip().splitlines()[-1]
        assert again.endswith("nothing to send.")
        assert "2 workers in an environment" in run.ok("%nbenv workers --status")
        run.ok("%nbenv workers --stop")
        assert "2025.7.0" in run.ok(
            "print(client.submit(eval, \"__import__('distributed').__version__\").result())"
        )
        wait_until(lambda: not nested(cluster.folder), "the notebook's processes ended")


def test_collections_have_the_packages_on_the_scheduler_too(
    changing: Path, cluster: DaskCluster
) -> None:
    with kernel(changing) as run:
        run.ok("%nbenv install numpy dask")
        shipped(run, cluster)
        code = "import dask.array as da\nprint(da.ones((400, 400), chunks=100).sum().compute())"
        assert run.ok(code).strip() == "160000.0"


def test_an_install_is_said_to_be_missing_on_the_workers(
    changing: Path, cluster: DaskCluster
) -> None:
    with kernel(changing) as run:
        shipped(run, cluster)
        run.ok("import time; slow = client.map(lambda n: time.sleep(1) or n, range(6), pure=False)")
        said = run.ok("%nbenv install six==1.16.0")
        assert "The workers of client still have the former environment" in said
        assert run.ok("print(sum(client.gather(slow)))").strip() == "15"
        assert "It is the former one" in run.ok("%nbenv workers --status")
        run.ok("%nbenv workers")
        six = run.ok("print(client.submit(lambda: __import__('six').__version__).result())")
        assert six.strip() == "1.16.0"


def test_two_notebooks_share_a_cluster_without_touching_each_other(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as one, kernel(notebooks[1]) as two:
        for run in (one, two):
            shipped(run, cluster)
            run.ok(WHO)
        for _ in range(25):
            for run, version in ((one, "0.9.0"), (two, "0.8.10")):
                found = run.ok("print(client.submit(who, pure=False).result()[0])")
                assert found.strip() == version


def test_a_worker_that_is_added_later_gets_it_too(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as run:
        shipped(run, cluster)
        before = len(cluster.workers)
        added = cluster.add_worker()
        run.ok(f"client.wait_for_workers({before + 1}, timeout=60)")
        code = "print({each[0] for each in client.run(who).values()})"
        assert run.ok(WHO + code).strip() == "{'0.9.0'}"
        added.terminate()
        cluster.workers.remove(added)
        ended = f"print(len(client.scheduler_info()['workers']) == {before})"
        wait_until(lambda: run.ok(ended).strip() == "True", "its worker ended with it")


def test_a_worker_that_dies_is_started_again(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as run:
        shipped(run, cluster)
        run.ok("victim, process = next(iter(client.run(__import__('os').getpid).items()))")
        os.kill(int(run.ok("print(process)")), signal.SIGKILL)
        run.ok(
            "import time\nend = time.time() + 120\n"
            "while time.time() < end and victim in client.scheduler_info()['workers']:\n"
            "    time.sleep(.1)\n"
            "client.wait_for_workers(2, timeout=120)"
        )
        assert "0.9.0" in run.ok(WHO + ASKED)


def test_nothing_stays_behind_a_kernel(notebooks: tuple[Path, Path], cluster: DaskCluster) -> None:
    with kernel(notebooks[0]) as run:
        shipped(run, cluster)
        assert nested(cluster.folder)
        run.manager.shutdown_kernel(now=True)  # killed: it can end nothing itself
        wait_until(lambda: not nested(cluster.folder), "the notebook's processes ended", 90)


def test_a_missing_python_is_named_before_anything_starts(old_dask: Path, tmp_path: Path) -> None:
    old = bare_environment("distributed", python="3.8")
    elsewhere = {"NBENV_WORKER_PYTHON": str(old)}
    started = dask_cluster(old, tmp_path / "cluster", **elsewhere)
    with started as cluster, kernel(old_dask) as run:
        run.ok(cluster.connecting())
        text = refused(run, "%nbenv workers")
        assert "There is no Python 3.11 on" in text
        assert "Nothing was started" in text
        assert not nested(cluster.folder)


@pytest.mark.parametrize("how", ["uv", "pip"])
def test_workers_of_python_3_8_make_it(old_dask: Path, tmp_path: Path, how: str) -> None:
    old = bare_environment("distributed", python="3.8")
    with dask_cluster(old, tmp_path / "cluster", 1) as cluster, kernel(old_dask) as run:
        cluster.cache.mkdir(mode=0o700)
        if how == "pip":
            (cluster.cache / "uv").touch()  # there is no place for a uv
        shipped(run, cluster)
        assert "0.9.0" in run.ok(WHO + ASKED)
        [ready] = cluster.cache.glob("envs/*/nbenv-ready.json")
        assert f'"with": "{how}"' in ready.read_text()


def test_own_moves_a_whole_cluster_and_gives_it_back(
    changing: Path, notebooks: tuple[Path, Path], tmp_path: Path
) -> None:
    same = bare_environment("distributed==2026.8.0")
    with dask_cluster(same, tmp_path / "cluster") as cluster, kernel(changing) as run:
        line = shipped(run, cluster, "--own")
        assert line.startswith("2 workers: distributed 2026.8.0, tabulate 0.9.0")
        [found] = eval(run.ok(WHO + ASKED))
        assert found[0] == "0.9.0"
        assert "2 workers in an environment" in run.ok("%nbenv workers --status")
        with kernel(notebooks[1]) as other:
            other.ok(cluster.connecting())
            text = refused(other, "%nbenv workers --own")
            assert "another notebook's environment" in text
        cluster.add_worker()
        run.ok("client.wait_for_workers(3, timeout=60)")
        assert len(eval(run.ok(WHO + ASKED))) == 1
        run.ok("%nbenv install six==1.16.0")
        run.ok("%nbenv workers --own")
        six = "print(client.submit(lambda: __import__('six').__version__).result())"
        assert run.ok(six).strip() == "1.16.0"
        run.ok("%nbenv workers --stop")
        prefix = "print(client.submit(lambda: __import__('sys').prefix).result())"
        assert run.ok(prefix).strip() == str(same.parents[1])


def test_own_refuses_another_version_of_dask(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as run:
        run.ok(cluster.connecting())
        text = refused(run, "%nbenv workers --own")
        assert "runs distributed 2025.7.0, and the notebook has 2026.8.0" in text


def test_a_worker_that_is_killed_while_it_builds_leaves_nothing_in_the_way(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    started = dask_cluster(dask_python, tmp_path / "cluster")
    with started as cluster, kernel(notebooks[0]) as run:
        run.ok(cluster.connecting())
        sent = run.client.execute("%nbenv workers")
        wait_until(lambda: list(cluster.cache.glob("envs/*/bin")), "a build has begun")
        for each in cluster.workers:
            os.killpg(each.pid, signal.SIGKILL)
        run.reply(sent)
        for ready in cluster.cache.glob("envs/*/nbenv-ready.json"):  # the build was faster
            assert (ready.parent / "bin" / "python").exists()
        cluster.workers.clear()
        cluster.add_worker()
        time.sleep(1)
        run.ok("client.wait_for_workers(1, timeout=60)")
        run.ok("%nbenv workers")
        assert "0.9.0" in run.ok(WHO + ASKED)


def test_workers_of_the_kernel_itself_need_nothing(notebooks: tuple[Path, Path]) -> None:
    with kernel(notebooks[0]) as run:
        for options in ("processes=False", "n_workers=1, threads_per_worker=1"):
            own = f"distributed.Client({options}, dashboard_address=None)"
            run.ok(f"import distributed; client = {own}")
            assert "already" in run.ok("%nbenv workers")
            run.ok("client.close()")


def test_a_client_has_to_be_there_open_and_the_only_one(
    notebooks: tuple[Path, Path], cluster: DaskCluster
) -> None:
    with kernel(notebooks[0]) as run:
        assert "There is no client" in refused(run, "%nbenv workers")
        run.ok(cluster.connecting("first"))
        run.ok("alias = first")
        run.ok(cluster.connecting("second"))
        assert "several clients of clusters: first, second" in refused(run, "%nbenv workers")
        assert "third is no client" in refused(run, "%nbenv workers third")
        run.ok("%nbenv workers second")
        assert run.ok(WHO + "print(second.submit(who).result()[0])").strip() == "0.9.0"
        run.ok("first.close(); second.close()")
        assert "closed" in refused(run, "%nbenv workers first")
