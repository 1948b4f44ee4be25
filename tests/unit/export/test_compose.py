"""Unit tests of ``nbenv.export.compose``."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import compose, dockerfile
from nbenv.progress import Progress, Steps, drain
from tests.unit.export.made import mixed_snapshot


def test_compose(tmp_path: Path) -> None:
    document = mixed_snapshot(tmp_path)
    files = compose.write(document)
    text = files["compose.yaml"].decode()
    assert "then fetch the results: docker compose cp some-notebook:/results ." in text
    service = yaml.safe_load(text)["services"]["some-notebook"]
    assert service["image"].startswith("some-notebook:")
    assert files["Dockerfile"].decode() == dockerfile.write(document)


def test_compose_that_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = mixed_snapshot(tmp_path)

    def served(snapshot: NotebookSnapshot) -> Steps[str]:  # resolving asks an index
        yield Progress("resolve", "…")
        return "FROM x\n"

    monkeypatch.setattr(dockerfile, "write_serving", served)
    files = drain(compose.write_serving(document))
    text = files["compose.yaml"].decode()
    assert "its log shows the address" in text
    known = yaml.safe_load(text)
    assert "ports" not in known["services"]["some-notebook"]
    published = yaml.safe_load(files["compose.override.yaml"])
    assert published["services"]["some-notebook"]["ports"] == ["127.0.0.1:8888:8888"]
    # What is edited is kept, and another export has its own.
    image = known["services"]["some-notebook"]["image"]
    assert known["volumes"]["work"]["name"] == image.replace(":", "-work-")
    assert files["Dockerfile"] == b"FROM x\n"
