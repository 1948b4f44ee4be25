"""The check of an environment's files against ``RECORD``, for each way in which they differ."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import IntegrityReport, _joined, check_files, find_altered
from nbenv.operations.setup.doctor import doctor
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex


@pytest.fixture
def environment(notebook: Path, index: LocalIndex) -> Environment:
    index.wheel("alpha", "1.0", modules={"alpha.py": "one = 1\n"})
    succeed("install", notebook, "alpha")
    return NotebookSnapshot.read(NotebookRef(str(notebook))).environment


def replace(path: Path, data: bytes) -> None:
    """Write a file anew: what the installer linked from its cache must stay there."""
    path.unlink()
    path.write_bytes(data)


def without_a_file(packages: Path) -> None:
    (packages / "alpha.py").unlink()


def with_a_longer_file(packages: Path) -> None:
    replace(packages / "alpha.py", b"one = 1\n# longer\n")


def without_metadata(packages: Path) -> None:
    (packages / "alpha-1.0.dist-info" / "METADATA").unlink()


def without_record(packages: Path) -> None:
    (packages / "alpha-1.0.dist-info" / "RECORD").unlink()


def with_a_line(line: bytes) -> Callable[[Path], None]:
    def add(packages: Path) -> None:
        record = packages / "alpha-1.0.dist-info" / "RECORD"
        replace(record, record.read_bytes() + line)

    return add


DAMAGES = {
    "a file is missing": without_a_file,
    "a file has another size": with_a_longer_file,
    "no metadata": without_metadata,
    "no record": without_record,
    "a path that no system takes": with_a_line(b"alpha\0.py,,3\r\n"),
    "a path in no known encoding": with_a_line(b"alpha\xff.py,,3\r\n"),
}


def test_a_whole_environment(environment: Environment) -> None:
    assert check_files(environment) == IntegrityReport()
    assert find_altered(environment, ["alpha"]) == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damages(environment: Environment, damage: Callable[[Path], None]) -> None:
    damage(environment.site_packages())
    assert check_files(environment).broken == {"alpha"}
    assert find_altered(environment, ["alpha"]) == ["alpha"]


def test_other_content_of_the_same_size(environment: Environment) -> None:
    replace(environment.site_packages() / "alpha.py", b"one = 2\n")
    assert check_files(environment) == IntegrityReport()
    assert find_altered(environment, ["alpha"]) == ["alpha"]
    assert find_altered(environment, ["ipykernel"]) == []


def test_strays(environment: Environment) -> None:
    stray = environment.site_packages() / "stray.py"
    stray.touch()
    found = check_files(environment)
    assert (found.broken, found.strays) == (
        frozenset(),
        {str(stray.relative_to(environment.path))},
    )


# -- edited in place: what the installer linked from its cache, other environments have too


def edit_in_place(path: Path) -> None:
    """Write into a file without changing its inode, its size or its time."""
    before = path.stat()
    with open(path, "r+b") as file:
        file.write(b"one = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
        before.st_ino, before.st_size, before.st_mtime_ns,
    )  # fmt: skip


def test_an_edit_that_keeps_size_and_time_is_found(environment: Environment) -> None:
    module = environment.site_packages() / "alpha.py"
    assert find_altered(environment, ["alpha"]) == []
    edit_in_place(module)
    assert find_altered(environment, ["alpha"]) == ["alpha"]


def test_it_does_not_reach_the_next_environment(environment: Environment, tmp_path: Path) -> None:
    edit_in_place(environment.site_packages() / "alpha.py")
    another = write_notebook(tmp_path / "notebooks" / "another.ipynb", "1")
    succeed("install", another, "alpha")
    second = NotebookSnapshot.read(NotebookRef(str(another))).environment
    assert (second.site_packages() / "alpha.py").read_bytes() == b"one = 1\n"
    assert find_altered(second, ["alpha"]) == []


def test_status_and_doctor_say_so_and_a_restore_repairs(
    environment: Environment, notebook: Path, home: Path
) -> None:
    assert "Edited" not in succeed("status", notebook).out
    edit_in_place(environment.site_packages() / "alpha.py")
    before = sorted(home.rglob("*"))
    assert (
        "Edited:     files of alpha are not as they were installed."
        in succeed("status", notebook).out
    )
    assert sorted(home.rglob("*")) == before
    found = {each["check"]: each for each in doctor().data}  # type: ignore[union-attr]
    assert not found["installed files"]["ok"]
    assert f"alpha in {environment.path}" in found["installed files"]["message"]
    succeed("restore", notebook)
    repaired = NotebookSnapshot.read(NotebookRef(str(notebook))).environment
    assert (repaired.site_packages() / "alpha.py").read_bytes() == b"one = 1\n"
    assert "Edited" not in succeed("status", notebook).out
    found = {each["check"]: each for each in doctor().data}  # type: ignore[union-attr]
    assert found["installed files"]["ok"]


@pytest.mark.parametrize("size", ["9" * 5000, "²", "-1", "", "x"])
def test_a_size_that_is_none(environment: Environment, size: str) -> None:
    with_a_line(f"alpha.py,,{size}\r\n".encode())(environment.site_packages())
    check_files(environment)
    find_altered(environment, ["alpha"])
    assert environment.sizes()["alpha"] < 10**6


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("six.py", "/home/.x/site/six.py"),
        ("a/b.py", "/home/.x/site/a/b.py"),
        ("../../../bin/tool", "/bin/tool"),
        ("a/./b.py", "/home/.x/site/a/b.py"),
        ("a//b.py", "/home/.x/site/a/b.py"),
        ("./a.py", "/home/.x/site/a.py"),
        ("/etc/passwd", "/home/.x/site/etc/passwd"),
        ("a/../../x", "/home/.x/x"),
        (".hidden", "/home/.x/site/.hidden"),
    ],
)
def test_paths_in_a_record_are_read_as_the_system_writes_them(path: str, expected: str) -> None:
    if os.sep == "/":
        assert _joined("/home/.x/site/", path) == expected
