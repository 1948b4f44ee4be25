"""The archive for Spark's workers: named after its content, and made once for a lock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbenv.progress import drain
from nbenv.workers.spark_bundle import write_spark_bundle, write_spark_look
from tests.support.environments import install, read
from tests.support.index import LocalIndex


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("py4j", "1.0")
    index.wheel("pyspark", "4.0.1", requires=["py4j"])
    install(notebook, "pyspark", "leaf<2")
    return notebook


def test_the_archive_is_kept_until_the_lock_changes(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    first = drain(write_spark_bundle(read(installed), folder))
    archive = Path(str(first.manifest["archive"]))
    assert archive.name == f"nbenv-{first.digest}.tar.gz"
    assert first.manifest["versions"] == {"leaf": "1.0"}
    time = archive.stat().st_mtime_ns
    assert drain(write_spark_bundle(read(installed), folder)).digest == first.digest
    assert archive.stat().st_mtime_ns == time
    install(installed, "leaf==2.0")
    second = drain(write_spark_bundle(read(installed), folder))
    assert second.digest != first.digest
    assert [path.name for path in folder.glob("*.tar.gz")] == [f"nbenv-{second.digest}.tar.gz"]


def test_looking_makes_no_archive(installed: Path, tmp_path: Path) -> None:
    found = write_spark_look(read(installed), tmp_path / "look")
    assert found.manifest["versions"] == {"leaf": "1.0"}
    assert json.loads((tmp_path / "look" / "manifest.json").read_text()) == found.manifest
    assert [path.name for path in (tmp_path / "look").iterdir()] == ["manifest.json"]
