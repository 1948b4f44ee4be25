"""``nbenv diff`` and git merges of notebooks, with a real git and a local index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbenv.core import record as records
from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.merge import merge_records
from nbenv.core.spec import Spec
from tests.conftest import write_notebook, write_other_copy
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex

HASH = ("sha256:" + "0" * 64,)


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("branch", "1.0", requires=["leaf"])
    index.wheel("twig", "1.0", requires=["leaf<2"])
    index.wheel("bud", "1.0")
    return index


@pytest.fixture
def repository(notebook: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook with an environment, in a repository set up for nbenv's git driver."""
    folder = notebook.parent
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(folder.parent / "gitconfig"))
    git("init", "-q", "-b", "main")
    git("config", "user.name", "A")
    git("config", "user.email", "a@example.org")
    assert "git compares and merges notebooks" in succeed("git-config").out
    succeed("install", notebook, "branch")
    commit("first")
    return notebook


def git(*words: str, status: int = 0) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


def names(notebook: Path) -> dict[str, str]:
    return Spec.from_record(record(notebook)).lock.versions()


def branches(notebook: Path, *requirements: str) -> None:
    """Install each requirement on its own branch, from the same start."""
    for number, requirement in enumerate(requirements):
        git("checkout", "-q", "-b", f"side-{number}", "main")
        succeed("install", notebook, requirement)
        commit(requirement)


def test_two_branches_that_each_added_something_merge(
    repository: Path, stocked: LocalIndex
) -> None:
    stocked.wheel("leafless", "1.0")
    branches(repository, "bud", "leafless")
    stocked.requests.clear()
    git("merge", "-q", "--no-edit", "side-0")
    assert names(repository).keys() == {"branch", "bud", "ipykernel", "leaf", "leafless"}
    assert record(repository)["requirements"] == ["branch", "bud", "leafless"]
    assert stocked.requests == []  # the union of both locks is enough
    succeed("restore", repository)
    assert succeed("status", repository, "--json").json["approved"] is True


def test_a_version_that_cannot_stay_is_resolved_anew(repository: Path) -> None:
    branches(repository, "twig", "bud")
    assert "by hand" not in git("merge", "-q", "--no-edit", "side-0")
    assert names(repository) == {
        "branch": "1.0", "bud": "1.0", "ipykernel": "7.0", "leaf": "1.0", "twig": "1.0",
    }  # fmt: skip
    records.check(record(repository))


def test_what_both_changed_is_left_to_the_person(repository: Path) -> None:
    branches(repository, "leaf==1.0", "leaf==2.0")
    told = git("merge", "--no-edit", "side-0", status=1)
    assert "Both sides changed the requirement leaf" in told
    assert names(repository)["leaf"] == "2.0"  # ours, and the file is a notebook still
    assert "work.ipynb" in git("status", "--short")


def test_cells_merge_as_text(repository: Path) -> None:
    branches(repository, "bud")
    git("checkout", "-q", "main")
    text = repository.read_text(encoding="utf-8")
    repository.write_text(text.replace("1 + 1", "2 + 2"), encoding="utf-8")
    commit("cells")
    git("merge", "-q", "--no-edit", "side-0")
    assert "2 + 2" in repository.read_text(encoding="utf-8")
    assert "bud" in names(repository)


def test_git_shows_versions_without_hashes(repository: Path) -> None:
    succeed("install", repository, "bud")
    shown = [line for line in git("diff").splitlines() if line.startswith("+ ") and "==" in line]
    assert len(shown) == 1
    assert '"bud==1.0 (files ' in shown[0]


def test_settings_can_be_taken_back(repository: Path) -> None:
    succeed("git-config")
    attributes = repository.parent / ".gitattributes"
    assert attributes.read_text(encoding="utf-8").count("nbenv") == 2  # one line, two words
    succeed("git-config", "--remove")
    assert not attributes.exists()
    assert "nbenv" not in git("config", "--local", "--list")
    succeed("git-config", "--remove")
    assert "git rev-parse failed." in fail("git-config", environ={"GIT_DIR": "/nowhere"})


def test_diff_of_a_revision(repository: Path) -> None:
    assert succeed("diff", repository, "HEAD").out == "They are the same.\n"
    succeed("install", repository, "leaf<2", "bud")
    done = succeed("diff", repository, "HEAD")
    assert done.out.splitlines() == [
        "work.ipynb of HEAD → now",
        "  requirement bud",
        "  requirement leaf<2",
        "  added       bud 1.0",
        "  downgraded  leaf 2.0 → 1.0",
        "1 added, 1 downgraded.",
    ]
    assert "git has no work.ipynb in nothing" in fail("diff", repository, "nothing")
    assert "git has no work.ipynb in --help" in fail("diff", repository, "--", "--help")


def test_diff_of_notebooks_and_environments(repository: Path, tmp_path: Path) -> None:
    other = write_other_copy(repository, tmp_path / "other")
    assert succeed("diff", repository, other).out == "They are the same.\n"
    succeed("restore", other)
    succeed("uninstall", other, "branch")
    data = succeed("diff", repository, other, "--json").json
    assert [(each["name"], each["is"]) for each in data["distributions"]] == [
        ("branch", "removed"),
        ("leaf", "removed"),
    ]
    assert succeed("diff", repository).out == "They are the same.\n"
    fresh = write_other_copy(repository, tmp_path / "fresh")
    assert "Its environment does not exist yet." in succeed("diff", fresh).out
    assert nbenv("diff").status == 2


def test_nbdime_leaves_the_lock_out(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Path(__file__).parents[3] / "jupyter-config"
    if not config.exists():
        pytest.skip("runs in a checkout")
    before = repository.with_name("before.ipynb")
    before.write_bytes(repository.read_bytes())
    succeed("install", repository, "bud")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(config))
    done = subprocess.run(
        [Path(sys.executable).with_name("nbdiff"), "--no-color", before, repository],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "requirements" in done.stdout
    assert "--hash" not in done.stdout


def locked(name: str, version: str) -> LockedDistribution:
    return LockedDistribution(name, version, hashes=HASH)


def spec(*requirements: str, **versions: str) -> Spec:
    lock = Lock(tuple(locked(name, version) for name, version in sorted(versions.items())))
    return Spec("3.11", requirements, lock)


def test_an_upgrade_on_one_side_survives_an_addition_on_the_other() -> None:
    base, ours = spec("a", a="1"), spec("a", "b", a="1", b="1")
    merged = merge_records(base, ours, spec("a", a="2"))
    assert not merged.is_locked  # b was never tried with the newer a
    assert merge_records(base, base, ours).spec == merge_records(base, ours, base).spec == ours
    assert merge_records(base, ours, ours).spec == ours


def test_a_removal_beside_an_addition_is_resolved() -> None:
    base = spec("a", a="1", shared="1")
    merged = merge_records(base, spec(), spec("a", "b", a="1", b="1", shared="1"))
    assert merged.spec.requirements == ("b",)
    assert not merged.is_locked


@pytest.mark.skipif(os.name != "posix", reason="the trap is a module for POSIX")
def test_a_foreign_repository_takes_no_module_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ``git-config``, a diff in a repository with a module ``nbenv`` does not run that."""
    folder, ran = tmp_path / "foreign", tmp_path / "ran"
    (folder / "nbenv").mkdir(parents=True)
    trap = f"open({str(ran)!r}, 'w').close()\nraise SystemExit(1)\n"
    for name in ("__init__.py", "__main__.py"):
        (folder / "nbenv" / name).write_text(trap, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    notebook = write_notebook(folder / "a.ipynb", "1")
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *words], check=True)
    program = str(Path(sys.executable).with_name("nbenv"))
    subprocess.run([program, "git-config"], check=True, capture_output=True)
    write_notebook(notebook, "2")
    for words in (["diff"], ["log", "-p"]):
        done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
        assert "a.ipynb" in done.stdout
    assert not ran.exists()
