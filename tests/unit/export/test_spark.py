"""The folder for a Spark cluster: an archive named after its content, and the calls."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from nbenv.errors import ApprovalNeededError
from nbenv.export import export_folder
from nbenv.home import variables
from nbenv.progress import drain
from tests.support.environments import install, read
from tests.support.index import LocalIndex


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("leaf", "1.0")
    index.wheel("py4j", "1.0")
    index.wheel("pyspark", "4.0.1", requires=["py4j", "leaf"])
    install(notebook, "pyspark")
    return notebook


def test_the_folder_has_the_archive_and_its_name(installed: Path) -> None:
    files = drain(export_folder(read(installed), "spark"))
    (name,) = [each for each in files if each.endswith(".tar.gz")]
    content = files.pop(name)
    stem = name.removesuffix(".tar.gz")
    assert stem == f"nbenv-{hashlib.sha256(content).hexdigest()[:12]}"
    assert files.keys() == {"README.md", "spark-defaults.conf"}
    assert f"spark.archives        {name}#{stem}\n" in files["spark-defaults.conf"].decode()
    readme = files["README.md"].decode()
    assert "{" not in readme
    assert f'spark.addArtifacts("{name}#{stem}", archive=True)' in readme
    assert "made for Spark 4.0.1." in readme
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        infos = {each.split("/")[3] for each in tar.getnames() if each.endswith(".dist-info")}
    assert infos == {"leaf-1.0.dist-info"}


def test_a_strangers_notebook_is_not_installed(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    with pytest.raises(ApprovalNeededError):
        drain(export_folder(read(installed), "spark"))
