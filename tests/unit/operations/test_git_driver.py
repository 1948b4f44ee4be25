"""The merge driver and the text that git compares, without a repository."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from nbenv import git
from nbenv.engine.consent import check_approved
from nbenv.environments.interpreters import default_python
from nbenv.errors import NbenvError
from nbenv.home import variables
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.git_driver import configure, folded, merge_files
from nbenv.progress import Outcome, drain
from tests.conftest import write_notebook
from tests.support.environments import install, read, recorded
from tests.support.index import LocalIndex


@pytest.fixture
def sides(installed: Path, tmp_path: Path) -> list[Path]:
    """Return the files of base, ours and theirs, all equal."""
    files = [tmp_path / f"{name}.ipynb" for name in ("base", "ours", "theirs")]
    for file in files:
        shutil.copyfile(installed, file)
    return files


def merge(sides: Sequence[Path], path: Path) -> Outcome:
    base, ours, theirs = map(str, sides)
    return drain(merge_files(base, ours, theirs, str(path)))


def change(side: Path, installed: Path, *requirements: str) -> None:
    """Let a side have what installing requirements records."""
    before = installed.read_bytes()
    install(installed, *requirements)
    shutil.copyfile(installed, side)
    installed.write_bytes(before)


def test_what_each_side_added_is_in_the_merge(
    sides: list[Path], installed: Path, stocked: LocalIndex
) -> None:
    for side, name in zip(sides[1:], ("one", "two"), strict=True):
        stocked.wheel(name, "1.0")
        change(side, installed, name)
    stocked.requests.clear()
    assert not merge(sides, installed).failed
    spec = read(sides[1]).spec
    assert set(spec.requirements) == {"branch", "leaf<2", "one", "two"}
    assert {"one", "two"} <= spec.lock.versions().keys()
    assert stocked.requests == []  # nothing had to be resolved
    shutil.copyfile(sides[1], installed)
    check_approved(read(installed), None)  # both sides were


def test_a_side_that_was_not_approved_gives_no_approval(
    sides: list[Path],
    installed: Path,
    stocked: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stocked.wheel("one", "1.0")
    stocked.wheel("two", "1.0")
    change(sides[1], installed, "one")
    with monkeypatch.context() as patch:
        patch.setenv(variables.HOME, str(tmp_path / "stranger"))
        patch.setenv(variables.RESTORE, "always")
        change(sides[2], installed, "two")
    merge(sides, installed)
    shutil.copyfile(sides[1], installed)
    with pytest.raises(NbenvError):
        check_approved(read(installed), None)


def test_different_versions_are_resolved(
    sides: list[Path], installed: Path, stocked: LocalIndex
) -> None:
    stocked.wheel("old", "1.0", requires=["leaf<1.6"])
    for version in ("1.4", "1.5"):
        stocked.wheel("leaf", version)
    change(sides[1], installed, "leaf<1.5")
    change(sides[2], installed, "old")
    assert not merge(sides, installed).failed
    versions = read(sides[1]).spec.lock.versions()
    assert (versions["old"], versions["leaf"] in ("1.0", "1.4")) == ("1.0", True)


def test_no_host_of_a_stranger_is_asked(sides: list[Path], installed: Path) -> None:
    record = read(sides[0]).spec.to_record()
    lock = [str(line).replace("leaf==1.0", "leaf==1.3") for line in record["lock"]]  # type: ignore[attr-defined]
    index = {"name": "far", "url": "https://far.invalid/simple"}
    write_metadata(str(sides[2]), {"nbenv": {**record, "lock": lock, "indexes": [index]}})
    lock = [str(line).replace("leaf==1.0", "leaf==1.2") for line in record["lock"]]  # type: ignore[attr-defined]
    write_metadata(str(sides[1]), {"nbenv": {**record, "lock": lock}})
    ours = recorded(sides[1])
    with pytest.raises(NbenvError) as caught:
        merge(sides, installed)
    assert "has to be merged by hand" in caught.value.what
    assert "never approved on this machine" in caught.value.why
    assert recorded(sides[1]) == ours


def test_what_both_sides_changed_is_for_the_person(sides: list[Path], installed: Path) -> None:
    change(sides[1], installed, "leaf<1.5")
    change(sides[2], installed, "leaf>=2")
    ours = recorded(sides[1])
    with pytest.raises(NbenvError) as caught:
        merge(sides, installed)
    assert "Both sides changed the requirement leaf" in caught.value.why
    assert recorded(sides[1]) == ours


def test_notebooks_without_records_are_merged_as_text(tmp_path: Path, installed: Path) -> None:
    sides = [write_notebook(tmp_path / f"{number}.ipynb", "1", "2") for number in range(3)]
    sides[2].write_text(sides[2].read_text().replace('"2"', '"3"'), encoding="utf-8")
    assert not merge(sides, installed).failed
    assert sides[1].read_bytes() == sides[2].read_bytes()
    sides[2].write_text(sides[2].read_text().replace('"3"', '"4"'), encoding="utf-8")
    assert merge(sides, installed).failed  # both sides changed that line


def test_a_broken_record_is_left_to_git(sides: list[Path], installed: Path) -> None:
    write_metadata(str(sides[2]), {"nbenv": {"version": 1, "python": default_python(), "lock": 1}})
    said = []
    base, ours, theirs = map(str, sides)
    drain(merge_files(base, ours, theirs, "work.ipynb"), lambda each: said.append(each.message))
    assert said[0].startswith("work.ipynb: The environment recorded in this notebook")


# -- the text


def test_hashes_are_one_word(installed: Path) -> None:
    text = folded(str(installed)).text
    assert "--hash" not in text
    [line] = [each for each in text.splitlines() if "branch==1.0" in each]
    assert line.strip().startswith('"branch==1.0 (files ')
    changed = installed.read_text().replace("sha256:", "sha256:0")
    assert len(changed) > len(text)


def test_other_files_are_another_word(tmp_path: Path) -> None:
    path, words = tmp_path / "a.ipynb", set()
    for digit in "ab":
        path.write_text(f'"a==1 --hash=sha256:{digit * 64} --hash=sha256:{"0" * 64}"\n')
        words.add(folded(str(path)).text)
    assert len(words) == 2
    with pytest.raises(NbenvError, match="cannot be read"):
        folded(str(tmp_path / "absent.ipynb"))


# -- the settings


def test_settings_come_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    attributes = tmp_path / "config" / "git" / "attributes"
    attributes.parent.mkdir(parents=True)
    attributes.write_text("*.png binary\n", encoding="utf-8")
    for _ in range(2):
        configure(everywhere=True)
    assert attributes.read_text().splitlines() == ["*.png binary", "*.ipynb diff=nbenv merge=nbenv"]
    assert b"git-merge %O %A %B %P" in git.git("config", "--global", "merge.nbenv.driver")
    for _ in range(2):
        configure(everywhere=True, remove=True)
    assert attributes.read_text() == "*.png binary\n"
    assert git.git("config", "--global", "merge.nbenv.driver", accepted=(0, 1)) == b""
