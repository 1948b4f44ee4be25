"""Jobs on a Kubernetes 1.20 of one node, which the kit starts on the Docker of these tests.

That version has no Indexed Jobs: each row of a sweep is a Job of the same pod here, with the
variable that an Indexed Job sets. The manifest itself is checked by the schema of 1.30.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.cluster import Cluster
from tests.engine.conftest import Image, outputs
from tests.engine.kit import Engine
from tests.support.commands import succeed


@pytest.fixture
def volume(cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Offer a volume to whatever claim comes; return its folder."""
    folder = tmp_path / "volume"
    folder.mkdir()
    os.chown(folder, 1000, 1000)
    name = request.node.name.replace("_", "-")
    modes = ["ReadWriteOnce", "ReadWriteMany"]
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": modes, "hostPath": {"path": str(folder)}}
    manifest = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}}
    path = tmp_path / "volume.yaml"
    path.write_text(yaml.safe_dump({**manifest, "spec": spec}), encoding="utf-8")
    cluster.ask("apply", "-f", path)
    return folder


def exported(engine: Engine, image: Image, folder: Path, *options: object) -> list[Any]:
    """Export the notebook for Kubernetes, and build its image; return the manifests."""
    source = image.folder / image.notebook
    succeed("export", source, "--format", "kubernetes", *options, "-o", folder)
    manifests = list(yaml.safe_load_all((folder / "job.yaml").read_text(encoding="utf-8")))
    name = manifests[-1]["spec"]["template"]["spec"]["containers"][0]["image"]
    engine.ok("build", "-t", name, ".", folder=folder)
    return manifests


STATUS = "jsonpath={.status.conditions[*].type}"


def test_a_job_and_its_results(
    cluster: Cluster, image: Image, volume: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    claim, job = exported(cluster.engine, image, folder)
    name = job["metadata"]["name"]
    cluster.ask("apply", "-f", folder / "job.yaml")
    cluster.wait("Complete", "get", f"job/{name}", "-o", STATUS)
    assert "1.16.0 fine" in cluster.ask("logs", f"job/{name}")
    assert outputs(volume / image.notebook)[-1] == "user 1000\n"

    # A Job whose kernel is killed ends, and another image's Job can be applied beside the first.
    job["metadata"]["name"] = f"{name[:50]}-again"
    job["spec"]["template"]["spec"]["containers"][0]["args"] = ["-p", "mode=kill"]
    (tmp_path / "again.yaml").write_text(yaml.safe_dump_all([claim, job]), encoding="utf-8")
    cluster.ask("apply", "-f", tmp_path / "again.yaml")
    cluster.wait("Failed", "get", f"job/{job['metadata']['name']}", "-o", STATUS)

    cluster.ask("apply", "-f", folder / "fetch.yaml")
    pod = yaml.safe_load((folder / "fetch.yaml").read_text(encoding="utf-8"))["metadata"]["name"]
    cluster.ask("wait", "--for=condition=Ready", f"pod/{pod}", "--timeout=60s")
    cluster.ask("cp", f"{pod}:/results", tmp_path / "fetched")
    assert "1.16.0 kill" in outputs(tmp_path / "fetched" / image.notebook)[0]
    cluster.ask("delete", "--wait=false", "-f", folder / "fetch.yaml")


def test_the_rows_of_a_sweep(cluster: Cluster, image: Image, tmp_path: Path) -> None:
    rows, folder = tmp_path / "rows.csv", tmp_path / "out"
    rows.write_text("rate,mode\n1,\n2,fail\n3,\n", encoding="utf-8")
    options = ("--sweep", rows, "--results", "log")
    config, job = exported(cluster.engine, image, folder, *options)
    spec = job["spec"]
    assert (spec["completionMode"], spec["completions"]) == ("Indexed", 3)
    indexed = ("completionMode", "completions", "parallelism", "backoffLimitPerIndex")
    for key in (*indexed, "podFailurePolicy"):  # which 1.20 does not know
        del spec[key]
    spec["backoffLimit"] = 0
    manifests, names = [config], [f"row-{number}" for number in range(3)]
    for number, name in enumerate(names):
        one = json.loads(json.dumps(job))
        one["metadata"]["name"] = name
        [container] = one["spec"]["template"]["spec"]["containers"]
        container["env"] = [{"name": "JOB_COMPLETION_INDEX", "value": str(number)}]
        manifests.append(one)
    (tmp_path / "rows.yaml").write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
    cluster.ask("apply", "-f", tmp_path / "rows.yaml")
    for name, end in zip(names, ("Complete", "Failed", "Complete"), strict=True):
        cluster.wait(end, "get", f"job/{name}", "-o", STATUS)
    logs = [cluster.ask("logs", f"job/{name}").splitlines() for name in names]
    runs = [json.loads(next(line for line in log if line.startswith("{"))) for log in logs]
    how = [each["metadata"]["nbenv_run"] for each in runs]
    assert [each["row"] for each in how] == [1, 2, 3]
    assert [each["status"] for each in how] == ["done", "failed", "done"]
    assert how[2]["values"] == {"half": 1.5}


USER = 1000650000


def test_the_user_that_openshift_chooses(
    cluster: Cluster, image: Image, volume: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    claim, job = exported(cluster.engine, image, folder)
    pod = job["spec"]["template"]["spec"]
    context = {**pod["securityContext"], "runAsUser": USER, "runAsGroup": 0, "fsGroup": USER}
    pod["securityContext"] = context
    job["spec"]["ttlSecondsAfterFinished"] = 5
    # The claim of the other tests is bound to another volume.
    claim["metadata"]["name"] = pod["volumes"][0]["persistentVolumeClaim"]["claimName"] = "chosen"
    for name, mode, end in (("writes", 0o775, "Complete"), ("cannot-write", 0o755, "Failed")):
        os.chown(volume, 0, 0)
        os.chmod(volume, mode)
        (volume / image.notebook).unlink(missing_ok=True)
        job["metadata"]["name"] = name
        (tmp_path / "job.yaml").write_text(yaml.safe_dump_all([claim, job]), encoding="utf-8")
        cluster.ask("apply", "-f", tmp_path / "job.yaml")
        cluster.wait(end, "get", f"job/{name}", "-o", STATUS)
        log = cluster.ask("logs", f"job/{name}")
        if end == "Complete":
            assert outputs(volume / image.notebook)[-1] == f"user {USER}\n"
        else:
            assert f"cannot be written by user {USER}:0" in log and "Nothing was run." in log
        # A Job that has ended is removed after the time that it names, with its pod.
        end_ = time.monotonic() + 60
        while cluster.ask("get", "jobs,pods", "-l", f"job-name={name}", "-o", "name"):
            assert time.monotonic() < end_
            time.sleep(1)
        assert name not in cluster.ask("get", "jobs", "-o", "name")
