"""A locked package does not move to another index unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import IndexSwitchError
from nbenv.installer.index_guard import check_origins
from tests.support.index import LocalIndex


@pytest.fixture
def other(index: LocalIndex, tmp_path: Path) -> LocalIndex:
    """A second index, which the notebook names."""
    with LocalIndex(tmp_path / "other") as other:
        yield other


def spec(other: LocalIndex, digest: str) -> Spec:
    locked = LockedDistribution("in-house", "1.0", hashes=(digest,))
    return Spec("3.11", lock=Lock((locked,)), indexes=(Index("other", other.url),))


def package(
    index: LocalIndex, version: str, digest: str = "sha256:" + "f" * 64
) -> dict[str, object]:
    kind, _, value = digest.partition(":")
    files = [{"name": f"in_house-{version}-py3-none-any.whl", "hashes": {kind: value}}]
    return {"name": "in-house", "version": version, "index": index.url, "wheels": files}


def test_a_strangers_newer_version_is_refused(index: LocalIndex, other: LocalIndex) -> None:
    other.wheel("in-house", "1.0")
    index.wheel("in-house", "99.0")
    known = spec(other, f"sha256:{other.sha256('in_house-1.0-py3-none-any.whl')}")
    with pytest.raises(IndexSwitchError, match="another index than before") as caught:
        check_origins([package(index, "99.0")], known)
    assert "offers in-house 99.0" in caught.value.why
    assert "--any-index" in caught.value.todo


def test_a_newer_version_of_the_same_index_is_let_through(
    index: LocalIndex, other: LocalIndex
) -> None:
    other.wheel("in-house", "1.0")
    known = spec(other, f"sha256:{other.sha256('in_house-1.0-py3-none-any.whl')}")
    check_origins([package(other, "2.0")], known)


def test_no_index_is_asked_without_need(index: LocalIndex, other: LocalIndex) -> None:
    digest = "sha256:" + "a" * 64
    known = spec(other, digest)
    check_origins([package(index, "1.0", digest)], known)  # the very file that is locked
    check_origins([], known)  # removed
    direct = {"name": "in-house", "archive": {"url": "https://h.invalid/a.zip"}}
    check_origins([direct], known)  # from a URL that somebody named
    alone = Spec("3.11", lock=known.lock)
    check_origins([package(index, "99.0")], alone)  # there is no other index
    assert index.requests == other.requests == []


def test_lines_for_other_pythons_are_one_package(index: LocalIndex, other: LocalIndex) -> None:
    digests = []
    for version in ("1.0", "2.0"):
        other.wheel("in-house", version)
        digests.append(f"sha256:{other.sha256(f'in_house-{version}-py3-none-any.whl')}")
    old, new = (
        LockedDistribution("in-house", f"{n}.0", marker=f"python_full_version {sign} '3.11.5'",
                           hashes=(digest,))
        for n, sign, digest in zip((1, 2), ("<", ">="), digests, strict=True)
    )  # fmt: skip
    known = Spec("3.11", lock=Lock((old, new)), indexes=(Index("other", other.url),))
    check_origins([package(other, "1.0", digests[0]), package(other, "2.0", digests[1])], known)
    check_origins([package(other, "1.1"), package(other, "2.0", digests[1])], known)
    assert other.requests == []
    check_origins([package(other, "3.0")], known)
    other.remove("in_house-1.0-py3-none-any.whl")  # the index need not have them all
    check_origins([package(other, "3.0")], known)
    index.wheel("in-house", "99.0")
    with pytest.raises(IndexSwitchError, match="another index than before"):
        check_origins([package(index, "99.0")], known)
