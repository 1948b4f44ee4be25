"""Unit tests of ``nbenv.export.uv_settings``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from nbenv.core.spec import Index
from nbenv.export.uv_settings import dependencies, project_name, settings
from tests.unit.export.made import OWN, locked, snapshot


def test_a_local_project_is_a_source(tmp_path: Path) -> None:
    document = snapshot(
        tmp_path,
        "a>=1",
        "tool[x] @ ./tool",
        lock=(locked("a", marker="os_name == 'nt'"), locked("tool", url="./tool")),
        indexes=(OWN,),
        editable=("tool",),
    )
    assert dependencies(document) == ["a>=1", "tool[x]"]
    assert settings(document) == {
        "constraint-dependencies": ["a==1.0 ; os_name == 'nt'"],
        "index": [{"url": "https://example.org/simple"}],
        "sources": {"tool": {"path": "./tool", "editable": True}},
    }


def test_nothing_to_set(tmp_path: Path) -> None:
    assert settings(snapshot(tmp_path, "a")) == {}


def test_a_lock_of_some_platforms(tmp_path: Path) -> None:
    document = snapshot(tmp_path, "a", lock=(locked("a"),))
    marker = "sys_platform == 'linux'"
    record = {**document.spec.to_record(), "platforms": [marker]}
    assert settings(replace(document, record=record))["environments"] == [marker]


def test_a_project_is_not_named_like_a_dependency(tmp_path: Path) -> None:
    assert project_name(snapshot(tmp_path, name="My Work!.ipynb")) == "my-work"
    assert project_name(snapshot(tmp_path, name="!.ipynb")) == "notebook"
    taken = snapshot(tmp_path, lock=(locked("pandas"),), name="Pandas.ipynb")
    assert project_name(taken) == "pandas-notebook"


def test_options_are_uvs_own(tmp_path: Path) -> None:
    document = snapshot(
        tmp_path,
        "a",
        lock=(locked("a"),),
        indexes=(replace(OWN, default=True),),
        constraints=("b<2",),
        no_deps=("a",),
        find_links=("./wheels",),
        no_binary=("a",),
        only_binary=(":all:",),
        exclude_newer="2024-01-31",
        index_strategy="first-index",
    )
    assert settings(document) == {
        "constraint-dependencies": ["a==1.0", "b<2"],
        "dependency-metadata": [{"name": "a", "requires-dist": []}],
        "no-binary-package": ["a"],
        "no-build": True,
        "exclude-newer": "2024-01-31",
        "index-strategy": "first-index",
        "find-links": ["./wheels"],
        "index": [{"url": "https://example.org/simple", "default": True}],
    }


def test_an_index_is_asked_for_what_it_serves_alone(tmp_path: Path) -> None:
    far = Index("far", "https://far.invalid", packages=("a-*",), dependencies=("needed",))
    lock = (locked("a-x"), locked("needed"), locked("public"))
    made = settings(snapshot(tmp_path, "a-x", "public", lock=lock, indexes=(far,)))
    (index,) = cast("list[dict[str, object]]", made["index"])
    assert (index["url"], index["explicit"]) == ("https://far.invalid", True)
    place = {"index": index["name"]}
    assert made["sources"] == {"a-x": place, "needed": place}
    assert str(index["name"]).startswith("nbenv-")  # no name by which uv finds credentials
