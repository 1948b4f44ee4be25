"""A standalone Spark of this machine: master, workers and a server of Spark Connect."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.workers.kit import BARE_PATH, free_port, running, wait_until

__all__ = ["VERSION", "SparkCluster", "spark_cluster"]

VERSION = "4.0.1"
_START = 600.0
"""Seconds that a JVM may take on a machine with much else to do."""
_CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass(frozen=True)
class SparkCluster:
    """A running cluster: its master, the address of Spark Connect, and the folder of its files."""

    master: str
    remote: str
    folder: Path

    def classic(self, name: str = "spark") -> str:
        """Return the code that makes a classic session."""
        return f"""
import os; os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"; os.environ.pop("SPARK_REMOTE", None)
from pyspark.sql import SparkSession
settings = {{
    "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.log.level": "OFF",
    "spark.driver.bindAddress": "127.0.0.1", "spark.executor.memory": "512m",
    "spark.cores.max": "2", "spark.executor.cores": "1",
}}
builder = SparkSession.builder.master("{self.master}")
for key, value in settings.items():
    builder = builder.config(key, value)
{name} = builder.getOrCreate()
"""

    def connect(self, name: str = "spark") -> str:
        """Return the code that makes a session of Spark Connect."""
        return f"""
from pyspark.sql import SparkSession
{name} = SparkSession.builder.remote("{self.remote}").create()
"""


@contextlib.contextmanager
def spark_cluster(
    python: Path, folder: Path, *, workers: int = 2, connect: bool = False, path: str = BARE_PATH
) -> Iterator[SparkCluster]:
    """Start a master with workers of two cores each, and perhaps a server of Spark Connect.

    An application takes one core of each: the server is one for as long as it runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = next(python.parents[1].glob("lib/python*/site-packages/pyspark"))
    keep = ("HOME", "LANG", "JAVA_HOME")
    environ = {name: os.environ[name] for name in keep if name in os.environ}
    environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "PATH": path}
    environ |= {"PYSPARK_PYTHON": "/usr/bin/python3", "SPARK_LOCAL_DIRS": str(folder / "local")}
    port, page, remote = free_port(), free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    run = [home / "bin" / "spark-class"]
    deploy = "org.apache.spark.deploy"
    with contextlib.ExitStack() as stack:
        words = [*run, f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", port]
        words += ["--webui-port", page]
        stack.enter_context(running(words, folder / "master.log", environ))
        wait_until(lambda: _listens(port), "the master listens", _START)
        for number in range(workers):
            words = [*run, f"{deploy}.worker.Worker", master, "--host", "127.0.0.1", "-c", "2"]
            words += ["-m", "1g", "-d", folder / "work", "--webui-port", free_port()]
            stack.enter_context(running(words, folder / f"worker-{number}.log", environ))
        if connect:
            words = [home / "bin" / "spark-submit", "--class", _CONNECT, "--master", master]
            for each in (
                f"spark.connect.grpc.binding.port={remote}", "spark.ui.enabled=false",
                "spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1",
                "spark.executor.memory=512m", "spark.executor.cores=1",
                f"spark.cores.max={workers}",
            ):  # fmt: skip
                words += ["--conf", each]
            stack.enter_context(running(words, folder / "connect.log", environ))
            wait_until(lambda: _listens(remote), "Spark Connect listens", _START)
        yield SparkCluster(master, f"sc://127.0.0.1:{remote}", folder)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
