"""The formats that are folders: binder, compose and kubernetes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import binder, compose, dockerfile, kubernetes
from nbenv.progress import Progress, Steps, drain
from tests.unit.export.made import COMMIT, OWN, locked, snapshot


@pytest.fixture
def document(tmp_path: Path) -> NotebookSnapshot:
    (tmp_path / "tool").mkdir()
    lock = (
        locked("a"),
        locked("repo", url=f"git+https://example.org/r@{COMMIT}"),
        locked("tool", url="./tool"),
    )
    return snapshot(tmp_path, "a", lock=lock, indexes=(OWN,))


def test_binder(document: NotebookSnapshot) -> None:
    files = binder.write(document)
    lines = files["binder/requirements.txt"].decode().splitlines()
    assert lines[0] == "--extra-index-url https://example.org/simple"
    assert [line.partition("=")[0] for line in lines[1:]] == ["a"]
    assert files["binder/runtime.txt"] == b"python-3.11\n"
    script = files["binder/postBuild"].decode().splitlines()
    assert script[:2] == ["#!/bin/sh", "set -e"]
    assert [line.split()[-1] for line in script[2:4]] == [
        f"git+https://example.org/r@{COMMIT}'",
        "./tool",
    ]
    assert "ipykernel install" in script[-1]


def test_compose(document: NotebookSnapshot) -> None:
    files = compose.write(document)
    text = files["compose.yaml"].decode()
    assert "then fetch the results: docker compose cp some-notebook:/results ." in text
    service = yaml.safe_load(text)["services"]["some-notebook"]
    assert "ports" not in service
    assert service["image"].startswith("some-notebook:")
    assert files["Dockerfile"].decode() == dockerfile.write(document)


def test_compose_that_serves(document: NotebookSnapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def served(snapshot: NotebookSnapshot) -> Steps[str]:  # resolving asks an index
        yield Progress("resolve", "…")
        return "FROM x\n"

    monkeypatch.setattr(dockerfile, "write_serving", served)
    files = drain(compose.write_serving(document))
    text = files["compose.yaml"].decode()
    assert "its log shows the address" in text
    assert yaml.safe_load(text)["services"]["some-notebook"]["ports"] == ["127.0.0.1:8888:8888"]
    assert files["Dockerfile"] == b"FROM x\n"


def test_kubernetes(document: NotebookSnapshot) -> None:
    files = kubernetes.write(document)
    claim, job = yaml.safe_load_all(files["job.yaml"])
    pod = job["spec"]["template"]["spec"]
    assert (claim["kind"], job["kind"]) == ("PersistentVolumeClaim", "Job")
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["image"].startswith("some-notebook:")
    assert files["Dockerfile"].decode() == dockerfile.write(document)
