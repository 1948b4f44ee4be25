"""Errors made of what uv prints when it fails, each with a cause and a next step."""

from __future__ import annotations

import pytest

from nbenv import errors
from nbenv.installer.failures.no_solution import PROJECT
from nbenv.installer.failures.uv_errors import explain_failure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("error: failed to write: No space left on device (os error 28)", errors.InstallerError),
        ("error: Hash mismatch for `a==1`", errors.HashError),
        ("error: building from source is disabled for `a`", errors.BuildRefusedError),
        ("error: No solution found when resolving dependencies", errors.ResolutionError),
        ("error: a was not found in the package registry", errors.ResolutionError),
        (
            "error: No solution found\nhint: An index URL (https://h.invalid) could not be queried "
            "due to a lack of valid authentication credentials (401 Unauthorized)",
            errors.IndexAccessError,
        ),
        ("error: Failed to build `a==1`", errors.BuildError),
        ("error: The build backend returned an error", errors.BuildError),
        ("error: error sending request for url (https://h.invalid)", errors.IndexAccessError),
        ("error: HTTP status server error (503)", errors.IndexAccessError),
        ("error: something unheard of", errors.InstallerError),
        ("", errors.InstallerError),
    ],
)
def test_kinds(text: str, kind: type[errors.InstallerError]) -> None:
    error = explain_failure(text.splitlines())
    assert type(error) is kind
    assert error.what.endswith(".")
    assert error.todo


def test_a_full_disk_is_named() -> None:
    error = explain_failure(["error: cannot write (os error 28)"])
    assert "no space left" in error.what
    assert "nbenv prune" in error.todo


def test_what_comes_before_the_error_is_left_out() -> None:
    error = explain_failure(["Resolved 3 packages", "error: odd thing", "  cause: moon"])
    assert error.what == "odd thing."
    assert error.why == "    cause: moon"


def test_the_throw_away_project_is_not_mentioned() -> None:
    lines = [
        "error: No solution found",
        f"  cause: Because {PROJECT}==0 odd things a>=2 and your project wants a<2,",
        "    we can conclude that your requirements are unsatisfiable.",
    ]
    why = explain_failure(lines).why
    assert PROJECT not in why
    assert why.startswith("Because this notebook odd things a>=2 and this notebook wants")
    assert why.endswith("that these requirements are unsatisfiable.")


def test_a_refused_build_names_what_would_be_built() -> None:
    lines = ["error: building from source is disabled for `a`, and `b`: building from source is"]
    lines += ["disabled for `b`", "building from source is disabled for `b`"]
    error = explain_failure(lines)
    assert "a, b" in error.what
    assert "nbenv upgrade NOTEBOOK a b" in error.todo


def test_no_password_is_shown() -> None:
    lines = ["error: Failed to fetch: `https://user:sesame@h.invalid/simple/a/`"]
    assert "sesame" not in str(explain_failure(lines))
