"""The availability of a lock: what an index still has of it, and why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.engine.availability import (
    Availability,
    examine_lock,
    find_built,
    find_missing,
    is_temporary,
    offered_for,
)
from nbenv.environments.interpreters import default_python
from nbenv.errors import (
    BuildError,
    BuildRefusedError,
    IndexAccessError,
    InstallerError,
    NbenvError,
)
from nbenv.notebook.metadata import write_metadata
from nbenv.progress import drain
from tests.support.environments import read
from tests.support.index import LocalIndex

HERE = default_python()


def line(index: LocalIndex, *filenames: str) -> str:
    name, version = filenames[0].removesuffix(".tar.gz").split("-")[:2]
    hashes = "".join(f" --hash=sha256:{index.sha256(each)}" for each in filenames)
    return f"{name}=={version}{hashes}"


def lock(notebook: Path, *lines: str, **more: object) -> None:
    """Write a record as somebody else's machine would have."""
    record = {"version": 1, "python": HERE, "requirements": [], "lock": sorted(lines), **more}
    write_metadata(str(notebook), {"nbenv": record})


@pytest.fixture
def leaf(notebook: Path, index: LocalIndex) -> Path:
    """Return a notebook that locks leaf 1.0."""
    index.wheel("leaf", "1.0", upload_time="2024-02-01T10:00:00.000000Z")
    index.wheel("leaf", "2.0", upload_time="2025-01-01T10:00:00.000000Z")
    lock(notebook, line(index, "leaf-1.0-py3-none-any.whl"))
    return notebook


def examine(notebook: Path, error: NbenvError | None = None) -> Availability:
    return drain(examine_lock(read(notebook), error))


def test_a_lock_that_is_available(leaf: Path) -> None:
    found = examine(leaf)
    assert found.is_complete
    assert found.lines() == []
    assert found.python is not None
    assert found.date == "2024-02-01T10:00:00Z"


def test_a_version_that_is_gone(leaf: Path, index: LocalIndex) -> None:
    index.remove("leaf-1.0-py3-none-any.whl")
    found = examine(leaf)
    assert not found.is_complete
    assert found.lines() == ["leaf 1.0: no index has this version any more."]


def test_a_file_that_was_replaced(leaf: Path, index: LocalIndex) -> None:
    index.wheel("leaf", "1.0", modules={"leaf.py": "other = 1\n"})
    found = examine(leaf)
    assert found.lines() == ["leaf 1.0: the index has none of the locked files any more."]
    assert found.date == "2024-01-01T00:00:00Z"  # of the other file of that version


def test_files_for_other_machines(notebook: Path, index: LocalIndex) -> None:
    index.wheel("far", "1.0", tag="py3-none-win_arm64")
    lock(notebook, line(index, "far-1.0-py3-none-win_arm64.whl"))
    assert examine(notebook).lines() == ["far 1.0: none of the locked files fits this machine."]


def test_what_is_not_for_this_machine_is_not_missing(notebook: Path, index: LocalIndex) -> None:
    lock(notebook, f"gone==1.0 ; sys_platform == 'none' --hash=sha256:{'0' * 64}")
    assert examine(notebook).is_complete


def test_a_package_from_a_url_is_on_no_index(notebook: Path, index: LocalIndex) -> None:
    lock(notebook, f"direct @ https://host.invalid/d-1-py3-none-any.whl --hash=sha256:{'0' * 64}")
    assert examine(notebook).is_complete


def test_a_build_that_failed_is_why(notebook: Path, index: LocalIndex) -> None:
    index.sdist("built", "1.0")
    index.wheel("leaf", "1.0")
    lock(
        notebook, line(index, "built-1.0.tar.gz"), line(index, "leaf-1.0-py3-none-any.whl"),
        source=["built"],
    )  # fmt: skip
    snapshot = read(notebook)
    assert find_built(snapshot, snapshot.spec, offered_for(snapshot, snapshot.spec)) == ["built"]
    assert find_missing(snapshot, snapshot.spec, offered_for(snapshot, snapshot.spec)) == {}
    assert examine(notebook, BuildError("x")).lines() == ["built 1.0: its build failed."]
    assert examine(notebook, BuildRefusedError("x")).is_complete


def test_a_file_that_is_listed_and_not_there(leaf: Path) -> None:
    named = "Failed to download `leaf==1.0`, `other==1.0`, `leaf==2.0`: HTTP status 404"
    found = examine(leaf, IndexAccessError("x", named))
    assert found.lines() == ["leaf 1.0: the index lists its file, but no longer has it."]


def test_a_python_that_is_not_here(leaf: Path) -> None:
    record = {**read(leaf).spec.to_record(), "python": "3.98"}
    write_metadata(str(leaf), {"nbenv": record})
    found = examine(leaf)
    assert found.python is None
    assert found.lines() == ["Python 3.98 is not on this machine."]
    assert examine(leaf, NbenvError("It failed.", "No network.")).lines() == [
        "It failed. No network."
    ]


def test_an_index_that_cannot_be_asked(leaf: Path, index: LocalIndex) -> None:
    index.close()
    with pytest.raises(InstallerError):
        examine(leaf)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (IndexAccessError("x", "connection refused"), True),
        (IndexAccessError("x", "HTTP status 503"), True),
        (IndexAccessError("x", "HTTP status 404"), False),
        (IndexAccessError("x", "HTTP status 410"), False),
        (IndexAccessError("x", "port 14040"), True),
        (InstallerError("x", "connection refused"), False),
    ],
)
def test_what_another_try_may_get(error: NbenvError, expected: bool) -> None:
    assert is_temporary(error) == expected


def test_lines_say_python_first() -> None:
    lock = Lock.from_lines((f"a==1.0 --hash=sha256:{'0' * 64}",))
    found = Availability(Spec("3.11", lock=lock), None, {"a": "it is gone"}, no_python="No Python.")
    assert found.lines() == ["No Python.", "a 1.0: it is gone."]
