"""Consent: nothing that a notebook brings is installed before it was approved here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine import consent
from nbenv.engine.consent import (
    agree,
    agree_to,
    agreed_by_command,
    check_approved,
    check_before_edit,
    check_policy,
    is_approved,
    names_changed,
    needs_approval,
)
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import store
from nbenv.environments.local_projects import digest_of
from nbenv.environments.store import State
from nbenv.errors import ApprovalNeededError
from nbenv.home import approval_store, variables
from nbenv.notebook.metadata import write_metadata
from nbenv.progress import Steps
from tests.support.environments import read, ref_of

HASH = f"--hash=sha256:{'0' * 64}"
RECORD: dict[str, object] = {
    "version": 1, "python": "3.11", "requirements": ["six"], "lock": [f"six==1.0 {HASH}"],
}  # fmt: skip


@pytest.fixture
def recorded(notebook: Path) -> Path:
    write_metadata(str(notebook), {"nbenv": RECORD})
    return notebook


def refusal(notebook: Path) -> ApprovalNeededError:
    with pytest.raises(ApprovalNeededError) as caught:
        check_approved(read(notebook), None)
    return caught.value


def test_a_strangers_record_needs_approval(recorded: Path, home: Path) -> None:
    error = refusal(recorded)
    assert error.what.endswith("Python 3.11 with 1 package locked (six).")
    assert error.why == "Nothing was downloaded or run."
    assert not home.exists()


def test_consent_and_an_approval_allow_it(recorded: Path) -> None:
    check_approved(read(recorded), read(recorded).digest)
    refusal(recorded)  # an agreement is for once
    agree(read(recorded), read(recorded).spec)
    check_approved(read(recorded), None)


def test_an_approval_is_of_one_content(recorded: Path) -> None:
    agree(read(recorded), read(recorded).spec)
    for changed in (
        {"requirements": ["six", "more"]},
        {"lock": [f"six==1.1 {HASH}"]},
        {"indexes": [{"name": "a", "url": "https://host.invalid/"}]},
    ):
        write_metadata(str(recorded), {"nbenv": {**RECORD, **changed}})
        refusal(recorded)
    write_metadata(str(recorded), {"nbenv": {**RECORD, "note": "unknown keys install nothing"}})
    check_approved(read(recorded), None)


@pytest.mark.parametrize("agreed", ["", "0" * 32])
def test_an_agreement_to_something_else_allows_nothing(recorded: Path, agreed: str) -> None:
    with pytest.raises(ApprovalNeededError) as caught:
        check_approved(read(recorded), agreed)
    assert ("has changed since it was shown" in caught.value.what) is bool(agreed)
    assert caught.value.digest == caught.value.parts()["digest"] == read(recorded).digest


def test_a_command_agrees_to_what_the_file_holds_and_shows_it(recorded: Path) -> None:
    shown, digest = said(agreed_by_command(ref_of(recorded), None))
    assert digest == read(recorded).digest
    what, is_notable = shown
    assert is_notable
    assert what.startswith(
        "Approving what this notebook records: Python 3.11 with 1 package locked (six)."
    )
    write_metadata(str(recorded), {"nbenv": {**RECORD, "requirements": ["other"]}})
    with pytest.raises(ApprovalNeededError, match="has changed"):
        check_approved(read(recorded), digest)
    agree(read(recorded), read(recorded).spec)
    assert list(said(agreed_by_command(ref_of(recorded), None))) == [read(recorded).digest]
    assert list(said(agreed_by_command(ref_of(recorded), "shown"))) == ["shown"]


def said(steps: Steps[str]) -> Iterator[object]:
    """Yield what steps say, and last what they return."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            yield end.value
            return
        yield step.message, step.lasting


def test_what_waits_for_an_approval(recorded: Path) -> None:
    assert needs_approval(ref_of(recorded))
    agree(read(recorded), read(recorded).spec)
    assert not needs_approval(ref_of(recorded))
    write_metadata(str(recorded), {"nbenv": None})
    assert not needs_approval(ref_of(recorded))


@pytest.mark.parametrize(
    ("policy", "is_allowed"), [("always", True), ("ask", False), ("never", False), ("", False)]
)
def test_the_policy_decides_the_rest(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, policy: str, is_allowed: bool
) -> None:
    monkeypatch.setenv(variables.RESTORE, policy)
    if is_allowed:
        check_approved(read(recorded), None)
    else:
        refusal(recorded)


def test_never_means_never_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    check_policy(None)
    monkeypatch.setenv(variables.RESTORE, "never")
    check_policy("")
    with pytest.raises(ApprovalNeededError, match="NBENV_RESTORE is never"):
        check_policy(None)


def test_a_notebook_without_record_needs_none(notebook: Path) -> None:
    check_approved(read(notebook), None)


def test_what_is_more_than_wheels_of_ones_own_index_is_named(notebook: Path) -> None:
    record = {
        **RECORD,
        "indexes": [{"name": "far", "url": "https://far.invalid/simple"}],
        "lock": [f"built==1.0 {HASH}", f"direct @ https://host.invalid/direct.tar.gz {HASH}"],
        "source": ["built"],
    }
    write_metadata(str(notebook), {"nbenv": record})
    assert refusal(notebook).why.splitlines() == [
        "It builds built from source, which runs their code.",
        "It installs direct directly from https://host.invalid/direct.tar.gz, and builds it, "
        "which runs its code.",
        "Its lock lacks six: the next change installs that, and may build it, which runs its code.",
        "It uses the index far (https://far.invalid/simple).",
        "Nothing was downloaded or run.",
    ]


def test_a_long_list_of_requirements_is_cut(notebook: Path) -> None:
    names = [f"p{number}" for number in range(10)]
    write_metadata(str(notebook), {"nbenv": {**RECORD, "requirements": names}})
    assert refusal(notebook).what.endswith("(p0, p1, p2, p3, p4, p5, p6, p7, …).")


def test_an_approval_says_what_it_is_of(recorded: Path) -> None:
    store.save_state(State(str(recorded), "work-1"))
    agree(read(recorded), read(recorded).spec)
    [approval] = approval_store.approved()
    assert approval.about == {
        "notebook": str(recorded), "python": "3.11", "requirements": ["six"], "distributions": 1,
        "source": [],
    }  # fmt: skip


def test_a_detached_kernel_has_no_notebook_to_name() -> None:
    snapshot = NotebookSnapshot.read(NotebookRef.detached("x"))
    agree(snapshot, Spec("3.11"))
    [approval] = approval_store.approved()
    assert approval.about["notebook"] is None


def test_a_local_project_is_approved_per_folder(tmp_path: Path) -> None:
    spec = Spec.from_record({**RECORD, "requirements": [], "lock": ["mine @ ./mine"]})
    agree_to(spec, tmp_path, None)
    assert approval_store.is_approved(digest_of(spec, tmp_path))
    assert not approval_store.is_approved(digest_of(spec, tmp_path / "other"))


def test_files_that_a_strangers_record_names_are_not_read(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {**RECORD, "requirements": [], "lock": ["mine @ file:///usr"]}
    write_metadata(str(notebook), {"nbenv": record})
    with monkeypatch.context() as patch:
        patch.setattr(consent, "digest_of", lambda *_: pytest.fail("they were read"))
        assert refusal(notebook).digest == ""
        assert needs_approval(ref_of(notebook))
        assert not is_approved(read(notebook))


def test_a_project_that_was_replaced_is_asked_for_anew(notebook: Path) -> None:
    project = notebook.parent / "mine"
    project.mkdir()
    write_metadata(str(notebook), {"nbenv": {**RECORD, "lock": ["mine @ ./mine"]}})
    agree(read(notebook), read(notebook).spec)
    check_approved(read(notebook), None)
    (project / "setup.py").write_text("print()")
    assert "local project of this notebook has changed" in refusal(notebook).what
    assert refusal(notebook).digest == read(notebook).digest


LOCAL: dict[str, object] = {**RECORD, "lock": [*RECORD["lock"], "a @ ./a", "b @ ./b"]}  # type: ignore[misc]


@pytest.fixture
def with_projects(notebook: Path) -> Path:
    """Return an approved notebook with two local projects, one of which changed since."""
    asked = ["six", "a @ ./a", "b @ ./b"]
    for name in "ab":
        (notebook.parent / name).mkdir()
        (notebook.parent / name / "setup.py").write_text("1", encoding="utf-8")
    write_metadata(str(notebook), {"nbenv": {**LOCAL, "requirements": asked}})
    agree(read(notebook), read(notebook).spec)
    (notebook.parent / "a" / "setup.py").write_text("22", encoding="utf-8")
    return notebook


def test_to_name_a_changed_project_is_to_approve_it(with_projects: Path) -> None:
    refused = check_before_edit(read(with_projects), None)
    assert refused
    assert "A local project of this notebook has changed" in refused.what
    assert names_changed(read(with_projects), ["a"])
    assert names_changed(read(with_projects), ["a", "b"])
    assert not names_changed(read(with_projects), ["b"])
    assert not names_changed(read(with_projects), ["six"])
    with pytest.raises(ApprovalNeededError):  # a page agrees to a digest
        check_before_edit(read(with_projects), "")


def test_another_record_is_refused_whatever_is_named(with_projects: Path) -> None:
    write_metadata(str(with_projects), {"nbenv": {**LOCAL, "requirements": ["six", "a @ ./a"]}})
    with pytest.raises(ApprovalNeededError):
        check_before_edit(read(with_projects), None)


def test_files_that_were_approved_with_another_record_count(with_projects: Path) -> None:
    first = read(with_projects)
    record = {**LOCAL, "requirements": ["a @ ./a"]}
    write_metadata(str(with_projects), {"nbenv": record})
    agree(read(with_projects), read(with_projects).spec)
    write_metadata(str(with_projects), {"nbenv": first.record})
    assert not approval_store.is_approved(read(with_projects).digest)
    assert is_approved(read(with_projects))
    assert check_before_edit(read(with_projects), None) is None
    (with_projects.parent / "b" / "setup.py").write_text("333", encoding="utf-8")
    assert not is_approved(read(with_projects))
