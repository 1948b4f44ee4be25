"""The check of an environment's files against ``RECORD``, for each way in which they differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import IntegrityReport, check_files, find_altered
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
