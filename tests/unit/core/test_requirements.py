"""Requirements: named or not, merged, removed, local."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from nbenv.core import requirements
from nbenv.errors import RequirementError


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pandas", True),
        ("pandas[excel]>=2; python_version < '3.9'", True),
        ("a @ https://example.invalid/a.whl", True),
        ("foo bar", True),
        ("./lib", False),
        ("../lib", False),
        ("~/lib", False),
        ("lib/a", False),
        ("a-1-py3-none-any.whl", False),
        ("https://example.invalid/a.zip", False),
        ("git+https://example.invalid/a", False),
    ],
)
def test_is_named(text: str, named: bool) -> None:
    assert requirements.is_named(text) is named


@pytest.mark.parametrize("text", ["foo bar", "a=1", "", "a\nb", "--index-url x", "a\0"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(RequirementError, match="is not a requirement"):
        requirements.parse(text)


@pytest.mark.parametrize(
    ("recorded", "asked", "merged"),
    [
        ([], ["Pandas >= 2"], ["pandas>=2"]),
        (["pandas>=2"], ["pandas"], ["pandas>=2"]),
        (["pandas>=2"], ["pandas[excel]"], ["pandas[excel]>=2"]),
        (["pandas>=2"], ["pandas==2.1"], ["pandas==2.1"]),
        (["b", "a"], ["c"], ["a", "b", "c"]),
        (
            ["a==1; os_name == 'nt'"],
            ["a==2; os_name != 'nt'"],
            ['a==1; os_name == "nt"', 'a==2; os_name != "nt"'],
        ),
        (["a==1; os_name == 'nt'"], ["a==2"], ["a==2"]),
        (["a @ ./x"], ["a>=1"], ["a>=1"]),
        (["a @ ./x"], ["a @ ./y", "a<2"], ["a @ ./y", "a<2"]),
        (["a; os_name == 'nt'"], ["a"], ["a", 'a; os_name == "nt"']),
        (["a", "a; os_name == 'nt'"], ["a[x]"], ["a[x]", 'a[x]; os_name == "nt"']),
    ],
)
def test_merge(recorded: list[str], asked: list[str], merged: list[str]) -> None:
    assert requirements.merge(recorded, asked) == merged
    assert requirements.merge(merged, asked) == merged


@pytest.mark.parametrize(
    ("recorded", "asked", "merged"),
    [
        (["a==1", "b==1"], ["a"], ["a", "b==1"]),
        (["a[x]<2"], ["a[y]"], ["a[x,y]"]),
        (["a==1; os_name == 'nt'", "a<2"], ["a"], ["a", 'a; os_name == "nt"']),
        (["a @ ./x", "a<2"], ["a"], ["a", "a @ ./x"]),
        (["a==1"], ["a<3"], ["a<3"]),
        (["a==1"], ["a<3; os_name == 'nt'"], ['a<3; os_name == "nt"']),
    ],
)
def test_an_upgrade_leaves_the_version_that_was_asked_for(
    recorded: list[str], asked: list[str], merged: list[str]
) -> None:
    assert requirements.merge(recorded, asked, renewed={"a"}) == merged


@pytest.mark.parametrize(
    ("asked", "combined"),
    [
        (["toolz<0.12", "toolz>=0.10"], ["toolz<0.12,>=0.10"]),
        (["Foo_Bar[a]", "foo.bar[b]>1", "foo-bar"], ["foo-bar[a,b]>1"]),
        (["a<2; os_name == 'nt'", "a>1"], ['a<2; os_name == "nt"', "a>1"]),
        (["a<2; os_name == 'nt'", "a>1; os_name == 'nt'"], ['a<2,>1; os_name == "nt"']),
        (["a @ ./x", "a<2", "a[e]"], ["a[e] @ ./x", "a[e]<2"]),
        (["a @ ./x", "a[e]", "a @ ./x"], ["a[e] @ ./x"]),
        (["b", "a", "b"], ["b", "a"]),
    ],
)
def test_what_is_asked_for_together_is_intersected(asked: list[str], combined: list[str]) -> None:
    assert requirements.combine((text, "") for text in asked) == combined


told_by_packaging = pytest.mark.skipif(
    not hasattr(SpecifierSet, "is_unsatisfiable"),
    reason="the resolver tells it in packaging's place",
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("a==1", "a==2", marks=told_by_packaging),
        pytest.param("a<2", "a>=2.1", marks=told_by_packaging),
        ("a @ ./x", "a @ ./y"),
        pytest.param("a==1; os_name == 'nt'", "A>2; os_name == 'nt'", marks=told_by_packaging),
    ],
)
def test_what_excludes_each_other_is_named(first: str, second: str) -> None:
    one, two = requirements.normalise(first), requirements.normalise(second)
    with pytest.raises(RequirementError) as failed:
        requirements.combine([("b", ""), (first, ""), (second, "r.txt, line 3")])
    assert failed.value.what == f"{one} and {two} (r.txt, line 3) exclude each other."


def test_remove() -> None:
    assert requirements.remove(["a>=1", "scikit-learn"], ["Scikit_Learn", "x"]) == (["a>=1"], ["x"])


def test_local_paths_travel(tmp_path: Path) -> None:
    place = tmp_path / "lib"
    assert requirements.portable(place, tmp_path) == "./lib"
    assert requirements.portable(place, tmp_path / "notebooks") == "../lib"
    assert requirements.absolute("../lib", tmp_path / "notebooks") == place
    assert requirements.absolute(place.as_uri(), Path("elsewhere")) == place
    assert requirements.absolute(f"FILE{place.as_uri()[4:]}", Path("elsewhere")) == place
    assert requirements.absolute("file:./lib", tmp_path) == place


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://u:p@example.invalid/x", "https://example.invalid/x"),
        ("a @ git+https://token@example.invalid/x", "a @ git+https://example.invalid/x"),
        ("git+ssh://git@example.invalid/x", "git+ssh://git@example.invalid/x"),
        ("git+file:///a/b", "git+file:///a/b"),
    ],
)
def test_credentials_go(text: str, clean: str) -> None:
    assert requirements.without_credentials(text) == clean


@pytest.mark.parametrize(
    "name", ["a b", "50%", "a%20b", "a#b", "a;b", "a[b]", "a+b (1)", "é", "a&b=c", "a?b"]
)
def test_a_recorded_path_leads_back(name: str) -> None:
    for path in (Path("/n", name), Path("/", name, "mine"), Path("/far", "away", name)):
        for folder in (Path("/n"), Path("/1/2/3/4/5")):
            url = requirements.portable(path, folder)
            assert requirements.absolute(url, folder) == path
            assert requirements.parse(f"x @ {url}").url == url
