"""Unit tests of ``nbenv.export.kubernetes``."""

from __future__ import annotations

from pathlib import Path

import yaml

from nbenv.export import dockerfile, kubernetes
from tests.unit.export.made import mixed_snapshot


def test_kubernetes(tmp_path: Path) -> None:
    document = mixed_snapshot(tmp_path)
    files = kubernetes.write(document)
    claim, job = yaml.safe_load_all(files["job.yaml"])
    pod = job["spec"]["template"]["spec"]
    assert (claim["kind"], job["kind"]) == ("PersistentVolumeClaim", "Job")
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["image"].startswith("some-notebook:")
    assert files["Dockerfile"].decode() == dockerfile.write(document)
