"""Unit tests of ``nbenv.cli.run_actions``: what cannot be combined, and what is passed on."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.cli import run_actions
from nbenv.cli.commands import parse
from nbenv.errors import UsageError


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("run a.ipynb --yes", "--yes, --as-of and --torch-backend need --adopt."),
        ("run a.ipynb --as-of 2021-01-01", "--yes, --as-of and --torch-backend need --adopt."),
        ("run a.ipynb --torch-backend cpu", "--torch-backend need --adopt."),
        ("run a.ipynb --adopt --fallback build", "cannot be combined with --fallback"),
        ("run a.ipynb --adopt -p a=1", "run --adopt takes no parameters"),
        ("run a.ipynb --jobs 2", "--jobs needs --sweep"),
        ("run a.ipynb --sweep a.csv --python 3.12", "cannot be combined with --python"),
        ("run a.ipynb --memory 4g", "--memory needs --on"),
        ("run a.ipynb --adopt --on docker", "cannot be combined with --on"),
        ("run a.ipynb --on docker --jobs 2", "--jobs needs --sweep"),
        ("run a.ipynb --adopt --memory 4g", "--memory needs --on"),
        ("run a.ipynb --adopt --wheels", "need --on with the address of a cluster"),
        ("run a.ipynb --on docker --python 3.12", "run --on runs what is recorded"),
        ("run a.ipynb --on kubernetes --jobs 2", "--jobs needs --sweep"),
        ("run a.ipynb --image a", "--image needs --on"),
        ("run a.ipynb --retries 2", "need --on with the address of a cluster"),
        ("run a.ipynb --wheels", "need --on with the address of a cluster"),
        ("run a.ipynb --on dask://host", "A cluster runs the rows of a table"),
        ("run a.ipynb --on dask://host --sweep a.csv --jobs 2", "The cluster decides"),
        ("run a.ipynb --on dask://host --sweep a.csv --python 3.12", "cannot be combined"),
        ("run a.ipynb --on spark://host --sweep a.csv", "no address of a cluster"),
    ],
)
def test_senseless_combinations_are_refused(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_actions.run(parse(line.split()))


def test_consent_to_adopting_is_asked_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        "nbenv.operations.adoption.run_adopt.run_adopting", lambda *given: seen.extend(given)
    )
    run_actions.run(parse(["run", "a.ipynb", "--adopt", "--as-of", "2021-01-01", "-o", "b.ipynb"]))
    source, out, request, consent = seen
    assert (source, out, request.as_of) == ("a.ipynb", "b.ipynb", "2021-01-01")
    assert consent("Install six") is None
    seen.clear()
    run_actions.run(parse(["run", "a.ipynb", "--adopt", "--yes"]))
    assert seen[3]("Install six") is True
