"""The formats that are folders, checked by schemas and tools; a Dockerfile's steps, executed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from repo2docker.buildpacks import PythonBuildPack

from nbenv.environments import interpreters
from tests.conftest import write_notebook
from tests.integration.export.recorded import compare, spec, stock, write_recorded
from tests.support.commands import fail, succeed
from tests.support.dockerfile import Scratch, Step, steps
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

BIN = Path(sys.executable).parent


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LocalIndex]:
    """The index that the notebook names."""
    with LocalIndex(tmp_path / "own") as served:
        yield served


@pytest.fixture
def shared(tmp_path: Path, index: LocalIndex, own: LocalIndex) -> Path:
    """A notebook that someone else made, with an index of its own."""
    record = spec(stock(index, own), own)
    return write_recorded(tmp_path / "shared" / "leaves.ipynb", record)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_kubernetes(shared: Path, tmp_path: Path, index: LocalIndex, own: LocalIndex) -> None:
    folder = tmp_path / "out"
    succeed("export", shared, "--format", "kubernetes", "-o", folder)
    known = {".dockerignore", "Dockerfile", "fetch.yaml", "job.yaml", "leaves.ipynb"}
    assert files(folder) == known
    text = (folder / "job.yaml").read_text(encoding="utf-8")
    claim, job = yaml.safe_load_all(text)
    pod = yaml.safe_load((folder / "fetch.yaml").read_text(encoding="utf-8"))
    for manifest in (claim, job, pod):
        kubernetes_validate.validate(manifest, "1.30", strict=True)
    pod = job["spec"]["template"]["spec"]
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    image = pod["containers"][0]["image"]
    compare(text.replace(image.partition(":")[2], "DIGEST"), "job.yaml", index, own)


def test_the_image_is_named_after_all_that_is_in_it(shared: Path, tmp_path: Path) -> None:
    def image() -> str:
        folder = tmp_path / "out"
        succeed("export", shared, "--format", "kubernetes", "-o", folder)
        job = list(yaml.safe_load_all((folder / "job.yaml").read_text(encoding="utf-8")))[1]
        return str(job["spec"]["template"]["spec"]["containers"][0]["image"])

    names = {image()}
    document = json.loads(shared.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"]["lock"].pop(0)
    shared.write_text(json.dumps(document), encoding="utf-8")
    names.add(image())
    document["cells"][-1]["source"] = "1"
    shared.write_text(json.dumps(document), encoding="utf-8")
    names.add(image())
    assert len(names) == 3


@pytest.mark.parametrize("options", [[], ["--serve"]], ids=["run", "serve"])
def test_compose(options: list[str], shared: Path, tmp_path: Path, index: LocalIndex) -> None:
    folder = tmp_path / "out"
    succeed("export", shared, "--format", "compose", *options, "-o", folder)
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, folder / "compose.yaml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    known = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))
    assert known.keys() == {"services", "volumes"}  # what a stack's file may have, too
    [service] = known["services"].values()
    assert "ports" not in service  # a Swarm would publish them on every address
    assert (folder / "compose.override.yaml").exists() == bool(options)


def test_binder(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    succeed("export", shared, "--format", "binder", "-o", folder)
    assert os.access(folder / "binder" / "postBuild", os.X_OK)
    monkeypatch.chdir(folder)
    pack = PythonBuildPack(base_image="buildpack-deps:jammy")
    assert pack.detect()
    assert pack.python_version == interpreters.default_python()
    scripts = "\n".join(script for _, script in pack.get_preassemble_scripts())
    assert "binder/requirements.txt" in scripts  # installed before the notebook is copied
    assert "binder/postBuild" in pack.get_post_build_scripts()


def test_local_projects_come_along(notebook: Path, index: LocalIndex, tmp_path: Path) -> None:
    succeed("install", notebook, "-e", make_project(notebook.parent, "tool", "1.0"))
    folder = tmp_path / "out"
    succeed("export", notebook, "--format", "binder", "-o", folder)
    assert "tool/pyproject.toml" in files(folder)
    assert "--no-deps ./tool" in (folder / "binder" / "postBuild").read_text(encoding="utf-8")
    elsewhere = make_project(tmp_path / "elsewhere", "other", "1.0")
    succeed("install", notebook, elsewhere)
    for name in ("binder", "compose", "kubernetes"):
        message = fail("export", notebook, "--format", name, "-o", folder)
        assert "which is outside the notebook's folder" in message


def test_a_folder_needs_a_place(shared: Path) -> None:
    message = fail("export", shared, "--format", "compose", status=2)
    assert "-o leaves-compose" in message


def test_hostile_names_stay_names(shared: Path, index: LocalIndex, own: LocalIndex) -> None:
    name = "a [1] $HOME\nRUN evil 'x'.ipynb"
    hostile = shared.rename(shared.with_name(name))
    found = list(steps(succeed("export", hostile, "--format", "dockerfile").out))
    assert not [step for step in found if "evil" in step.words and step.name == "RUN"]
    [copied] = [step.words for step in found if step.words.startswith("--chown")]
    escaped = name.replace("[", "[[]").replace("$", "\\$").replace("'", "\\'")
    assert json.loads(copied[copied.index("[") :])[0] == escaped


@pytest.mark.network
def test_the_steps_of_a_dockerfile(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "notebooks" / "a [1].ipynb", "import six\nprint(six.__version__)", "1 + 1"
    )
    succeed("install", notebook, "six==1.16.0")
    found = list(steps(succeed("export", notebook, "--format", "dockerfile").out))
    scratch = Scratch(tmp_path / "root", notebook.parent)
    for step in found:
        scratch.take(step)
    result = json.loads((tmp_path / "root" / "results" / "a [1].ipynb").read_text(encoding="utf-8"))
    printed, value = (cell["outputs"][0] for cell in result["cells"])
    assert printed == {"name": "stdout", "output_type": "stream", "text": "1.16.0\n"}
    assert value["data"]["text/plain"] == "2"
    broken = Step("ENTRYPOINT", found[-1].words)
    source = tmp_path / "root" / "work" / "a [1].ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace("1 + 1", "1 / 0"), "utf-8")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        scratch.take(broken)
