"""Unit tests of ``nbenv.export.image_context``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from nbenv.errors import NbenvError, NotebookError
from nbenv.export import dockerfile
from nbenv.export.image_context import (
    image_folder,
    image_name,
    local_path,
    notebook_files,
    quoted_requirement,
    tag,
    unhashed,
)  # fmt: skip
from tests.unit.export.made import locked, mixed_snapshot, snapshot


def test_the_files_of_an_image(tmp_path: Path) -> None:
    for name in ("tool/pyproject.toml", "tool/src/a.py", "tool/.git/x", "tool/src/__pycache__/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "w.whl").write_bytes(b"wheel")
    lock = (locked("tool", url="./tool"), locked("w", url="./w.whl"), locked("a"))
    files = image_folder(snapshot(tmp_path, lock=lock), "FROM x\n")
    assert files.keys() == {
        "Dockerfile", ".dockerignore", "Some notebook.ipynb", "tool/pyproject.toml",
        "tool/src/a.py", "w.whl",
    }  # fmt: skip
    assert (files["Dockerfile"], files["w.whl"]) == (b"FROM x\n", b"wheel")


def test_a_notebook_that_is_gone_is_named(tmp_path: Path) -> None:
    document = snapshot(tmp_path)
    (tmp_path / "Some notebook.ipynb").unlink()
    with pytest.raises(NotebookError, match=r"Some notebook.ipynb cannot be read"):
        notebook_files(document)


def test_the_tag_is_that_of_all_that_the_image_is_built_from(tmp_path: Path) -> None:
    document = snapshot(tmp_path, lock=(locked("a"),))
    names = [tag(document, files) for files in (
        {"a": b"1", "b": b""}, {"b": b"", "a": b"1"}, {"a": b"2", "b": b""}, {"a": b"", "b": b"1"},
    )]  # fmt: skip
    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert names[0].startswith("some-notebook:")


def test_what_pip_cannot_check_by_a_hash(tmp_path: Path) -> None:
    assert [each.name for each in unhashed(mixed_snapshot(tmp_path).spec)] == ["repo", "tool"]


def test_whatever_changes_a_notebook_changes_its_tag(tmp_path: Path) -> None:
    def made(folder: str, version: str = "1.0", name: str = "A b.ipynb", **cell: object) -> str:
        document = snapshot(tmp_path / folder, lock=(locked("a", version),), name=name)
        path = Path(document.ref.notebook)
        content = nbformat.read(path, as_version=4)
        content.cells[-1].update(cell)
        nbformat.write(content, path)
        return tag(document, image_folder(document, dockerfile.write(document)))

    output = nbformat.v4.new_output("stream", text="printed")
    names = [
        made("same"), made("lock", "1.1"), made("name", name="a-b.ipynb"),
        made("cells", source="a = 2"), made("outputs", outputs=[output]),
        made("tags", metadata={"tags": ["parameters"]}),
    ]  # fmt: skip
    assert made("again") == names[0]
    assert len(set(names)) == len(names)
    assert {name.partition(":")[0] for name in names} == {"a-b"}


def test_a_project_outside_the_folder_cannot_be_exported(tmp_path: Path) -> None:
    project = locked("tool", url="../tool")
    document = snapshot(tmp_path / "inner", lock=(project,))
    with pytest.raises(NbenvError, match="which is outside the notebook's folder"):
        local_path(project, document)
    inside = locked("tool", url="./tool")
    assert local_path(inside, document) == "./tool"


@pytest.mark.parametrize(
    ("notebook", "name"),
    [
        ("folder/Some notebook.ipynb", "some-notebook"),
        ("_x_.ipynb", "x"),
        ("日本.ipynb", "notebook"),
        (f"{'a' * 80}.ipynb", "a" * 50),
    ],
)
def test_image_names(notebook: str, name: str) -> None:
    assert image_name(notebook) == name


def test_a_requirement_is_one_word_of_a_shell() -> None:
    assert quoted_requirement("a==1", None) == "a==1"
    assert quoted_requirement("a; rm -rf /", None) == "'a; rm -rf /'"


# -- what leads out of a project


def _project(tmp_path: Path) -> Path:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "id_rsa").write_text("SECRET", encoding="utf-8")
    project = tmp_path / "work" / "tool"
    (project / "src").mkdir(parents=True)
    (project / "pyproject.toml").touch()
    return project


def _relative(project: Path) -> None:
    (project / "src" / "key").symlink_to("../../../secret/id_rsa")


def _absolute(project: Path) -> None:
    (project / "key").symlink_to(project.parents[1] / "secret" / "id_rsa")


def _chain(project: Path) -> None:
    (project / "src" / "key").symlink_to("../key")
    _absolute(project)


def _folder(project: Path) -> None:
    (project / "src" / "key").symlink_to(project.parents[1] / "secret", target_is_directory=True)


def _device(project: Path) -> None:
    (project / "key").symlink_to("/dev/zero")


def _beside(project: Path) -> None:
    (project.parent / "other").touch()
    (project / "key").symlink_to("../other")


def _dangling(project: Path) -> None:
    (project / "key").symlink_to("/nothing/there")


def _pipe(project: Path) -> None:
    os.mkfifo(project / "key")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    "make", [_relative, _absolute, _chain, _folder, _device, _beside, _dangling, _pipe]
)
def test_what_leads_out_of_a_project_is_refused(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    project = _project(tmp_path)
    make(project)
    with pytest.raises(NbenvError, match="key") as caught:
        notebook_files(snapshot(project.parent, lock=(locked("tool", url="./tool"),)))
    assert caught.value.todo


@pytest.mark.parametrize("parent", [False, True])
def test_a_project_that_is_itself_elsewhere_is_refused(tmp_path: Path, parent: bool) -> None:
    _project(tmp_path)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / ("work" if parent else "work/tool"))
    url = "./link/tool" if parent else "./link"
    with pytest.raises(NbenvError, match="outside the notebook's folder"):
        notebook_files(snapshot(folder, lock=(locked("tool", url=url),)))


def test_links_within_a_project_are_read(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (project / "src" / "a.py").write_text("a", encoding="utf-8")
    (project / "b.py").symlink_to("src/a.py")
    files = notebook_files(snapshot(project.parent, lock=(locked("tool", url="./tool"),)))
    assert files["tool/b.py"] == b"a"
