"""The little of git that notebooks need, with a real git."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from nbenv import git
from nbenv.errors import NbenvError

WHO = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b.invalid",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "repository"
    folder.mkdir()
    git.git("init", "-q", folder=str(folder))
    commit(folder, "first", "2024-01-02")
    commit(folder, "second", "2024-03-04")
    return folder


def commit(folder: Path, text: str, day: str) -> None:
    (folder / "a.ipynb").write_text(text, encoding="utf-8")
    git.git("add", "a.ipynb", folder=str(folder))
    dates = {"GIT_AUTHOR_DATE": f"{day}T12:00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00"}
    git.git("commit", "-q", "-m", text, folder=str(folder), environ=dates)


def test_the_content_of_a_revision(repository: Path) -> None:
    path = str(repository / "a.ipynb")
    assert git.content(path, "HEAD") == b"second"
    assert git.content(path, "HEAD~1") == b"first"


@pytest.mark.parametrize("revision", ["nothing", "--help", "HEAD..HEAD~1"])
def test_what_is_no_revision_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(NbenvError, match=r"git has no a\.ipynb in") as caught:
        git.content(str(repository / "a.ipynb"), revision)
    assert caught.value.why


def test_a_failure_gives_gits_reason(repository: Path) -> None:
    with pytest.raises(NbenvError, match="git rev-parse failed") as caught:
        git.git("rev-parse", "--verify", "nothing", folder=str(repository))
    assert "fatal" in caught.value.why
    assert git.git("rev-parse", "-q", "--verify", "x", folder=str(repository), accepted=(1,)) == b""


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NbenvError, match="not installed"):
        git.top(str(repository))
    assert git.last_change(str(repository / "a.ipynb")) is None


def test_the_top_of_a_repository(repository: Path) -> None:
    (repository / "sub").mkdir()
    assert Path(git.top(str(repository / "sub"))) == repository.resolve()


def test_the_last_change(repository: Path, tmp_path: Path) -> None:
    assert git.last_change(str(repository / "a.ipynb")) == "2024-03-04"
    assert git.last_change(str(repository / "uncommitted.ipynb")) is None
    assert git.last_change(str(tmp_path / "outside.ipynb")) is None


def test_a_cut_off_history_says_nothing(repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    git.git("clone", "-q", "--depth=1", repository.as_uri(), str(copy), folder=str(tmp_path))
    assert git.last_change(str(copy / "a.ipynb")) is None


@pytest.mark.skipif(os.name != "posix", reason="the hook is a shell script")
def test_reading_starts_no_program_of_the_repository(repository: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'trap'}\n", encoding="utf-8")
    hook.chmod(0o755)
    git.git("config", "core.fsmonitor", str(hook), folder=str(repository))
    assert git.last_change(str(repository / "a.ipynb")) == "2024-03-04"
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize(
    ("theirs", "merged", "clean"),
    [("1\n2\n3\n4\n5\nz\n", "y\n2\n3\n4\n5\nz\n", True), ("x\n2\n3\n4\n5\n6\n", "<<<<<<<", False)],
)
def test_texts_are_merged(tmp_path: Path, theirs: str, merged: str, clean: bool) -> None:
    texts = {"ours": "y\n2\n3\n4\n5\n6\n", "base": "1\n2\n3\n4\n5\n6\n", "theirs": theirs}
    paths = {name: tmp_path / name for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    assert git.merge_file(*(str(path) for path in paths.values())) is clean
    assert paths["ours"].read_text(encoding="utf-8").startswith(merged)


def test_a_merge_of_nothing_fails(tmp_path: Path) -> None:
    with pytest.raises(NbenvError, match="merge-file failed"):
        git.merge_file(*[str(tmp_path / "none")] * 3)


def revision(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in git.revision_files(folder) if path.exists()]


def test_a_commit_and_a_tag_change_the_revision(repository: Path) -> None:
    folder = repository / "below"
    folder.mkdir()
    seen = [revision(folder)]
    for words in (
        ["tag", "v1"],
        ["commit", "-q", "--allow-empty", "-m", "x"],
        ["checkout", "-qb", "b"],
    ):
        git.git(*words, folder=str(repository))
        seen.append(revision(folder))
    assert all(one != other for one, other in itertools.pairwise(seen))
    git.git("pack-refs", "--all", folder=str(repository))
    assert b"refs/tags/v1" in b"".join(revision(folder))


def test_the_revision_of_a_second_worktree(repository: Path, tmp_path: Path) -> None:
    git.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "w"), folder=str(repository))
    before = revision(tmp_path / "w")
    git.git("commit", "-q", "--allow-empty", "-m", "x", folder=str(tmp_path / "w"))
    assert revision(tmp_path / "w") != before
    before = revision(tmp_path / "w")
    git.git("tag", "v1", folder=str(repository))
    assert revision(tmp_path / "w") != before


def test_there_is_no_revision_outside_of_a_repository(tmp_path: Path) -> None:
    assert not [path for path in git.revision_files(tmp_path) if tmp_path in path.parents]
