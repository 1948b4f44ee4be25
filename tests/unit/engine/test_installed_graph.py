"""Dependencies between what is installed."""

from __future__ import annotations

from pathlib import Path

from nbenv.engine.installed_graph import installed_graph, with_dependencies
from tests.support.environments import install, read
from tests.support.index import LocalIndex


def test_names_come_with_what_they_need_but_the_kernels_own(
    notebook: Path, index: LocalIndex
) -> None:
    index.wheel("leaf", "1.0")
    index.wheel("branch", "1.0", requires=["leaf", "ipykernel"])
    assert with_dependencies(read(notebook), ["branch"]) == {"branch"}
    install(notebook, "branch")
    snapshot = read(notebook)
    assert with_dependencies(snapshot, ["branch"]) == {"branch", "leaf"}
    assert installed_graph(snapshot)[1] == ["branch", "ipykernel"]
