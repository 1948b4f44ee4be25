"""Indexes as uv is given them: whose names, and whose credentials."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbenv.core.spec import Index
from nbenv.home.index_names import remember
from nbenv.installer.index_settings import (
    absent_links,
    narrowed,
    usable_links,
    with_recorded,
)

URL = "https://corp.example/simple"
OWN = {"UV_NO_CONFIG": "1", "UV_INDEX_CORP_USERNAME": "u", "UV_INDEX_CORP_PASSWORD": "p"}


def credentials(variables: dict[str, str]) -> list[str]:
    """Return the credentials under names of nbenv's own."""
    return [value for name, value in variables.items() if name.startswith("UV_INDEX_NBENV_")]


def test_a_recorded_index_gets_another_name() -> None:
    found = with_recorded(OWN, [Index("corp", URL), Index("Corp", f"{URL}/2")])
    assert re.fullmatch(rf"nbenv-\w{{16}}={URL} nbenv-\w{{16}}={URL}/2", found["UV_INDEX"])
    assert credentials(found) == []


@pytest.mark.parametrize("variable", ["UV_INDEX", "UV_DEFAULT_INDEX"])
def test_one_that_the_user_configured_too_is_the_users(variable: str) -> None:
    found = with_recorded({**OWN, variable: f"corp={URL}/"}, [Index("works", URL)])
    assert found["UV_INDEX"] == f"corp={URL}/"


def test_the_users_other_indexes_follow() -> None:
    found = with_recorded({**OWN, "UV_INDEX": f"a={URL}/a corp={URL}"}, [Index("x", URL)])
    assert found["UV_INDEX"].split() == [f"corp={URL}", f"a={URL}/a"]


@pytest.mark.parametrize(
    ("url", "gets"),
    [
        (URL, True),
        ("https://CORP.example:443/another/simple", True),
        ("http://corp.example/simple", False),
        ("https://corp.example:8443/simple", False),
        ("https://corp.example.evil.example/simple", False),
        ("https://corp.example./simple", False),
        ("https://evil.example/corp.example", False),
    ],
)
@pytest.mark.parametrize("typed", [True, False])
def test_credentials_are_for_a_host(url: str, gets: bool, typed: bool) -> None:
    if typed:
        remember("corp", "https://corp.example:443")
    own = OWN if typed else {**OWN, "UV_INDEX": "corp=https://corp.example/own/simple"}
    found = with_recorded(own, [Index("corp", url)])
    assert credentials(found) == (["u", "p"] if gets else [])


def test_of_two_names_of_a_host_the_notebooks_is_preferred() -> None:
    own = {**OWN, "UV_INDEX_TEAM_USERNAME": "t"}
    for name in ("corp", "team"):
        remember(name, "https://corp.example:443")
    assert credentials(with_recorded(own, [Index("Team", URL)])) == ["t"]
    assert credentials(with_recorded(own, [Index("x", URL)])) == ["u", "p"]


def test_one_index_keeps_its_name_and_password() -> None:
    mine = "mine=https://user:word@m.invalid/simple/"
    own = with_recorded({"UV_INDEX": mine, "UV_FIND_LINKS": "/links"}, [Index("x", URL)])
    found = narrowed(own, "https://m.invalid/simple")
    assert found["UV_DEFAULT_INDEX"] == mine
    assert not {"UV_INDEX", "UV_FIND_LINKS"} & set(found)


def test_one_recorded_index_keeps_its_credentials() -> None:
    remember("corp", "https://corp.example:443")
    found = narrowed(with_recorded(OWN, [Index("x", URL)]), URL)
    assert found["UV_DEFAULT_INDEX"].endswith(f"={URL}")
    assert credentials(found) == ["u", "p"]


def test_folders_that_are_not_here_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a, b").mkdir()
    urls = ["./a, b", "./missing", "https://h.invalid/w", (tmp_path / "a, b").as_uri()]
    here = (tmp_path / "a, b").as_uri().replace(",", "%2C")
    assert usable_links(urls, tmp_path) == [here, "https://h.invalid/w", here]
    assert absent_links(urls, tmp_path) == ["./missing"]


def test_a_default_index_takes_the_place_of_the_users_and_keeps_its_order() -> None:
    own = {
        **OWN,
        "UV_INDEX_URL": "https://old.example",
        "UV_INDEX": "https://old.example https://b.example",
    }
    found = with_recorded(own, [Index("corp", URL, default=True), Index("x", f"{URL}/2")])
    first, second, other = found["UV_INDEX"].split()
    assert (first.partition("=")[2], second.partition("=")[2]) == (URL, f"{URL}/2")
    assert other == "https://b.example"
    assert found["UV_DEFAULT_INDEX"] == first
    assert "UV_INDEX_URL" not in found
