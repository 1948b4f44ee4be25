"""Options of commands as a record keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.engine.asked_options import AskedOptions, with_asked, without_names
from nbenv.errors import RequirementError, UsageError

SPEC = Spec(
    "3.11",
    constraints=("leaf<2", "twig<3"),
    no_deps=("branch",),
    no_binary=("leaf",),
    indexes=(Index("own", "https://own.invalid/simple", default=True),),
    exclude_newer="2020-01-01",
    index_strategy="first-index",
)


def asked(spec: Spec = SPEC, *named: str, folder: Path = Path(), **options: object) -> Spec:
    return with_asked(spec, AskedOptions(**options), folder, named)  # type: ignore[arg-type]


def test_nothing_asked_changes_nothing() -> None:
    assert asked() == SPEC


# -- constraints and dependencies


def test_constraints_add_up_and_the_newer_one_of_a_name_counts() -> None:
    made = asked(constraints=("Leaf < 5", "new==1"))
    assert made.constraints == ("leaf<5", "new==1", "twig<3")


def test_asking_for_a_version_takes_a_recorded_constraint_away() -> None:
    assert asked(SPEC, "leaf>=2").constraints == ("twig<3",)
    assert asked(SPEC, "leaf").constraints == SPEC.constraints
    assert "leaf<2" in asked(SPEC, "leaf>1", constraints=("leaf<2",)).constraints


@pytest.mark.parametrize("text", ["leaf[x]<2", "leaf @ https://h.invalid/leaf-1.zip"])
def test_what_no_constraint_can_say_is_refused(text: str) -> None:
    with pytest.raises(RequirementError, match="cannot be used"):
        asked(constraints=(text,))


def test_names_are_marked_and_lose_the_mark_when_asked_for_with_dependencies() -> None:
    assert asked(SPEC, "twig>1", no_deps=True).no_deps == ("branch", "twig")
    assert asked(SPEC, "branch").no_deps == ()


# -- places and formats


def test_a_folder_is_recorded_relative_to_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for text in ("../wheels", str(tmp_path / "wheels"), (tmp_path / "wheels").as_uri()):
        made = asked(folder=tmp_path / "here", find_links=(text, "https://h.invalid/w.html"))
        assert made.find_links == ("../wheels", "https://h.invalid/w.html")
    assert asked(find_links=("",)).find_links == ()
    with pytest.raises(UsageError, match="There is no folder"):
        asked(find_links=("missing",))
    (tmp_path / "wheels" / "page.html").write_text("<a href='x-1-py3-none-any.whl'>x</a>")
    with pytest.raises(UsageError, match="reads no links") as caught:
        asked(find_links=("../wheels/page.html",))
    assert f"-f {tmp_path / 'wheels'})" in caught.value.todo
    with pytest.raises(UsageError, match="cannot be recorded"):
        asked(find_links=("ftp://h.invalid/x",))


def test_formats_add_up_and_each_takes_names_from_the_other() -> None:
    assert asked(no_binary=("Twig,x_y",)).no_binary == ("leaf", "twig", "x-y")
    assert asked(no_binary=(":none:", "twig")).no_binary == ("twig",)
    # All would be the kernel too, and what other commands installed.
    assert asked(SPEC, "twig>1", "B", no_binary=(":all:",)).no_binary == ("b", "leaf", "twig")
    assert asked(only_binary=(":all:",)).only_binary == (":all:",)
    made = asked(only_binary=("leaf",))
    assert (made.no_binary, made.only_binary) == ((), ("leaf",))
    with pytest.raises(UsageError, match="does not name packages"):
        asked(no_binary=("-x",))


def test_a_day_and_a_strategy_replace_the_recorded_ones_or_take_them_away() -> None:
    made = asked(exclude_newer="2024-01-31T12:00:00Z", index_strategy="unsafe-best-match")
    assert (made.exclude_newer, made.index_strategy) == (
        "2024-01-31T12:00:00Z",
        "unsafe-best-match",
    )
    made = asked(exclude_newer="none", index_strategy="none")
    assert (made.exclude_newer, made.index_strategy) == ("", "")


@pytest.mark.parametrize("text", ["yesterday", "7 days", "P7D", "2024-13-01", "2024-02-31", "-x"])
def test_a_day_that_moves_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a day"):
        asked(exclude_newer=text)


def test_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(UsageError, match="no index strategy"):
        asked(index_strategy="best")


def test_a_name_that_goes_takes_its_options_along() -> None:
    made = without_names(SPEC, ["branch", "leaf"])
    assert (made.no_deps, made.no_binary, made.constraints) == ((), (), SPEC.constraints)
