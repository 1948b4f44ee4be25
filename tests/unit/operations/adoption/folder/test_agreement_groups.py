"""Unit tests of ``nbenv.operations.adoption.folder.agreement_groups``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Spec
from nbenv.environments.interpreters import default_python
from nbenv.operations.adoption.folder import agreement_groups
from nbenv.operations.adoption.folder.agreement_groups import AgreeingGroup, Wants, agreeing_groups
from nbenv.progress import Steps, drain
from tests.support.index import LocalIndex

OLD = "2020-01-01T00:00:00Z"


def wants(name: str, *texts: str, python: str = "", as_of: str | None = None) -> Wants:
    return Wants(name, python or default_python(), texts, as_of=as_of)


def groups(
    folder: Path, *wanted: Wants, known: dict[str, Lock] | None = None
) -> list[AgreeingGroup]:
    return drain(agreeing_groups(wanted, folder, known or {}))


def members(found: list[AgreeingGroup]) -> list[tuple[str, ...]]:
    return [group.names for group in found]


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.remove("ipykernel-7.0-py3-none-any.whl")
    index.wheel("ipykernel", "7.0", upload_time=OLD)
    for version in ("1.0", "2.0"):
        index.wheel(
            "leaf", version, upload_time=OLD if version == "1.0" else "2026-06-01T00:00:00Z"
        )
    index.wheel("branch", "1.0", requires=["leaf<2"], upload_time="2026-06-01T00:00:00Z")
    index.wheel("twig", "1.0", requires=["leaf>=2"], upload_time="2026-06-01T00:00:00Z")
    return index


def test_those_that_agree_get_the_same_versions(tmp_path: Path, stocked: LocalIndex) -> None:
    found = groups(tmp_path, wants("a", "leaf"), wants("b", "branch"), wants("c"))
    assert members(found) == [("a", "b", "c")]
    assert found[0].versions.lock.versions() == {
        "ipykernel": "7.0", "branch": "1.0", "leaf": "1.0",
    }  # fmt: skip
    assert found[0].versions.day is None


def test_one_that_disagrees_is_apart(tmp_path: Path, stocked: LocalIndex) -> None:
    wanted = [wants("a", "leaf"), wants("b", "branch"), wants("c", "twig"), wants("d", "branch")]
    assert members(groups(tmp_path, *wanted)) == [("a", "b", "d")]


def test_those_apart_may_agree_among_themselves(tmp_path: Path, stocked: LocalIndex) -> None:
    wanted = [
        wants("a", "branch"), wants("b", "twig"), wants("c", "twig", "leaf"), wants("d", "branch"),
    ]  # fmt: skip
    found = groups(tmp_path, *wanted)
    assert members(found) == [("a", "d"), ("b", "c")]
    assert [group.versions.lock.versions()["leaf"] for group in found] == ["1.0", "2.0"]


def test_contradictions_are_seen_without_the_installer(
    tmp_path: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = agreement_groups.resolve_with_kernel

    def counted(spec: Spec, interpreter: str, folder: Path, options: ResolveOptions) -> Steps[Lock]:
        asked.append(spec.requirements)
        return real(spec, interpreter, folder, options)

    monkeypatch.setattr(agreement_groups, "resolve_with_kernel", counted)
    wanted = [wants("a", "leaf==1.0"), wants("b", "leaf==2.0"), wants("c", "leaf==1.0")]
    assert members(groups(tmp_path, *wanted)) == [("a", "c")]
    assert ("leaf==1.0", "leaf==2.0") not in asked


def test_old_versions_do_not_age_the_others(tmp_path: Path, stocked: LocalIndex) -> None:
    wanted = [wants(name, "leaf==1.0") for name in "ab"] + [wants(name, "leaf") for name in "cd"]
    found = groups(tmp_path, *wanted)
    assert sorted(members(found)) == [("a", "b"), ("c", "d")]
    days = {group.names: group.versions.day for group in found}
    assert days[("c", "d")] is None
    assert str(days[("a", "b")]).startswith("2020-")


def test_another_python_or_day_is_another_group(tmp_path: Path, stocked: LocalIndex) -> None:
    wanted = [
        wants("a", "leaf"), wants("b", "leaf"), wants("c", "leaf", as_of="2021-01-01"),
        wants("d", "leaf", as_of="2021-01-01"), wants("e", "leaf", python="3.99"),
        wants("f", "leaf", python="3.99"),
    ]  # fmt: skip
    found = groups(tmp_path, *wanted)
    assert members(found) == [("a", "b"), ("c", "d")]
    assert found[1].versions.lock.versions()["leaf"] == "1.0"


def test_a_name_that_no_index_has_keeps_nobody_apart(tmp_path: Path, stocked: LocalIndex) -> None:
    found = groups(tmp_path, wants("a", "leaf", "no-such-thing"), wants("b", "leaf"))
    assert members(found) == [("a", "b")]


def test_versions_that_are_here_already_are_preferred(tmp_path: Path, stocked: LocalIndex) -> None:
    first = groups(tmp_path, wants("a", "branch"), wants("b", "leaf"))[0]
    known = {default_python(): first.versions.lock}
    found = groups(tmp_path, wants("c", "leaf"), wants("d"), known=known)
    assert found[0].versions.lock.versions()["leaf"] == "1.0"


def test_one_notebook_agrees_with_those_that_are_here_already(
    tmp_path: Path, stocked: LocalIndex
) -> None:
    first = groups(tmp_path, wants("a", "branch"), wants("b", "leaf"))[0]
    known = {default_python(): first.versions.lock}
    found = groups(tmp_path, wants("c", "leaf"), known=known)
    assert members(found) == [("c",)]
    assert found[0].versions.lock.versions()["leaf"] == "1.0"
    assert groups(tmp_path, wants("c", "leaf")) == []


def test_versions_that_nobody_can_have_are_loosened(tmp_path: Path, stocked: LocalIndex) -> None:
    wanted = [wants("a", "leaf==9"), wants("b", "leaf==9", "branch"), wants("c", "leaf==1.0")]
    found = groups(tmp_path, *wanted)
    assert members(found) == [("a", "b")]
    assert found[0].versions.lock.versions()["leaf"] == "1.0"


def test_a_day_that_leads_nowhere_is_dropped(tmp_path: Path, stocked: LocalIndex) -> None:
    stocked.remove("ipykernel-7.0-py3-none-any.whl")
    stocked.wheel("ipykernel", "7.1", upload_time="2026-06-01T00:00:00Z")
    found = groups(tmp_path, wants("a", "leaf==1.0"), wants("b", "leaf==1.0"))
    assert found[0].versions.day is None
    assert found[0].versions.lock.versions()["ipykernel"] == "7.1"
