"""The size of the download that an installation needs, and the words for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.installer.lookup.expected_download import ExpectedDownload, expected_download
from nbenv.installer.uv import run_uv
from nbenv.progress import drain
from tests.support.index import LocalIndex

SIZES = {"a": 38_000_000, "b": 200_000, "c": None}


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (set(), "nothing to download"),
        ({"a", "b"}, "download of 38.2 MB"),
        ({"b", "c"}, "download of 0.2 MB, plus 1 package of unknown size"),
        ({"c"}, "download of unknown size"),
        (None, "download of 38.2 MB at most, plus 1 package of unknown size"),
    ],
)
def test_words(missing: set[str] | None, words: str) -> None:
    download = ExpectedDownload.of(SIZES, missing)
    assert download.words() == words
    assert download.sentence() == f"{words.capitalize().replace('mb', 'MB')}."


def test_sizes_are_of_what_is_missing_and_no_host_is_asked(
    index: LocalIndex, tmp_path: Path
) -> None:
    paths = {name: index.wheel(name, "1.0") for name in ("here", "away")}
    locked = [
        LockedDistribution(name, "1.0", hashes=(f"sha256:{index.sha256(path.name)}",))
        for name, path in paths.items()
    ]
    spec = Spec(f"3.{sys.version_info[1]}")
    target = ["--target", str(tmp_path / "installed")]
    drain(run_uv(["pip", "install", "here", *target], tmp_path))
    drain(run_uv(["pip", "install", "away", "--dry-run", *target], tmp_path))
    index.close()
    found = expected_download(locked, spec, tmp_path, sys.executable)
    assert found == ExpectedDownload(1, paths["away"].stat().st_size)
    linked = LockedDistribution("linked", url="https://host.invalid/linked-1-py3-none-any.whl")
    more = expected_download([*locked, linked], spec, tmp_path, sys.executable)
    assert (more.count, more.unknown, more.size) == (2, 1, found.size)
