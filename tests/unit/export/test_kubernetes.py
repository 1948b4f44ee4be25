"""Unit tests of ``nbenv.export.kubernetes``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import nbformat
import pytest
import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import UsageError
from nbenv.export import dockerfile, kubernetes
from nbenv.export.kubernetes import JobOptions
from tests.unit.export.made import locked, mixed_snapshot, snapshot


def test_kubernetes(tmp_path: Path) -> None:
    document = mixed_snapshot(tmp_path)
    files = kubernetes.write(document)
    claim, job = yaml.safe_load_all(files["job.yaml"])
    pod = job["spec"]["template"]["spec"]
    assert (claim["kind"], job["kind"]) == ("PersistentVolumeClaim", "Job")
    assert pod["securityContext"]["runAsNonRoot"] is True
    image = pod["containers"][0]["image"]
    assert image.startswith("some-notebook:")
    assert job["metadata"]["name"] == image.replace(":", "-")  # a Job cannot be changed
    assert {"activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= job["spec"].keys()
    fetching = yaml.safe_load(files["fetch.yaml"])
    assert fetching["spec"]["volumes"] == pod["volumes"]
    assert files["Dockerfile"].decode() == dockerfile.write(document)


def with_parameters(folder: Path, name: str = "Some notebook.ipynb") -> NotebookSnapshot:
    """Return a snapshot of a notebook that takes parameters."""
    document = snapshot(folder, lock=(locked("a"),), cells=("rate = 0.5",), name=name)
    notebook = nbformat.read(document.ref.notebook, as_version=4)
    notebook.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, document.ref.notebook)
    return NotebookSnapshot.read(document.ref)


def manifests(document: NotebookSnapshot, options: JobOptions) -> dict[str, Any]:
    """Return the manifests by their kinds; each fits the schema."""
    files = kubernetes.write(document, options)
    found = list(yaml.safe_load_all(files["job.yaml"]))
    assert ("fetch.yaml" in files) == (options.results == "claim")
    for manifest in found:
        kubernetes_validate.validate(manifest, "1.30", strict=True)
    return {each["kind"]: each for each in found}


def test_a_sweep_is_one_indexed_job(tmp_path: Path) -> None:
    document = with_parameters(tmp_path, f"{'long name ' * 9}.ipynb")
    rows = "rate\n" + "1\n" * 30
    known = manifests(document, JobOptions(sweep="rows.csv", rows=rows, queue="research"))
    job, config = known["Job"], known["ConfigMap"]
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 30, 10)
    assert spec["backoffLimitPerIndex"] == 1 and "podFailurePolicy" in spec
    assert len(job["metadata"]["name"] + "-30") <= 63
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "research" and spec["suspend"]
    assert config["data"] == {"rows.csv": rows}
    [container] = pod["containers"]
    assert container["args"] == ["--sweep", "/sweep/rows.csv"]
    assert {"name": "sweep", "configMap": {"name": config["metadata"]["name"]}} in pod["volumes"]
    assert known["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert b"kubectl apply -f job.yaml" in kubernetes.write(document, JobOptions())["job.yaml"]
    many = JobOptions(sweep="rows.csv", rows="rate\n" + "1\n" * 110_000)
    assert b"kubectl create -f job.yaml" in kubernetes.write(document, many)["job.yaml"]
    other = manifests(document, JobOptions(sweep="rows.csv", rows="rate\n2\n"))
    assert other["Job"]["metadata"]["name"] != job["metadata"]["name"]
    alone = manifests(document, JobOptions())
    assert alone["PersistentVolumeClaim"]["metadata"] != known["PersistentVolumeClaim"]["metadata"]


@pytest.mark.parametrize(
    ("results", "arguments"),
    [
        ("log", ["-o", "-"]),
        ("https://store.example/a/", ["-o", "https://store.example/a/Some%20notebook.ipynb"]),
    ],
)
def test_results_need_no_volume(results: str, arguments: list[str], tmp_path: Path) -> None:
    known = manifests(with_parameters(tmp_path), JobOptions(results))
    assert known.keys() == {"Job"}
    pod = known["Job"]["spec"]["template"]["spec"]
    assert "volumes" not in pod
    assert pod["containers"][0]["args"] == arguments


@pytest.mark.parametrize(
    ("rows", "message"),
    [("other\n1\n", "no parameter other"), ("rate\nfast\n", "takes a number"), ("", "no rows"),
     ("rate\n" + "1\n" * 500_000, "too large for a ConfigMap")],
)  # fmt: skip
def test_rows_are_checked_when_they_are_exported(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        kubernetes.write(with_parameters(tmp_path), JobOptions(sweep="rows.csv", rows=rows))
    assert message in str(caught.value)
