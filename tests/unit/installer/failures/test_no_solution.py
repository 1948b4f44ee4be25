"""Errors for requirements that cannot be met; tests/integration/cli has them from uv itself."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.no_solution import explain_no_solution, install_it, unknown_name
from tests.unit.installer.failures.test_derivation import LONG


def test_a_long_derivation_is_one_sentence() -> None:
    error = explain_no_solution(LONG)
    assert error.what == "These requirements cannot be met together."
    assert error.why == "pandas>=2.0.0 needs numpy>=1.21.0, but this notebook asks for numpy<1.20."


def test_a_clash_further_away_names_the_way_to_it() -> None:
    error = explain_no_solution(
        "cause: Because all versions of needsold depend on numpy<1.20 and all versions of pandas "
        "depend on numpy>=1.26, we can conclude that all versions of needsold and all versions of "
        "pandas are incompatible. And because all versions of mid depend on needsold, we can "
        "conclude that all versions of mid and all versions of pandas are incompatible. And "
        "because your project depends on mid and pandas, we can conclude that your project's "
        "requirements are unsatisfiable."
    )
    assert error.why == (
        "mid needs needsold, which needs numpy<1.20, but every version of pandas needs numpy>=1.26."
    )


def test_what_is_not_understood_is_quoted_without_our_project() -> None:
    error = explain_no_solution(
        "cause: Because nbenv-notebook==0 is odd, your project's end is near"
    )
    assert error.why == "Because this notebook is odd, this notebook's end is near"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("cv2", "opencv-python"), ("pandas-1.5", "pandas==1.5"), ("matplotlib.pyplot", "matplotlib")],
)
def test_an_unknown_name(typed: str, meant: str) -> None:
    error = unknown_name("x", typed=typed)
    assert error.what == f"{typed} was not found on the index."
    assert error.why == f"Did you mean {meant}?"
    assert install_it(meant) in error.todo
    assert error.unknown == "x"


def test_an_unknown_name_that_a_package_requires_is_no_slip() -> None:
    error = unknown_name("cv2", "broken")
    assert error.why == "broken requires it."
