"""From what is locked and installed to what must change, and drift."""

from __future__ import annotations

from nbenv.core.lock import Change, LockedDistribution
from nbenv.core.sync_plan import Installed, Plan, drift, make_plan

HASH = ("sha256:" + "a" * 64,)


def locked(name: str, version: str) -> LockedDistribution:
    return LockedDistribution(name, version, None, None, HASH)


def test_a_plan_installs_what_differs_and_removes_what_may_go() -> None:
    wanted = {name: locked(name, "2") for name in ("new", "moved", "same")}
    installed = {
        "moved": Installed("moved", "1"),
        "same": Installed("same", "2"),
        "gone": Installed("gone", "1"),
        "slipped-in": Installed("slipped-in", "1"),
    }
    plan = make_plan(wanted, installed, {"gone", "same"})
    assert plan == Plan((wanted["moved"], wanted["new"]), ("gone",))
    assert make_plan(wanted, installed, installed).remove == ("gone", "slipped-in")


def test_an_editable_install_does_not_satisfy_a_version() -> None:
    plan = make_plan(
        {"a": locked("a", "1")}, {"a": Installed("a", "1", "file:///a", None, True)}, ()
    )
    assert [each.name for each in plan.install] == ["a"]


def test_a_commit_satisfies_its_url() -> None:
    wanted = {"a": LockedDistribution("a", None, "git+https://example.invalid/a@c0ffee")}
    same = {"a": Installed("a", "1", "https://example.invalid/a", "c0ffee")}
    other = {"a": Installed("a", "1", "https://example.invalid/a", "decade")}
    assert not make_plan(wanted, same, ()).install
    assert make_plan(wanted, other, ()).install


def test_drift() -> None:
    wanted = {"a": locked("a", "1"), "b": locked("b", "1")}
    installed = {"b": Installed("b", "2"), "c": Installed("c", "1")}
    assert drift(wanted, installed) == [
        Change("a", "1", None),
        Change("b", "1", "2"),
        Change("c", None, "1"),
    ]


def test_drift_of_what_has_no_version_to_compare() -> None:
    wanted = {"a": LockedDistribution("a", None, "https://h.invalid/a.zip", None, HASH)}
    assert drift(wanted, {"a": Installed("a", "1")}) == []
    assert drift(wanted, {}) == [Change("a", "https://h.invalid/a.zip", None)]


def test_an_editable_install_of_the_locked_version_is_drift() -> None:
    installed = {"a": Installed("a", "1", "file:///a", None, editable=True)}
    assert drift({"a": locked("a", "1")}, installed) == [Change("a", "1", "1")]


def test_a_wheel_from_a_folder_satisfies_its_version() -> None:
    installed = {"a": Installed("a", "1", "file:///links/a-1-py3-none-any.whl")}
    assert not make_plan({"a": locked("a", "1")}, installed, ()).install


def test_what_must_always_be_installed_again() -> None:
    wanted = {"a": LockedDistribution("a", None, "file:///a")}
    installed = {"a": Installed("a", "1", "file:///a")}
    assert not make_plan(wanted, installed, ()).install
    assert make_plan(wanted, installed, (), always=["a"]).install == (wanted["a"],)
