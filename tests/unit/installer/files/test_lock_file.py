"""The lines by which uv installs what is locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import HashError
from nbenv.installer.files.lock_file import is_wheel, requirement_lines

HASH = "sha256:" + "0" * 64
WHEEL = LockedDistribution("a", "1.0+cpu", hashes=(HASH,))
SOURCE = LockedDistribution("b", "2.0", hashes=(HASH,), source=True)


def test_only_what_the_lock_says_is_built() -> None:
    assert (is_wheel(WHEEL), is_wheel(SOURCE)) == (True, False)
    spec = Spec("3.11", no_binary=("b",))
    assert requirement_lines([WHEEL, SOURCE], {"c": "3"}, spec, Path()) == [
        f"a==1.0+cpu --hash={HASH}",
        f"b==2.0 --hash={HASH}",
        "c==3",
        "--only-binary a",
        "--no-binary b",
    ]


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    archive = LockedDistribution("p", None, "./p", hashes=(HASH,))
    with pytest.raises(HashError, match="locked as an archive"):
        requirement_lines([archive], {}, Spec("3.11"), tmp_path)
    project = LockedDistribution("p", None, "./p")
    [line] = requirement_lines([project], {}, Spec("3.11", editable=("p",)), tmp_path)
    assert line == f"-e {(tmp_path / 'p').as_uri()}"
