"""Listing and revoking approvals."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import ApprovalNeededError, UsageError
from nbenv.home import approval_store
from nbenv.operations.approvals import approvals, revoke
from nbenv.operations.restore import prepare
from nbenv.progress import drain
from tests.support.environments import environment_of, read, ref_of


def test_nothing_is_approved_on_a_new_machine(home: Path) -> None:
    assert approvals().text == "Nothing is approved on this machine."
    assert not home.exists()


def test_an_approval_is_shown(installed: Path) -> None:
    done = approvals()
    digest = read(installed).digest
    assert digest[:12] in done.text
    assert str(installed) in done.text
    assert isinstance(done.data, list)
    assert digest in [each["digest"] for each in done.data]


@pytest.mark.parametrize("word", ["all", "notebook", "digest"])
def test_what_is_revoked_does_not_start(installed: Path, word: str) -> None:
    digest = read(installed).digest
    words = {"all": "all", "notebook": str(installed), "digest": digest[:6].upper()}
    done = revoke([words[word]])
    assert "Their kernels ask again before they start." in done.summary
    assert not approval_store.is_approved(digest)
    assert environment_of(installed).read_marker().record is None
    assert environment_of(installed).read_version() is not None  # it stays on disk
    with pytest.raises(ApprovalNeededError):
        drain(prepare(ref_of(installed)))


def test_other_environments_stay_ready(installed: Path) -> None:
    approval_store.approve("a" * 32)
    done = revoke(["aaaa"])
    assert done.summary == "Revoked 1 approval."
    assert read(installed).is_ready


@pytest.mark.parametrize(("word", "which"), [("b" * 8, "no"), ("aaa", "more than one"), ("", "no")])
def test_a_word_names_one_approval(word: str, which: str) -> None:
    if which != "no":
        for last in "ab":
            approval_store.approve("a" * 31 + last)
    with pytest.raises(UsageError, match=f"matches {which} approval"):
        revoke([word])
    assert len(approval_store.approved()) == (0 if which == "no" else 2)


def test_a_start_may_be_too_short() -> None:
    approval_store.approve("a" * 32)
    with pytest.raises(UsageError):
        revoke(["aaa"])


def test_a_notebook_that_is_gone_can_be_named(installed: Path) -> None:
    digest = read(installed).digest
    installed.unlink()
    revoke([str(installed)])
    assert not approval_store.is_approved(digest)
