"""Clusters without any network but the loopback: wheels that are sent, caches, and neither."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.kernels import kernel
from tests.workers.kit import ROOT, dask_cluster

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        shutil.which("unshare") is None or os.geteuid() != 0, reason="root cuts the network off"
    ),
]


def without_network(*words: object) -> str:
    """Run the cluster and the cells in a network namespace that has the loopback alone."""
    command = [sys.executable, "-m", "tests.workers.offline_cluster", *map(str, words)]
    shell = 'ip link set lo up && exec "$@"'
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", shell, "sh", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheels_that_are_sent_need_no_network(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    with dask_cluster(dask_python, tmp_path / "online", 1) as cluster, kernel(notebooks[0]) as run:
        run.ok(cluster.connecting())
        line = run.ok("%nbenv workers --wheels").strip().splitlines()[-1]
        assert line.startswith("1 worker: distributed")
        assert line.endswith("MB.")
    shown = without_network(notebooks[0], dask_python, tmp_path / "offline", "--wheels")
    assert shown.startswith("ok")
    assert shown.strip().endswith("0.9.0")
    [ready] = (tmp_path / "offline" / "cache").glob("envs/*/nbenv-ready.json")
    assert '"with": "wheels"' in ready.read_text()


def test_without_wheels_the_message_says_what_was_not_reached(
    notebooks: tuple[Path, Path], dask_python: Path, tmp_path: Path
) -> None:
    shown = without_network(notebooks[1], dask_python, tmp_path / "offline")
    assert shown.startswith("error")
    assert "could not be installed" in shown
    assert "Traceback" not in shown
