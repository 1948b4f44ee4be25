"""Spark: classic sessions and Spark Connect get the notebook's environment as an archive."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.kernels import kernel
from tests.workers.kit import bare_environment
from tests.workers.spark_kit import VERSION, SparkCluster, spark_cluster

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="Spark needs Java"
    ),
]
WHO = """
def who(n):
    import sys, tabulate
    return tabulate.__version__ + " " + ("ours" if "/nbenv-" in sys.prefix else "bare")
"""
UDF = """
from pyspark.sql.functions import udf
print({row[0] for row in spark.range(0, 8, 1, 8).select(udf(who, "string")("id")).collect()})
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    python = bare_environment(f"pyspark[connect]=={VERSION}", "setuptools")
    with spark_cluster(python, tmp_path_factory.mktemp("spark"), connect=True) as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a home, and a notebook with Spark whose environment is in it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(folder / "home"))
        path = write_notebook(folder / "work.ipynb", "1 + 1")
        succeed("install", path, f"pyspark[connect]=={VERSION}", "tabulate==0.9.0")
    return folder / "home", path


@pytest.fixture
def work(made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NBENV_HOME", str(made[0]))
    path = Path(shutil.copy(made[1], tmp_path))
    succeed("restore", path)
    return path


def test_a_classic_session(cluster: SparkCluster, work: Path) -> None:
    with kernel(work) as run:
        run.ok(cluster.classic())
        assert "bare" in run.ok(
            WHO.replace(", tabulate", "")
            .replace("tabulate.", "sys.")
            .replace("sys.__version__", "'none'")
            + UDF
        )
        line = run.ok("%nbenv workers").strip().splitlines()[-1]
        assert line.startswith("2 workers: "), line
        assert "tabulate 0.9.0" in line
        assert line.endswith(" MB.")
        code = "print(set(spark.sparkContext.parallelize(range(8), 8).map(who).collect()))"
        assert "{'0.9.0 ours'}" in run.ok(WHO + code)
        assert "{'0.9.0 ours'}" in run.ok(UDF)
        assert "nothing to send." in run.ok("%nbenv workers")
        assert "2 workers in an environment of this notebook" in run.ok("%nbenv workers --status")
        said = run.ok("%nbenv install six==1.16.0")
        assert "The workers of spark still have the former environment" in said
        assert "It is the former one" in run.ok("%nbenv workers --status")
        assert "{'0.9.0 ours'}" in run.ok(UDF)
        assert "New tasks run with" in run.ok("%nbenv workers --stop")
        run.ok("spark.stop()")
        status, said = run.run("%nbenv workers")
        assert (status, "The Spark session is stopped" in said) == ("error", True)


@pytest.mark.each_engine
def test_spark_connect(cluster: SparkCluster, work: Path) -> None:
    with kernel(work) as run:
        run.ok(cluster.connect())
        line = run.ok("%nbenv workers").strip().splitlines()[-1]
        assert "tabulate 0.9.0" in line
        assert line.endswith(" MB.")
        assert "{'0.9.0 ours'}" in run.ok(WHO + UDF)
        run.ok(cluster.connect("other"))
        assert "No" not in run.ok("print(other.conf.get('spark.sql.execution.pyspark.python', ''))")
        run.ok("%nbenv workers --stop spark")
        run.ok("spark.stop(); other.stop()")


def test_a_cluster_without_the_python(cluster: SparkCluster, work: Path) -> None:
    with kernel(work) as run:
        run.ok(cluster.classic())
        run.ok("spark.sparkContext.environment['NBENV_PYTHON'] = '/bin/false'")
        status, said = run.run("%nbenv workers")
        assert status == "error"
        assert "NBENV_PYTHON is /bin/false" in said
        assert "the session goes on with the Python that it had" in said
        assert "Sending" not in said
        run.ok("spark.stop()")


def test_an_exported_archive_at_the_start_of_a_session(
    cluster: SparkCluster, work: Path, tmp_path: Path
) -> None:
    succeed("export", work, "--format", "spark", "-o", tmp_path / "out")
    (archive,) = (tmp_path / "out").glob("*.tar.gz")
    name = archive.name.removesuffix(".tar.gz")
    code = cluster.classic().replace(
        "builder = SparkSession.builder",
        f'os.environ["PYSPARK_PYTHON"] = "./{name}/bin/python"\n'
        f'builder = SparkSession.builder.config("spark.archives", "{archive}#{name}")',
    )
    script = tmp_path / "script.py"
    script.write_text(f"{code}{WHO}{UDF}spark.stop()\n", encoding="utf-8")
    python = bare_environment(f"pyspark[connect]=={VERSION}", "setuptools")
    done = subprocess.run([python, script], capture_output=True, text=True, cwd=tmp_path)
    assert "{'0.9.0 ours'}" in done.stdout, done.stderr[-3000:]
