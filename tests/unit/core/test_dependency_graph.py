"""The graph of what is installed, as a tree and as paths."""

from __future__ import annotations

from nbenv.core.dependency_graph import DependencyGraph, build_graph


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


def test_a_path_is_the_shortest() -> None:
    needs = {"root": ("long", "short"), "long": ("longer",), "longer": ("end",), "short": ("end",)}
    graph = DependencyGraph({}, needs)
    assert list(graph.paths_to("end", ["root", "other"])) == [["root", "short", "end"]]
    assert list(graph.paths_to("root", ["root"])) == [["root"]]


def test_what_is_shared_is_expanded_once() -> None:
    graph = DependencyGraph({"a": "1", "b": "1"}, {"a": ("b",), "b": ("c",)})
    assert graph.tree(["a", "b"]) == ["a 1", "└── b 1", "    └── c (not installed)", "b 1 *"]


def test_extras_that_are_asked_for_late_are_followed() -> None:
    requires = {"early": ["leaf; extra == 'x'"], "late": ["early[x]"]}
    versions = dict.fromkeys(("leaf", "late", "early"), "1")
    built = build_graph(requires, versions, {"late": frozenset()}, {})
    assert built.needs["early"] == ("leaf",)


def test_lines_that_cannot_be_read_are_left_out() -> None:
    requires = {"a": ["not a requirement", "b; unknown_marker == '1'", "b; os_name == 'x'", "c"]}
    versions = {"a": "1", "b": "1", "c": "1"}
    built = build_graph(requires, versions, {"a": frozenset()}, {"os_name": "posix"})
    assert built.needs["a"] == ("c",)


def test_a_closure_is_all_that_names_need() -> None:
    graph = DependencyGraph({}, {"a": ("b",), "b": ("c", "a"), "d": ("b",)})
    assert graph.closure(["a"]) == {"a", "b", "c"}
    assert graph.closure([]) == set()
