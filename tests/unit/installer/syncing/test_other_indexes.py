"""The indexes that are tried where those of a record do not have a locked file."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import HashError, IndexAccessError, InstallerError, ResolutionError
from nbenv.installer.syncing.other_indexes import other_indexes

CORP = Index("corp", "https://corp.invalid/simple", packages=("acme",))
MAIN = Index("main", "https://main.invalid/simple", default=True)
WHEEL = [LockedDistribution("acme", "1.0")]
GONE = ResolutionError("It has none.")
DOWN, OTHER_FILE = IndexAccessError("It is down."), HashError("Another file.")


@pytest.mark.parametrize("error", [DOWN, OTHER_FILE, GONE])
@pytest.mark.parametrize(
    ("variable", "is_tried"),
    [
        ("", False),  # the public index need not know the names of private packages
        ("PIP_EXTRA_INDEX_URL", False),
        ("PIP_INDEX_URL", True),  # a mirror of a company's
        ("UV_DEFAULT_INDEX", True),
    ],
)
def test_only_a_default_index_of_this_machines_stands_in(
    error: InstallerError, variable: str, is_tried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    if variable:
        monkeypatch.setenv(variable, "https://mirror.invalid/simple")
    found = other_indexes(Spec("3.11", indexes=(CORP,)), WHEEL, error)
    assert (found is not None) is is_tried


def test_a_default_index_may_lack_what_a_kernel_needs() -> None:
    spec = Spec("3.11", indexes=(MAIN,))
    (found,) = other_indexes(spec, WHEEL, GONE) or ()
    assert not found.default
    assert other_indexes(Spec("3.11"), WHEEL, DOWN) is None
    built = [LockedDistribution("acme", "1.0", source=True)]
    assert other_indexes(spec, built, DOWN) is None


def test_what_an_index_lists_stays_there_when_a_kernel_comes_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    found = other_indexes(Spec("3.11", indexes=(MAIN, CORP)), WHEEL, GONE)
    assert found == (replace(MAIN, default=False), CORP)
