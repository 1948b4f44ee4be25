"""Questions write nothing: neither below ``NBENV_HOME`` nor beside the notebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.operations import (
    approvals,
    diff,
    envs,
    install,
    listing,
    pack,
    preview,
    restore,
    uninstall,
    upgrade,
)
from nbenv.operations.fallback import preview_fallback
from nbenv.operations.status import status
from nbenv.progress import Outcome, drain
from tests.conftest import write_other_copy
from tests.support.environments import (
    environment_of,
    hide_other_pythons,
    install_by_hand,
    on_disk,
    ref_of,
)
from tests.support.index import LocalIndex

Question = Callable[[NotebookRef], object]
QUESTIONS: dict[str, Question] = {
    "list": listing.list_,
    "tree": listing.tree,
    "why": lambda ref: listing.why(ref, "leaf"),
    "status": status,
    "packages": listing.packages,
    "outdated": lambda ref: drain(listing.outdated(ref)),
    "pip list": lambda ref: drain(listing.pip_look(ref, ["list"])),
    "diff": diff.diff,
    "preview": lambda ref: drain(preview.preview(ref)),
    "envs": lambda _: envs.envs(sizes=True),
    "approvals": lambda _: approvals.approvals(),
    "prune --dry-run": lambda _: envs.prune(dry_run=True),
    "install --dry-run": lambda ref: drain(
        install.install(ref, install.InstallRequest(("leaf", "branch"), upgrade=True, dry_run=True))
    ),
    "uninstall --dry-run": lambda ref: drain(uninstall.uninstall(ref, ["leaf"], dry_run=True)),
    "upgrade --dry-run": lambda ref: drain(upgrade.upgrade(ref, dry_run=True)),
}


def everything(notebook: Path, home: Path) -> dict[str, tuple[int, int]]:
    return {**on_disk(home), **{f"beside {k}": v for k, v in on_disk(notebook.parent).items()}}


def ask(names: Iterable[str], notebook: Path, home: Path) -> None:
    """Ask one question after the other; each must leave everything as it was."""
    before, environ = everything(notebook, home), dict(os.environ)
    for name in names:
        assert isinstance(QUESTIONS[name](ref_of(notebook)), Outcome)
        assert everything(notebook, home) == before, name
        assert dict(os.environ) == environ, name


def test_questions_about_a_ready_notebook_write_nothing(installed: Path, home: Path) -> None:
    ask(QUESTIONS, installed, home)


def test_questions_about_a_drifted_environment_write_nothing(installed: Path, home: Path) -> None:
    install_by_hand(environment_of(installed), "drift")
    ask(["status", "list", "tree", "diff", "packages", "preview", "envs"], installed, home)


def test_questions_about_a_strangers_notebook_write_nothing(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is new on this machine, whose home does not exist yet."""
    copy, fresh = write_other_copy(installed, tmp_path / "other"), tmp_path / "fresh"
    monkeypatch.setenv("NBENV_HOME", str(fresh))
    ask(["status", "diff", "packages", "preview", "envs", "approvals"], copy, fresh)
    assert not fresh.exists()


def test_a_preview_of_a_fallback_writes_nothing(
    installed: Path, stocked: LocalIndex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_other_pythons(monkeypatch)
    stocked.remove("leaf-1.0-py3-none-any.whl")
    stocked.wheel("leaf", "1.5")

    before = everything(installed, home)
    assert "leaf 1.0 → 1.5" in drain(preview_fallback(ref_of(installed), "newest")).text
    assert everything(installed, home) == before


def test_packing_writes_one_file(installed: Path, home: Path, tmp_path: Path) -> None:
    before = everything(installed, home)
    drain(pack.pack(ref_of(installed), str(tmp_path / "a.nbpack"), ()))
    assert everything(installed, home) == before


def test_a_restore_of_a_ready_environment_changes_no_record(installed: Path) -> None:
    before = installed.read_bytes()
    drain(restore.prepare(ref_of(installed)))
    assert installed.read_bytes() == before
