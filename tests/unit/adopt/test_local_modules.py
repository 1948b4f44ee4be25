"""Unit tests of ``nbenv.adopt.local_modules``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.code.facts import Import
from nbenv.adopt.local_modules import LocalModules


@pytest.fixture
def local(tmp_path: Path) -> LocalModules:
    for name in ("one.py", "pack/__init__.py", "pack/inner.py", "loose/code.py", "fast.cpython.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    return LocalModules(tmp_path)


def test_modules_beside_the_notebook(local: LocalModules) -> None:
    modules = ("one", "pack", "pack.inner", "fast", "loose", "data", "other")
    assert [local.has(each) for each in modules] == [True] * 4 + [False] * 3
    assert [local.may_have(each) for each in ("loose", "data", "other")] == [True, False, False]


def test_modules_that_cells_write_or_download(local: LocalModules) -> None:
    local.written.update({"two.py": "", "three/__init__.py": ""})
    local.downloaded.add("four")
    assert all(map(local.has, ("two", "three", "four")))
    local.written.update({"five.pyx": "", "src/six.py": "", "seven.txt": ""})
    assert [local.has(each) for each in ("five", "six", "src", "seven")] == [
        True,
        True,
        True,
        False,
    ]


def test_another_folder_on_the_path(local: LocalModules, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "five.py").touch()
    assert not local.has("five")
    local.add_folder("src")
    local.add_folder("nowhere")
    assert local.has("five")
    assert len(local.folders) == 2


def test_a_folder_at_the_end_of_the_path(local: LocalModules, tmp_path: Path) -> None:
    (tmp_path / "src" / "pandas").mkdir(parents=True)
    (tmp_path / "src" / "pandas" / "__init__.py").touch()
    local.add_folder("src", late=True)
    assert local.has("pandas")
    local.installed.add("pandas")
    assert not local.has("pandas")
    assert list(local.files(Import("pandas"))) == []


@pytest.mark.parametrize("file", ["pyproject.toml", "setup.py"])
@pytest.mark.parametrize("package", ["pandas", "src/pandas"])
def test_a_published_library_on_the_path(tmp_path: Path, file: str, package: str) -> None:
    """An example in the library's repository needs its package; another project is local."""
    code = tmp_path / package
    code.mkdir(parents=True)
    (code / "__init__.py").touch()
    (tmp_path / "examples").mkdir()
    for name, is_local in (("pandas", False), ("my-fork", True)):
        (tmp_path / file).write_text(f'name = "{name}"\n')
        local = LocalModules(tmp_path / "examples")
        local.add_folder(str(code.parent))
        assert local.has("pandas") is is_local


def names(paths: object, folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]  # type: ignore[attr-defined]


def test_the_files_of_an_import(local: LocalModules, tmp_path: Path) -> None:
    files = local.files(Import("pack", ("inner", "absent")))
    assert names(files, tmp_path) == ["pack/__init__.py", "pack/inner.py"]
    assert names(local.files(Import("loose.code")), tmp_path) == ["loose/code.py"]
    assert list(local.files(Import("pandas"))) == []


def test_a_relative_import_starts_at_its_file(local: LocalModules, tmp_path: Path) -> None:
    beside = tmp_path / "pack" / "__init__.py"
    relative = local.files(Import("", ("inner",), level=1), beside)
    assert names(relative, tmp_path) == ["pack/inner.py"]


def test_a_folder_that_the_notebook_changes_to(local: LocalModules, tmp_path: Path) -> None:
    (tmp_path / "up" / "src").mkdir(parents=True)
    (tmp_path / "up" / "six.py").touch()
    (tmp_path / "up" / "src" / "seven.py").touch()
    local.enter("up")
    local.add_folder("src")
    assert local.has("six")
    assert local.has("seven")
    assert local.find("six.py") == tmp_path / "up" / "six.py"
    assert local.find("one.py") == tmp_path / "one.py"


def test_a_folder_that_the_notebook_makes_and_leaves(local: LocalModules, tmp_path: Path) -> None:
    local.enter("clone")
    local.add_folder("pack")
    local.enter("..")
    assert local.current == tmp_path
    assert local.entered == ["clone", tmp_path.name]
    assert local.has("inner")


def test_what_is_downloaded_is_read_in_the_repository_that_has_it(tmp_path: Path) -> None:
    notebook, code = tmp_path / "examples" / "one", tmp_path / "code"
    notebook.mkdir(parents=True)
    code.mkdir()
    (code / "think.py").touch()
    local = LocalModules(notebook)
    local.note_download("https://example.org/me/book/raw/master/code/think.py")
    local.note_download("https://example.org/me/book/raw/master/other.py")
    assert list(local.files(Import("think"))) == [code / "think.py"]
    assert (list(local.files(Import("other"))), local.has("other")) == ([], True)


@pytest.mark.parametrize("start", ["/home/someone/code", "C:\\Users\\someone", "D:/work"])
def test_a_folder_of_the_repository_on_another_computer(tmp_path: Path, start: str) -> None:
    repository = tmp_path / "my-analysis"
    for name in ("notebooks/x.ipynb", "own/__init__.py", "lib/tool.py"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).touch()
    local = LocalModules(repository / "notebooks")
    local.add_folder(f"{start}/my-analysis/lib")
    assert (local.has("tool"), local.has("own")) == (True, False)
    local.add_folder(f"{start}/my-analysis")
    assert local.has("own")


def test_a_clone_of_another_name_is_searched_last(tmp_path: Path) -> None:
    for name in ("clone/own/__init__.py", "clone/pandas/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    local = LocalModules(tmp_path / "clone" / "notebooks")
    local.add_folder("/home/someone/my-analysis")
    assert local.has("own")
    local.installed.add("pandas")
    assert not local.has("pandas")


def test_the_notebook_changes_to_its_repository_on_another_computer(tmp_path: Path) -> None:
    (tmp_path / "my-analysis" / "notebooks").mkdir(parents=True)
    (tmp_path / "my-analysis" / "own.py").touch()
    local = LocalModules(tmp_path / "my-analysis" / "notebooks")
    local.enter("/home/someone/my-analysis")
    assert local.has("own")
    assert local.find("own.py") == tmp_path / "my-analysis" / "own.py"


def test_the_modules_of_a_project_that_is_installed(tmp_path: Path) -> None:
    for name in ("Tool/one/__init__.py", "Tool/src/two/__init__.py", "Tool/data/x.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    local = LocalModules(tmp_path)
    assert local.modules_of("Tool/") == local.modules_of("./Tool[all]") == {"one", "two"}
    assert local.modules_of("nowhere") == local.modules_of("git+https://example.org/Tool") == set()


def test_a_cloned_repository_that_the_notebook_changes_to(local: LocalModules) -> None:
    local.clones.update({"FastSAM": "https://a.org/FastSAM", "numpy": "https://a.org/numpy"})
    assert not local.has("fastsam")  # nothing says that it is on the path
    local.enter("FastSAM")
    local.enter("../numpy")
    assert local.has("fastsam.model")
    assert not local.has("numpy")  # its repository has examples of what is installed


def test_a_folder_of_data_takes_no_package_s_place(local: LocalModules) -> None:
    local.note_moved("data", "datasets")
    local.note_moved("data", "nobody_has_this")
    local.note_moved("loose", "transformers")
    local.clones["tool"] = "https://example.org/tool"
    local.note_moved("tool/src/clip", "clip")
    modules = ("datasets", "nobody_has_this", "transformers", "clip")
    assert [local.has(each) for each in modules] == [False, True, True, True]


def test_the_clone_of_a_published_package_is_not_that_package(local: LocalModules) -> None:
    local.clones.update(dict.fromkeys(("altair", "my_study"), "https://example.org/x"))
    local.note_saved(["altair", "my_study", "helper"])
    modules = ("altair", "my_study", "helper")
    assert [local.has(each) for each in modules] == [False, True, True]
