"""The indexes of a command: their names and passwords, and what a record says they serve."""

from __future__ import annotations

import pytest

from nbenv.core.spec import Index
from nbenv.engine.indexes.asked_indexes import (
    AskedIndexes,
    login_notes,
    parse_index,
    typed_credentials,
    typed_indexes,
    with_asked_indexes,
)
from nbenv.errors import UsageError
from nbenv.home.index_names import remembered

OWN = Index("own", "https://own.invalid/simple", default=True)
FAR = Index("far", "https://far.invalid", packages=("acme-torch",), dependencies=("leaf",))
NEW = "new=https://new.invalid"


def made(
    *known: Index, served: dict[str, list[str]] | None = None, **options: object
) -> list[Index]:
    asked = AskedIndexes(**options)  # type: ignore[arg-type]
    return list(with_asked_indexes(known, asked, served or {}))


def test_nothing_asked_changes_nothing() -> None:
    assert made(OWN, FAR) == [OWN, FAR]


def test_a_default_index_is_recorded_with_a_name_and_takes_the_place_of_the_last() -> None:
    found = made(OWN, default_index="https://new.invalid/simple", indexes=(NEW,))
    assert found == [
        Index("own", "https://own.invalid/simple"),
        Index("new-invalid", "https://new.invalid/simple", default=True),
        Index("new", "https://new.invalid", packages=()),
    ]
    assert made(OWN, default_index="own=https://other.invalid") == [
        Index("own", "https://other.invalid", default=True),
    ]


def test_an_index_loses_its_password() -> None:
    index = parse_index("far=https://user:secret@far.invalid/simple")
    assert index == Index("far", "https://far.invalid/simple")


@pytest.mark.parametrize("text", ["far", "=https://far.invalid", "a b=https://far.invalid", "-=x"])
def test_an_index_needs_a_name(text: str) -> None:
    with pytest.raises(UsageError, match="does not name an index"):
        parse_index(text)


def test_an_index_that_others_cannot_reach_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        parse_index("my.index=file:///folder")
    assert "my.index cannot be recorded" in caught.value.what
    assert "UV_INDEX_MY_INDEX_USERNAME" in caught.value.todo


def test_an_unusable_index_does_not_show_its_password() -> None:
    with pytest.raises(UsageError) as caught:
        parse_index("https://user:secret@far.invalid")
    assert "secret" not in str(caught.value)


def test_two_indexes_need_two_names() -> None:
    with pytest.raises(UsageError, match="called new"):
        typed_indexes(AskedIndexes(indexes=(NEW, "new=https://other.invalid")))


def test_the_index_for_everything_comes_first_and_claims_what_its_packages_need() -> None:
    first, second = typed_indexes(AskedIndexes(index_url="https://all.invalid", indexes=(NEW,)))
    assert (first.name, first.claims, first.default) == ("all-invalid", True, False)
    assert (second.name, second.claims) == ("new", False)


# -- what they serve


def test_what_is_asked_from_an_index_is_added_to_what_it_serves() -> None:
    served = {"https://far.invalid": ["leaf", "branch"]}
    (found,) = made(FAR, served=served, indexes=("far=https://far.invalid",))
    assert found == Index("far", FAR.url, packages=("acme-torch", "branch", "leaf"))
    assert remembered()["FAR"] == "https://far.invalid:443"


def test_an_index_of_another_address_takes_nothing_over() -> None:
    assert made(FAR, indexes=("far=https://other.invalid",)) == [
        Index("far", "https://other.invalid", packages=())
    ]


def test_an_index_without_a_typed_name_keeps_the_recorded_one() -> None:
    served = {"https://far.invalid/": ["branch"]}
    (found,) = made(FAR, served=served, index_url="https://far.invalid/")
    assert (found.name, found.packages) == ("far", ("acme-torch", "branch"))


def test_a_package_is_asked_from_one_index_alone() -> None:
    served = {"https://new.invalid": ["acme-torch", "leaf"]}
    assert made(FAR, served=served, indexes=(NEW,)) == [
        Index("far", FAR.url, packages=()),
        Index("new", "https://new.invalid", packages=("acme-torch", "leaf")),
    ]


def test_what_no_index_serves_any_more_is_not_listed() -> None:
    (found,) = made(FAR, served={"": ["leaf"]})
    assert (found.packages, found.dependencies) == (("acme-torch",), ())


@pytest.mark.parametrize("default", [True, False])
def test_an_index_that_is_asked_for_everything_stays_so(default: bool) -> None:
    known = Index("far", "https://far.invalid", default=default)
    served = {"https://far.invalid": ["leaf"]}
    assert made(known, served=served, index_url="https://far.invalid") == [known]


# -- patterns


def test_patterns_are_for_the_only_index_or_for_a_named_one() -> None:
    (found,) = made(indexes=(NEW,), index_packages=("Acme_*, twig", "x"))
    assert found.packages == ("acme-*", "twig", "x")
    known, other = made(
        FAR, indexes=(NEW, "b=https://b.invalid"), index_packages=("far=acme-*", "new=n")
    )[0:2]
    assert (known.packages, other.packages) == (("acme-*", "acme-torch"), ("n",))
    (known,) = made(FAR, index_packages=("far=acme-*",))
    assert known.packages == ("acme-*", "acme-torch")


def test_patterns_stand_for_what_is_asked() -> None:
    served = {"https://new.invalid": ["twig"]}
    (found,) = made(served=served, indexes=(NEW,), index_packages=("acme-*",))
    assert found.packages == ("acme-*",)


def test_an_index_for_everything_can_be_limited_to_patterns() -> None:
    known = Index("new", "https://new.invalid")
    (found,) = made(known, indexes=(NEW,), index_packages=("acme-*",))
    assert found.packages == ("acme-*",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("*", "means nearly every package"),
        ("new=", "names no package"),
        ("a b", "is not the name"),
        ("other=a", "no index other"),
        ("new=a?", "is not the name"),
    ],
)
def test_patterns_that_cannot_be_followed_are_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        made(indexes=(NEW,), index_packages=(text,))


def test_patterns_need_to_say_for_which_index() -> None:
    with pytest.raises(UsageError, match="does not say for which index"):
        made(FAR, index_packages=("acme-*",))


# -- passwords


def test_typed_passwords_are_for_the_command_alone() -> None:
    options = AskedIndexes(
        default_index="https://me:p%40ss@own.invalid/simple",
        indexes=("far=https://you@far.invalid",),
    )
    assert typed_credentials(options) == {
        "UV_INDEX_FAR_USERNAME": "you",
        "UV_INDEX_OWN_INVALID_USERNAME": "me",
        "UV_INDEX_OWN_INVALID_PASSWORD": "p@ss",
    }
    assert [index.url for index in with_asked_indexes([], options, {})] == [
        "https://own.invalid/simple",
        "https://far.invalid",
    ]


def test_a_password_is_said_to_count_once() -> None:
    asked = AskedIndexes(index_url="https://me:secret@all.invalid")
    assert typed_credentials(asked)["UV_INDEX_ALL_INVALID_PASSWORD"] == "secret"
    (note,) = login_notes(asked)
    assert "https://all.invalid" in note
    assert "secret" not in note
