"""Unit tests of ``nbenv.adopt.age``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.adopt.age import date_of, python_of, shown_versions
from nbenv.adopt.examine import examine
from nbenv.adopt.notebook_reader import Cell, ReadNotebook
from nbenv.git import last_change
from tests.integration.adopt.cases import Case, ran_with
from tests.support.commands import succeed
from tests.unit.adopt.made import made

DAY = "2019-05-17"


def git(folder: Path, *words: str, day: str = DAY) -> None:
    when = f"{day}T12:00:00+00:00"
    environ = {
        **os.environ,
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, env=environ, check=True, capture_output=True)


def committed(folder: Path, case: Case, day: str = DAY) -> Path:
    path = case.write(folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "One", day=day)
    return path


PLAIN = Case(("import pandas",), ("pandas",))


def test_git_tells_the_last_change_of_this_file(tmp_path: Path) -> None:
    path = committed(tmp_path / "repository", PLAIN)
    (path.parent / "later.txt").write_text("x", encoding="utf-8")
    git(path.parent, "add", "-A")
    git(path.parent, "commit", "-q", "-m", "Two", day="2024-01-01")
    findings = examine(path, "3.11")
    assert (findings.as_of, DAY in findings.as_of_reason) == (DAY, True)
    text = succeed("adopt", "--dry-run", path).out
    assert f"Old: its last commit in git is from {DAY}." in text
    assert f"nbenv adopt --as-of {DAY} notebook.ipynb" in text


def test_a_recent_change_is_no_age(tmp_path: Path) -> None:
    path = committed(tmp_path / "repository", PLAIN, "2026-06-01")
    assert "Old:" not in succeed("adopt", "--dry-run", path).out


@pytest.mark.parametrize(
    ("case", "day"),
    [
        (Case(("import pandas",), (), metadata=ran_with("3.8")), "2021-06-01"),
        (Case((("%watermark -p pandas", "pandas: 1.1.5"), "import pandas"), ()), None),
        (Case(("!pip install pandas==1.1.5",), ()), None),
    ],
    ids=["Python", "output", "install line"],
)
def test_what_the_notebook_says_comes_first(case: Case, day: str | None, tmp_path: Path) -> None:
    assert examine(committed(tmp_path / "repository", case), "3.11").as_of == day


def test_a_history_that_is_cut_off_tells_nothing(tmp_path: Path) -> None:
    path = committed(tmp_path / "repository", PLAIN)
    git(path.parent, "commit", "-q", "--allow-empty", "-m", "Two", day="2024-01-01")
    git(tmp_path, "clone", "-q", "--depth", "1", path.parent.as_uri(), "shallow")
    assert last_change(str(tmp_path / "shallow" / path.name)) is None
    assert last_change(str(path)) == DAY


def test_no_commit_and_no_repository(tmp_path: Path) -> None:
    path = PLAIN.write(tmp_path / "repository")
    git(path.parent, "init", "-q")
    assert examine(path, "3.11").as_of is None
    (path.parent / ".git").rename(tmp_path / "aside")
    assert examine(path, "3.11").as_of is None


def test_outside_of_a_repository_git_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = PLAIN.write(tmp_path)
    monkeypatch.setenv("PATH", str(_tattling_git(tmp_path)))
    assert last_change(str(path)) is None
    assert not (tmp_path / "started").exists()
    (tmp_path / ".git").mkdir()
    assert last_change(str(path)) is None
    assert (tmp_path / "started").exists()


def _tattling_git(folder: Path) -> Path:
    (folder / "bin").mkdir()
    program = folder / "bin" / "git"
    text = f"#!{sys.executable}\nopen({str(folder / 'started')!r}, 'w')\nraise SystemExit(1)\n"
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return program.parent


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[str]:
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/evil-ran\n", encoding="utf-8")
    program.chmod(0o755)
    yield str(program)
    assert not (tmp_path / "evil-ran").exists()


def test_the_settings_of_a_foreign_repository_start_nothing(tmp_path: Path, evil: str) -> None:
    path = committed(tmp_path / "repository", PLAIN)
    (path.parent / ".gitattributes").write_text("*.ipynb diff=evil filter=evil\n", encoding="utf-8")
    for name, value in {
        "core.fsmonitor": evil, "core.pager": evil, "core.sshCommand": evil, "core.editor": evil,
        "diff.external": evil, "diff.evil.command": evil, "diff.evil.textconv": evil,
        "filter.evil.clean": evil, "filter.evil.smudge": evil, "log.showSignature": "true",
        "gpg.program": evil, "alias.rev-list": f"!{evil}", "core.alternateRefsCommand": evil,
    }.items():  # fmt: skip
        git(path.parent, "config", name, value)
    assert examine(path, "3.11").as_of == DAY


def test_what_a_partial_clone_lacks_is_not_fetched(tmp_path: Path, evil: str) -> None:
    path = committed(tmp_path / "repository", PLAIN)
    git(path.parent, "config", "uploadpack.allowFilter", "true")
    url = path.parent.as_uri()
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=tree:0", url, "partial")
    partial = tmp_path / "partial"
    for name, value in (
        ("remote.origin.url", "ssh://example.org/x"),
        ("core.sshCommand", evil),
        ("protocol.ssh.allow", "always"),
    ):
        git(partial, "config", name, value)
    assert last_change(str(partial / path.name)) is None


@pytest.mark.parametrize(
    ("notebook", "day"),
    [
        (made(prose="Last updated: 2021-03-12"), "2021-03-12"),
        (made(prose="Written on 3 June 2019"), "2019-06-03"),
        (made(prose="Copyright March 5, 2020"), "2020-03-05"),
        (made(prose="The war ended on 2019-01-01"), None),
        (made(prose="Updated 2021-13-45"), None),
        (made(("%watermark", "2018-02-03"), prose="Updated 2021-03-12"), "2018-02-03"),
        (made(metadata={"language_info": {"version": "3.7.1"}}), "2020-06-01"),
        (made(metadata={"language_info": {"version": "3.8.5"}}), "2021-06-01"),
        (made(metadata={"language_info": {"version": "3.8.12"}}), "2021-10-29"),
        (made(metadata={"language_info": {"version": "3.9.13"}}), "2022-07-16"),
        (made(metadata={"language_info": {"version": "3.6.13"}}), "2021-04-16"),
        (made(metadata={"language_info": {"version": "3.12.1"}}), None),
    ],
)
def test_the_day_that_a_notebook_names(notebook: ReadNotebook, day: str | None) -> None:
    assert date_of(notebook)[0] == day


def test_the_python_that_an_output_shows() -> None:
    python, evidence = python_of(made(("!python -V", "Python 3.9.7")))
    assert (python, evidence) == ("3.9", "the output of cell 1 shows it")
    assert python_of(made("1")) == (None, "")


@pytest.mark.parametrize(
    ("source", "output", "versions"),
    [
        ("%watermark -p a", "a : 1.2\nPython : 3.9.1\nnot a version", ["a==1.2"]),
        ("print(a.__version__)", "1.2.3", ["a==1.2.3"]),
        ("print(a.__version__, b.__version__)", "1.2 3.4", ["a==1.2", "b==3.4"]),
        ("print(a.__version__)", "1.2+cu92", ["a==1.2"]),
        ("print(a.__version__)", "", []),
    ],
)
def test_versions_in_outputs(source: str, output: str, versions: list[str]) -> None:
    shown = shown_versions(Cell(1, source, output))
    assert [each.requirement for each in shown] == versions
