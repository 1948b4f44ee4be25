"""Unit tests of ``nbenv.export.pylock``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from nbenv.errors import ApprovalNeededError
from nbenv.export.pylock import write
from nbenv.progress import drain
from tests.unit.export.made import COMMIT, DIGEST, locked, snapshot

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HASHES = {"sha256": DIGEST.partition(":")[2]}


def test_it_needs_an_approval(tmp_path: Path) -> None:
    with pytest.raises(ApprovalNeededError):
        drain(write(snapshot(tmp_path, lock=(locked("a", url="./a"),))))


@pytest.mark.parametrize(
    ("url", "source"),
    [
        (
            f"git+https://example.org/r@{COMMIT}#subdirectory=inner",
            {
                "vcs": {
                    "type": "git",
                    "url": "https://example.org/r",
                    "commit-id": COMMIT,
                    "subdirectory": "inner",
                }
            },
        ),
        (
            "https://example.org/a.whl",
            {"archive": {"url": "https://example.org/a.whl", "hashes": HASHES}},
        ),
        ("./a.whl", {"archive": {"path": "./a.whl", "hashes": HASHES}}),
        ("./folder", {"directory": {"path": "./folder", "editable": True}}),
    ],
)
def test_a_package_from_a_url(
    url: str, source: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_RESTORE", "always")
    lock = (locked("a", url=url, marker="os_name == 'nt'"),)
    editable = ("a",) if url == "./folder" else ()
    text = drain(write(snapshot(tmp_path, lock=lock, editable=editable)))
    parsed = tomllib.loads(text)
    Pylock.from_dict(parsed)  # raises where it is not the standard's
    assert parsed["packages"] == [{"name": "a", "marker": "os_name == 'nt'", **source}]
    assert parsed["requires-python"] == "==3.11.*"
