"""Approvals are of one digest, and of this machine."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from nbenv.home import approval_store

DIGEST = "0123456789abcdef" * 2


def test_approve_and_revoke(home: Path) -> None:
    assert not approval_store.is_approved(DIGEST)
    approval_store.approve(DIGEST)
    assert approval_store.is_approved(DIGEST)
    assert [each.digest for each in approval_store.approved()] == [DIGEST]
    assert not approval_store.is_approved(DIGEST.replace("0", "1"))
    assert approval_store.revoke(DIGEST)
    assert not approval_store.is_approved(DIGEST)
    assert not approval_store.revoke(DIGEST)
    assert approval_store.approved() == []


def test_another_machines_approval_is_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval_store.approve(DIGEST)
    shutil.copytree(home / "approvals", tmp_path / "other" / "approvals")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other"))
    assert not approval_store.is_approved(DIGEST)


@pytest.mark.parametrize("signature", ["", "0" * 64, 7, None])
def test_a_forged_approval_is_none(home: Path, signature: object) -> None:
    approval_store.approve(DIGEST)
    path = home / "approvals" / f"{DIGEST}.json"
    forged = {"signature": signature, "about": {}}
    path.write_text(json.dumps(forged), encoding="utf-8")
    assert not approval_store.is_approved(DIGEST)


@pytest.mark.parametrize("digest", ["", "../secret", DIGEST.upper(), DIGEST + "0"])
def test_what_is_no_digest_is_not_looked_up(home: Path, digest: str) -> None:
    assert not approval_store.is_approved(digest)
    assert not approval_store.revoke(digest)


def test_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    for chosen, policy in (("Always", "always"), ("never", "never"), ("whatever", "ask")):
        monkeypatch.setenv("NBENV_RESTORE", chosen)
        assert approval_store.policy() == policy


def test_an_approval_says_what_it_is_of(home: Path) -> None:
    approval_store.approve(DIGEST, {"notebook": "/work.ipynb"})
    [approval] = approval_store.approved()
    assert approval.about == {"notebook": "/work.ipynb"}
    assert approval.since > 0


def test_a_changed_description_voids_the_approval(home: Path) -> None:
    approval_store.approve(DIGEST, {"notebook": "/work.ipynb"})
    path = home / "approvals" / f"{DIGEST}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("work", "evil"), encoding="utf-8")
    assert not approval_store.is_approved(DIGEST)


def test_a_damaged_key_voids_all_and_is_replaced(home: Path) -> None:
    approval_store.approve(DIGEST)
    (home / "secret").write_bytes(b"cut")
    assert not approval_store.is_approved(DIGEST)
    approval_store.approve(DIGEST)
    assert approval_store.is_approved(DIGEST)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")
def test_the_key_is_the_users_alone(home: Path) -> None:
    approval_store.approve(DIGEST)
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert (home / "secret").stat().st_size == 32
