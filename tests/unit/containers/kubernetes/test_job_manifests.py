"""Unit tests of ``nbenv.containers.kubernetes.job_manifests``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import nbformat
import pytest

from nbenv.containers.kubernetes.job_manifests import JobPlan, without_outputs
from nbenv.errors import UsageError
from tests.conftest import write_notebook


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    """A notebook with outputs, and a name that no object of a cluster may have."""
    path = write_notebook(tmp_path / "Größe: 1.ipynb", "1 + 1")
    document = nbformat.read(path, as_version=4)
    document.cells[0].outputs = [nbformat.v4.new_output("stream", text="2" * 2_000_000)]
    nbformat.write(document, path)
    return str(path)


def container(job: Any) -> Any:
    return job["spec"]["template"]["spec"]["containers"][1]


def test_a_run_without_its_outputs(notebook: str) -> None:
    plan = JobPlan("image:1", notebook, "digest", {"a": 1}, memory="4Gi", claims=["data"])
    config: Any = plan.config_map()
    assert json.loads(config["data"]["values.json"]) == {"a": 1}
    [cell] = json.loads(config["data"]["notebook.ipynb"])["cells"]
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == (["1 + 1"], [], None)
    job: Any = plan.job()
    assert job["metadata"]["name"] == config["metadata"]["name"] == f"gr-e-1-{plan.name}"
    running = container(job)
    path = "/work/Größe_ 1.ipynb"  # a place to mount has no colon
    assert running["args"][:2] == [path, "/results/notebook.ipynb"]
    assert path in [each["mountPath"] for each in running["volumeMounts"]]
    assert "/work/data" in [each["mountPath"] for each in running["volumeMounts"]]
    assert running["resources"]["limits"] == {"memory": "4Gi"}
    assert "runAsUser" not in job["spec"]["template"]["spec"]["securityContext"]


def test_rows_are_one_job_or_many(notebook: str) -> None:
    plan = JobPlan("image:1", notebook, "digest", rows=[{"a": 1}, {"a": float("nan")}])
    config: Any = plan.config_map()
    assert config["data"]["rows.jsonl"] == '{"a": 1}\n{"a": NaN}\n'
    one: Any = plan.indexed_job(10)
    assert (one["spec"]["completions"], one["spec"]["parallelism"]) == (2, 2)
    assert one["spec"]["backoffLimitPerIndex"] == 0 and "--row" not in container(one)["args"]
    second: Any = plan.job(2)
    for manifest in (config, one, second):
        kubernetes_validate.validate(manifest, "1.30", strict=True)
    assert container(second)["args"][-2:] == ["--row", "2"]
    assert second["spec"]["template"]["metadata"]["labels"]["nbenv.row"] == "2"


def test_what_is_too_large_is_refused(notebook: str, tmp_path: Path) -> None:
    plan = JobPlan("image:1", notebook, "digest", {"a": "x" * 1_000_000})
    with pytest.raises(UsageError, match="too large for a ConfigMap"):
        plan.config_map()
    assert len(without_outputs(notebook)) < 2000
