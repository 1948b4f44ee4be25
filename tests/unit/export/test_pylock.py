"""Unit tests of ``nbenv.export.pylock``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import ApprovalNeededError
from nbenv.export.pylock import _public, write
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


def test_a_private_index_of_its_own_keeps_its_names() -> None:
    both = [LockedDistribution(name, "1") for name in ("secret", "ipykernel")]
    for is_default, names in ((True, ["ipykernel"]), (False, ["secret", "ipykernel"])):
        spec = Spec("3.11", indexes=(Index("i", "https://i.invalid/simple", default=is_default),))
        assert [each.name for each in _public(both, spec)] == names


def test_names_of_an_index_of_this_machine_are_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Spec("3.11", indexes=(Index("x", "https://x.invalid/simple", packages=("mine",)),))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://other.invalid/simple")
    assert _public([locked("mine")], spec) == []
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://x.invalid/simple/")
    assert _public([locked("mine")], spec) == [locked("mine")]
