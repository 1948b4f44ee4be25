"""The packages that are named as bringing code for the page before they are installed."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from nbenv.environments.page.page_packages import _KNOWN, with_page_code


def test_known_names_are_found_and_sorted() -> None:
    assert with_page_code(["numpy", "plotly", "ipympl", "plotly"]) == ("ipympl", "plotly")
    assert with_page_code([]) == ()


def test_names_are_canonical() -> None:
    assert {str(canonicalize_name(name)) for name in _KNOWN} == _KNOWN
