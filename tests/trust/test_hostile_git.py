"""A stranger's repository configures programs and hosts; what only looks obeys none of it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbenv import git
from nbenv.errors import NbenvError
from tests.unit.test_git import repository

__all__ = ["repository"]

PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass",
    "core.gitProxy", "core.alternateRefsCommand", "credential.helper", "diff.external",
    "diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge",
    "filter.evil.process", "merge.evil.driver", "gpg.program", "gpg.ssh.program", "pager.show",
    "pager.cat-file", "pager.rev-parse", "interactive.diffFilter", "sequence.editor",
    "remote.origin.uploadpack", "uploadpack.packObjectsHook", "trailer.evil.command",
    "alias.show", "alias.cat-file", "alias.rev-parse", "alias.rev-list", "alias.config",
    "alias.merge-file",
)  # fmt: skip
HOOKS = ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman",
         "pre-auto-gc", "post-merge", "pre-commit")  # fmt: skip


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Path]:
    """Yield a program that leaves a sign, which must not be there at the end."""
    sign, program = tmp_path / "ran", tmp_path / "evil"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {shlex.quote(str(sign))}\n', encoding="utf-8")
    program.chmod(0o755)
    yield program
    assert not sign.exists(), sign.read_text(encoding="utf-8")


def configure(folder: Path, key: str, value: str) -> None:
    git.git("config", key, value, folder=str(folder))


@pytest.fixture
def hostile(repository: Path, trap: Path) -> Path:
    """Return a repository that names the trap wherever it can."""
    (repository / ".gitattributes").write_text(
        "*.ipynb diff=evil filter=evil merge=evil text eol=lf working-tree-encoding=UTF-8\n",
        encoding="utf-8",
    )
    included = repository / ".git" / "more"
    git.git("config", "--file", str(included), "core.fsmonitor", str(trap))
    git.git("config", "--file", str(included), "diff.evil.textconv", str(trap))
    for key in PROGRAMS:
        configure(repository, key, f"!{trap}" if key.startswith("alias.") else str(trap))
    configure(repository, "include.path", str(included))
    configure(repository, "includeIf.gitdir:**.path", str(included))
    configure(repository, "log.showSignature", "true")
    configure(repository, "core.hooksPath", str(repository / "hooks"))
    configure(repository, "extensions.worktreeConfig", "true")
    git.git("config", "--file", str(repository / ".git" / "config.worktree"), "core.pager",
            str(trap))  # fmt: skip
    for folder in (repository / "hooks", repository / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in HOOKS:
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(trap)
    return repository


def looks(folder: Path) -> dict[str, Callable[[], object]]:
    path = str(folder / "a.ipynb")
    return {
        "content": lambda: git.content(path, "HEAD"),
        "older": lambda: git.content(path, "HEAD~1"),
        "last change": lambda: git.last_change(path),
        "top": lambda: git.top(str(folder)),
        "config": lambda: git.look(
            "config", "--type=path", "core.attributesFile", folder=str(folder), accepted=(0, 1)
        ),
    }


@pytest.mark.parametrize("name", looks(Path()))
def test_looking_starts_none_of_its_programs(hostile: Path, name: str) -> None:
    assert looks(hostile)[name]() is not None


def test_merging_texts_starts_none(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hostile)
    for name in ("ours", "base", "theirs"):
        (hostile / name).write_text(name, encoding="utf-8")
    assert git.merge_file("ours", "base", "theirs") is False


@pytest.mark.parametrize(
    "url", ["ext::{trap} %S", "ssh://host.invalid/x", "evil::x", "file:///{trap}", "{folder}",
            "https://host.invalid/x", "git://host.invalid/x"],
)  # fmt: skip
@pytest.mark.parametrize("allowed", ["", "always"])
def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: Path, trap: Path, url: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trap.parent / "git-remote-evil").symlink_to(trap)
    monkeypatch.setenv("PATH", f"{trap.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_SSH", str(trap))
    blob = git.git("rev-parse", "HEAD:a.ipynb", folder=str(repository)).decode().strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "remote.origin.url": url.format(trap=trap, folder=trap.parent),
        "remote.origin.uploadpack": str(trap),
        "core.sshCommand": str(trap),
        "credential.helper": str(trap),
        "core.gitProxy": str(trap),
        **({"protocol.allow": allowed, "protocol.ext.allow": allowed} if allowed else {}),
    }
    for key, value in settings.items():
        configure(repository, key, value)
    with pytest.raises(NbenvError, match=r"git has no a\.ipynb in HEAD"):
        git.content(str(repository / "a.ipynb"), "HEAD")


def test_the_trap_works(hostile: Path, trap: Path) -> None:
    """The same look, by git alone, starts a program; the sign is then removed."""
    subprocess.run(["git", "status"], cwd=hostile, capture_output=True, check=False)
    sign = trap.parent / "ran"
    assert sign.exists()
    sign.unlink()
