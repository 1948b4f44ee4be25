"""Approvals of one digest, made on this machine: every front end obeys, lists and revokes them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.home import approval_store
from nbenv.kernel.build import build
from tests.conftest import write_other_copy
from tests.integration.cli.test_verbs import environment, installed, record
from tests.support.commands import fail, nbenv, nbenv_here, succeed
from tests.support.index import LocalIndex
from tests.support.kernels import kernel
from tests.support.wheels import make_project


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("other", "1.0")
    index.sdist("from-source", "1.0")
    return index


def digest(notebook: Path) -> str:
    return NotebookSnapshot.read(NotebookRef(str(notebook))).digest


def is_approved(notebook: Path) -> bool:
    done = nbenv_here("status", notebook, "--json")
    assert done.status == 0, done.err
    return bool(done.json["approved"])


def edit(notebook: Path, change: Callable[[Any], None]) -> None:
    """Edit the record as another tool would."""
    document = json.loads(notebook.read_text(encoding="utf-8"))
    change(document["metadata"]["nbenv"])
    notebook.write_text(json.dumps(document, indent=1), encoding="utf-8")


def other_hash(value: Any) -> None:
    value["lock"][-1] = value["lock"][-1].rpartition(":")[0] + ":" + "0" * 64


EDITS: dict[str, Callable[[Any], None]] = {
    "a hash": other_hash,
    "a version": lambda v: v["lock"].__setitem__(-1, v["lock"][-1].replace("==1.0", "==1.1")),
    "a marker": lambda v: v["lock"].__setitem__(
        -1, v["lock"][-1].replace(" --hash", " ; os_name != 'x' --hash")
    ),
    "a line more": lambda v: v["lock"].append(f"zzz==1 --hash=sha256:{'0' * 64}"),
    "a line less": lambda v: v["lock"].pop(),
    "an index": lambda v: v.update(indexes=[{"name": "x", "url": "https://x.invalid/simple"}]),
    "a build": lambda v: v.update(source=["leaf"]),
    "a Python": lambda v: v.update(python="3.12"),
    "a requirement": lambda v: v["requirements"].append("evil @ https://x.invalid/evil-1.tar.gz"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_changed_lock_is_another(
    name: str, notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    succeed("install", notebook, "leaf")
    assert is_approved(notebook)
    copy = write_other_copy(notebook, tmp_path / "elsewhere")
    assert is_approved(copy)  # its location does not matter
    edit(copy, EDITS[name])
    stocked.requests.clear()
    assert not is_approved(copy)
    for verb, *words in (["install", "other"], ["upgrade"], ["uninstall", "leaf"],
                         ["export", "--format", "pylock"]):  # fmt: skip
        done = nbenv_here(verb, copy, *words)
        assert (done.status, done.out) == (3, ""), done
        assert "Nothing was downloaded or run." in done.err
    assert stocked.requests == []


def test_a_folder_is_agreed_to_where_it_is(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    make_project(notebook.parent, "local-project", "1.0")
    succeed("install", notebook, notebook.parent / "local-project")
    assert is_approved(notebook)
    copy = write_other_copy(notebook, tmp_path / "elsewhere")
    make_project(copy.parent, "local-project", "1.0", fails="this is another's code")
    assert not is_approved(copy)


def forged(home: Path, notebook: Path, **change: object) -> None:
    """Write an approval for a notebook without knowing the key."""
    known = json.loads(next((home / "approvals").glob("*.json")).read_text(encoding="utf-8"))
    path = home / "approvals" / f"{digest(notebook)}.json"
    path.write_text(json.dumps({**known, **change}), encoding="utf-8")


def test_a_forged_or_copied_approval_is_none(
    notebook: Path, stocked: LocalIndex, home: Path, tmp_path: Path
) -> None:
    succeed("install", notebook, "leaf")
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    edit(shared, other_hash)
    forged(home, shared)  # with another approval's valid signature
    assert not is_approved(shared)
    forged(home, shared, signature="0" * 64)
    assert not is_approved(shared)
    forged(home, notebook, about={"requirements": ["something harmless"]})
    assert not is_approved(notebook)

    # The same lock, approved on another machine, with that machine's file.
    other = tmp_path / "other-home"
    succeed("restore", notebook)
    assert is_approved(notebook)
    shutil.copytree(home / "approvals", other / "approvals")
    environ = {"NBENV_HOME": str(other)}
    assert succeed("status", notebook, "--json", environ=environ).json["approved"] is False
    assert not (other / "secret").exists()  # looking creates no key
    fail("install", notebook, "other", status=3, environ=environ)
    assert succeed("approvals", "--json", environ=environ).json == []


def test_a_requirement_that_came_in_is_not_resolved(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    """The lock is approved, but not the requirements that a change would resolve and build."""
    succeed("install", notebook, "leaf")
    make_project(tmp_path, "evil", "1.0", fails="it must not be built")
    asked = f"evil @ {(tmp_path / 'evil').as_uri()}"
    edit(notebook, lambda value: value["requirements"].append(asked))
    assert "Nothing was downloaded or run." in fail("install", notebook, "other", status=3)
    assert "evil" not in installed(notebook)


def test_a_record_without_a_lock_is_agreed_to_by_its_requirements(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    succeed("install", notebook, "leaf")
    edit(notebook, lambda value: value.update(lock=[]))
    assert not is_approved(notebook)
    done = succeed("restore", notebook)
    assert done.out == "Nothing was locked: resolved, locked and installed leaf.\n"
    assert is_approved(notebook)
    assert len(record(notebook)["lock"]) == 2
    copy = write_other_copy(notebook, tmp_path / "elsewhere")
    edit(copy, lambda value: value.update(lock=[], requirements=["other"]))
    assert not is_approved(copy)
    assert "no lock" in fail("run", copy)


def test_they_are_listed_and_taken_back(
    notebook: Path, stocked: LocalIndex, home: Path, tmp_path: Path
) -> None:
    assert succeed("approvals").out == "Nothing is approved on this machine.\n"
    succeed("install", notebook, "leaf", "from-source")
    second = write_other_copy(notebook, tmp_path / "second")
    succeed("install", second, "other")
    known = succeed("approvals", "--json").json
    assert [(each["notebook"], each["requirements"]) for each in known] == [
        (str(notebook), ["from-source", "leaf"]),
        (str(second), ["from-source", "leaf", "other"]),
    ]
    assert known[0]["source"] == ["from-source"]
    assert known[0]["digest"] == digest(notebook)
    text = succeed("approvals").out
    assert str(second) in text
    assert known[0]["digest"][:12] in text

    done = succeed("approvals", "--revoke", notebook)
    assert done.out == "Revoked 1 approval. Their kernels ask again before they start.\n"
    assert (is_approved(notebook), is_approved(second)) == (False, True)
    fail("install", notebook, "other", status=3)
    assert installed(notebook)["leaf"] == "1.0"  # nothing was removed
    assert succeed("approvals", "--revoke", known[1]["digest"][:8], "--json").json == {
        "revoked": [known[1]["digest"]],
        "environments": [environment(second).identifier],
    }
    assert succeed("approvals", "--json").json == []
    succeed("restore", notebook)
    assert is_approved(notebook)
    assert succeed("approvals", "--revoke", "all").out.startswith("Revoked 1 approval.")


def test_words_that_name_no_approval(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "leaf")
    for word in ("ffffffff", "a", "../secret"):
        assert "matches no approval" in fail("approvals", "--revoke", word, status=2)
    assert "--revoke" in fail("approvals", notebook, status=2)
    assert succeed("approvals", "--revoke", "gone.ipynb").out == "Revoked 0 approvals.\n"
    assert is_approved(notebook)


@pytest.mark.network
def test_every_front_end_asks(notebook: Path, home: Path) -> None:
    """After a revocation, kernel, magic and command line all refuse; restoring approves again."""
    succeed("install", notebook, "six")
    succeed("approvals", "--revoke", "all")
    with kernel(notebook) as running:
        status, text = running.run("import six")
        assert status == "error"
        assert "Nothing was downloaded or run." in text
        status, text = running.run("%nbenv install tabulate")
        assert status == "error"
        assert "Nothing was downloaded or run." in text
        assert nbenv("install", notebook, "tabulate").status == 3
        running.ok("%nbenv restore")
        running.ok("import six")
    assert approval_store.is_approved(digest(notebook))
    assert os.listdir(home / "waiting") == []


def test_pruning_forgets_what_was_agreed_to_long_ago_and_is_held_no_more(
    notebook: Path, stocked: LocalIndex, home: Path
) -> None:
    succeed("install", notebook, "leaf")
    replaced = digest(notebook)
    succeed("install", notebook, "other")
    held = digest(notebook)
    succeed("prune")
    assert {each.digest for each in approval_store.approved()} >= {replaced, held}  # recent
    for path in (home / "approvals").iterdir():
        os.utime(path, (1, 1))
    succeed("prune", "--dry-run")
    assert approval_store.is_approved(replaced)
    succeed("prune")
    assert [each.digest for each in approval_store.approved()] == [held]
    shutil.rmtree(home / "envs")
    assert build(str(notebook))  # without asking
