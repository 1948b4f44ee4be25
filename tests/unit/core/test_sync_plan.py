"""From what is locked and installed to what must change; and the graph of what needs what."""

from __future__ import annotations

from nbenv.core.dependency_graph import build_graph
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


def test_graph_follows_extras_and_markers() -> None:
    requires = {
        "root": ["mid[more]", "nope; sys_platform == 'other'"],
        "mid": ["leaf; extra == 'more'", "unasked; extra == 'less'"],
    }
    versions = {"root": "1", "mid": "2", "leaf": "3", "unasked": "4"}
    built = build_graph(requires, versions, {"root": frozenset()}, {"sys_platform": "linux"})
    assert built.needs["root"] == ("mid",)
    assert built.needs["mid"] == ("leaf",)
    assert list(built.paths_to("leaf", ["root"])) == [["root", "mid", "leaf"]]
    assert built.tree(["root"]) == ["root 1", "└── mid 2", "    └── leaf 3"]


def test_a_circle_ends() -> None:
    requires = {"a": ["b"], "b": ["a"]}
    built = build_graph(requires, {"a": "1", "b": "1"}, {"a": frozenset()}, {})
    assert built.tree(["a"]) == ["a 1", "└── b 1", "    └── a 1 *"]
