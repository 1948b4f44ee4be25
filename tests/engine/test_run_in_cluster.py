"""``nbenv run --on kubernetes``, on the Kubernetes 1.20 of the kit.

That version has no Indexed Jobs, so a sweep is a Job for each row. How a newer cluster runs one
Indexed Job is imitated by Jobs of this cluster, whose pods have what an Indexed Job's have.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.cluster import Cluster
from tests.engine.conftest import Image, make_notebook, outputs
from tests.engine.indexed_jobs import write_kubectl
from tests.support.commands import nbenv

NAME = "Ein Wörtchen, no 1.ipynb"


@pytest.fixture(scope="module")
def work(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with an environment, in a folder of its own."""
    return make_notebook(tmp_path_factory.mktemp("work") / NAME)


@pytest.fixture
def environ(cluster: Cluster) -> Mapping[str, str]:
    """The variables with which kubectl finds the cluster."""
    home = os.environ["NBENV_HOME"]
    return {**cluster.engine.environ, "KUBECONFIG": str(cluster.config), "NBENV_HOME": home}


def assert_clean(cluster: Cluster) -> None:
    """Check that nothing of a run is left in the cluster; pods take a while to be gone."""
    words = ("get", "jobs,configmaps", "--selector=app.kubernetes.io/managed-by=nbenv,nbenv.run")
    assert cluster.ask(*words, "-o", "name") == ""
    end = time.monotonic() + 30  # the cluster's own collector ends those of a Job that is gone
    while True:
        pods = json.loads(cluster.ask("get", "pods", "--selector=nbenv.run", "-o", "json"))["items"]
        if all("deletionTimestamp" in each["metadata"] for each in pods):
            return
        assert time.monotonic() < end, pods
        time.sleep(0.5)


def test_a_run_and_its_result(
    cluster: Cluster, environ: Mapping[str, str], work: Path, tmp_path: Path
) -> None:
    before, out = work.read_bytes(), tmp_path / "out.ipynb"
    options = ("-p", "rate=3", "-p", "mode=größer", "-o", out, "--memory", "1g")
    done = nbenv("run", work, "--on", "kubernetes", *options, environ=environ)
    assert done.status == 0, done.err
    assert "1.16.0 größer" in done.out and "half = 1.5" in done.out
    assert outputs(out)[-2:] == ["half = 1.5", "user 1000\n"]
    assert work.read_bytes() == before
    assert_clean(cluster)


def test_a_run_that_fails(
    cluster: Cluster, environ: Mapping[str, str], work: Path, tmp_path: Path
) -> None:
    out, memory = tmp_path / "out.ipynb", ("-p", "mode=memory", "--memory", "300m")
    done = nbenv("run", work, "--on", "kubernetes", *memory, "-o", out, environ=environ)
    assert done.status == 1
    assert "ran out of memory" in done.err and f"Wrote {out}." in done.err
    assert "1.16.0 memory" in outputs(out)[0]
    assert_clean(cluster)


def test_an_image_that_does_not_do(
    cluster: Cluster, environ: Mapping[str, str], work: Path, tmp_path: Path
) -> None:
    image = nbenv("build", work, "--json", environ=environ).json["image"]
    other = tmp_path / "other.ipynb"
    shutil.copy(work, other)
    assert nbenv("install", other, "six==1.17.0", environ=environ).status == 0
    for name, message in (
        ("registry.invalid/image:1", "ImagePullBackOff"),
        (image, "This image has another environment than the notebook records."),
    ):
        done = nbenv("run", other, "--on", "kubernetes", "--image", name, environ=environ)
        assert (done.status, done.out) == (1, "")
        assert message in done.err
        assert_clean(cluster)


def test_a_run_that_is_stopped(
    cluster: Cluster, environ: Mapping[str, str], work: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.ipynb"
    words = ("run", work, "--on", "kubernetes", "-p", "mode=wait", "-o", out)
    process = subprocess.Popen(
        [sys.executable, "-m", "nbenv", *words], env=dict(environ), text=True, stderr=-1
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line == "waiting\n":
            break
    process.send_signal(signal.SIGINT)
    assert f"Wrote {out}." in process.stderr.read()
    assert process.wait(30) == 1
    assert outputs(out)[-2:] == ["waiting\ncleaned up\n", "KeyboardInterrupt"]
    assert_clean(cluster)


@pytest.mark.parametrize("is_indexed", [False, True], ids=["jobs", "indexed"])
def test_a_sweep(
    is_indexed: bool, cluster: Cluster, environ: Mapping[str, str], work: Path, tmp_path: Path
) -> None:
    if is_indexed:
        real = shutil.which("kubectl", path=environ["PATH"])
        write_kubectl(tmp_path / "bin", str(real))
        path = f"{tmp_path / 'bin'}{os.pathsep}{environ['PATH']}"
        environ = {**environ, "PATH": path}
    rows, out = tmp_path / "rows.csv", tmp_path / "swept"
    rows.write_text("rate,mode\n1,\n2,fail\n3,kill\n4,\n", encoding="utf-8")
    options = ("--sweep", rows, "--jobs", "3", "-o", out)
    done = nbenv("run", work, "--on", "kubernetes", *options, environ=environ)
    assert done.status == 1 and "2 of 4 rows done, 2 failed." in done.out, done.err
    first = index(out)
    assert [row["status"] for row in first] == ["done", "failed", "failed", "done"]
    assert [row["values"] for row in first] == [{"half": 0.5}, {}, {}, {"half": 2.0}]
    assert first[1]["error"].startswith("ZeroDivisionError")
    assert first[2]["error"] == "The kernel was ended by SIGKILL."
    assert all("\n1.16.0 " in outputs(out / row["output"])[0] for row in first)
    assert_clean(cluster)
    if is_indexed:
        return

    rows.write_text("rate,mode\n1,\n2,\n5,\n4,\n", encoding="utf-8")
    done = nbenv("run", work, "--on", "kubernetes", *options, environ=environ)
    assert done.status == 0 and "Running 2 of 4 rows" in done.err, done.err
    again = index(out)
    assert [row["values"]["half"] for row in again] == [0.5, 1.0, 2.5, 2.0]
    assert (again[0], again[3]) == (first[0], first[3])
    assert_clean(cluster)


def index(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a sweep's index."""
    rows: list[dict[str, Any]] = json.loads((folder / "index.json").read_text("utf-8"))["rows"]
    return rows
