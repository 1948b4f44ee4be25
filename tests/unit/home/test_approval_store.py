"""Approvals are of one digest, and of this machine."""

from __future__ import annotations

import json
import shutil
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
    for told, policy in (("Always", "always"), ("never", "never"), ("whatever", "ask")):
        monkeypatch.setenv("NBENV_RESTORE", told)
        assert approval_store.policy() == policy
