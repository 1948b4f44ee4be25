"""Unit tests of ``nbenv.containers.environment_image``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.containers.environment_image import BuildOptions, build
from nbenv.engine.consent import is_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import ApprovalNeededError, NbenvError, UsageError
from nbenv.progress import Progress, drain
from tests.conftest import write_notebook
from tests.unit.containers.made import FakeEngine
from tests.unit.export.made import locked, snapshot


def project(folder: Path) -> NotebookSnapshot:
    """Return a notebook with a local project."""
    (folder / "tool").mkdir(parents=True)
    (folder / "tool" / "pyproject.toml").touch()
    return snapshot(folder, lock=(locked("a"), locked("tool", url="./tool")))


def test_one_image_for_all_notebooks_with_that_lock(fake: FakeEngine, tmp_path: Path) -> None:
    document = project(tmp_path / "1")
    seen: list[Progress] = []
    options = BuildOptions(tag="mine", platform="linux/arm64", secret=["id=a,src=b"])
    done = drain(build(document.ref, options), seen.append)
    [call] = fake.calls("build")
    assert call["files"][1:] == ["Dockerfile", "tool/pyproject.toml"]  # the first is our mark
    text = " ".join(call["words"])
    assert "--platform linux/arm64" in text and "-t mine --secret id=a,src=b" in text
    assert "Some notebook" not in call["dockerfile"]
    image = done.data["image"]  # type: ignore[index]
    assert image.startswith("nbenv:") and image.endswith("-linux-arm64")
    assert any("Approving what this notebook records" in each.message for each in seen)
    assert is_approved(NotebookSnapshot.read(document.ref))  # building counts as restoring

    fake.answer()  # it has the image now
    other = snapshot(tmp_path / "2", lock=(locked("a"),), cells=("other",), name="b.ipynb")
    same = snapshot(tmp_path / "3", lock=(locked("a"),))
    names = {drain(build(each.ref, BuildOptions())).data["image"] for each in (other, same)}  # type: ignore[index]
    assert len(names) == 1 and len(fake.calls("build")) == 1


def test_nothing_is_built_that_was_not_agreed_to(fake: FakeEngine, tmp_path: Path) -> None:
    document = project(tmp_path / "1")
    with pytest.raises(ApprovalNeededError):
        drain(build(document.ref, BuildOptions(), "another digest"))
    fake.answer(image={"status": 1}, build={"status": 1})
    with pytest.raises(NbenvError, match="could not be built"):
        drain(build(document.ref, BuildOptions()))
    assert not is_approved(NotebookSnapshot.read(document.ref))


def test_what_is_missing_is_said(fake: FakeEngine, tmp_path: Path) -> None:
    plain = NotebookRef(str(write_notebook(tmp_path / "plain.ipynb", "1")))
    with pytest.raises(NbenvError, match="records no environment"):
        drain(build(plain, BuildOptions()))
    with pytest.raises(UsageError, match="--push needs the image's name"):
        drain(build(plain, BuildOptions(push=True)))
    assert not fake.calls("build")


def test_an_image_is_pushed_under_the_name_that_was_given(fake: FakeEngine, tmp_path: Path) -> None:
    document = snapshot(tmp_path / "1", lock=(locked("a"),))
    drain(build(document.ref, BuildOptions(tag="registry/a:1", push=True)))
    assert [call["words"] for call in fake.calls("push")] == [["push", "registry/a:1"]]
