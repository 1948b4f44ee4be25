"""Knowledge of the index, added to an error of the resolver."""

from __future__ import annotations

from nbenv.core.spec import Spec
from nbenv.errors import BuildRefusedError, IndexAccessError, ResolutionError
from nbenv.installer.failures.advice import advised, explain_refusal
from nbenv.installer.failures.known_versions import newest_versions
from tests.support.index import LocalIndex

SPEC = Spec(python="3.11", requirements=("ipykernel", "alpha"))


def test_versions_that_exist_are_named(index: LocalIndex) -> None:
    for version in ("1.0", "1.1", "2.0rc1"):
        index.wheel("alpha", version)
    newest_versions("alpha", "3.11", offline=False)
    error = advised(ResolutionError("no", "Because.", unmet="alpha"), SPEC)
    assert error.why == (
        "Because. The newest versions for Python 3.11 are 1.1 and 1.0. "
        "The newest pre-release is 2.0rc1 (--pre allows those)."
    )


def test_an_index_that_has_nothing_is_not_an_unknown_name(index: LocalIndex) -> None:
    error = ResolutionError("no", unknown="alpha")
    assert advised(error, SPEC) is error
    index.remove("ipykernel-7.0-py3-none-any.whl")
    assert isinstance(advised(error, SPEC), IndexAccessError)


def test_other_errors_stay(index: LocalIndex) -> None:
    error = ResolutionError("no")
    assert advised(error, SPEC) is error
    assert index.requests == []


def test_a_build_that_nobody_excluded_is_not_said_to_be() -> None:
    error = BuildRefusedError("no")
    error.names = ("alpha",)
    assert "--only-binary" in explain_refusal(error, is_set=True).why
    unasked = explain_refusal(error, is_set=False)
    assert "--only-binary" not in unasked.why
    assert "nbenv install NOTEBOOK alpha" in unasked.todo
    assert unasked.names == ("alpha",)
