"""Unit tests of ``nbenv.cli.share_actions``: what cannot be combined, and what is passed on."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.cli import share_actions
from nbenv.cli.commands import parse
from nbenv.errors import UsageError


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pack a.ipynb --with-python", "--with-python is for an archive."),
        ("pack a.ipynb --for spark", "--for is for an archive."),
        ("pack a.ipynb --without six", "--without is for an archive."),
        ("pack a.ipynb --archive a.tar.gz -o a.nbpack", "Use --archive without -o."),
        (
            "pack a.ipynb --archive a.tar.gz --platform linux-x86_64",
            "Use --archive without --platform.",
        ),
    ],
)
def test_senseless_combinations_are_refused(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        share_actions.pack(parse(line.split()))


def test_consent_to_what_was_built_is_asked_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("nbenv.operations.unpack.unpack", lambda *given: seen.append(given))
    share_actions.unpack(parse(["unpack", "a.nbpack", "-o", "there"]))
    share_actions.unpack(parse(["unpack", "a.nbpack", "--yes"]))
    (file, folder, asked), (_, _, given) = seen
    assert (file, folder, asked("Install it?")) == ("a.nbpack", "there", None)
    assert given("Install it?") is True


def test_a_notebook_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbenv.operations.verify.verify", lambda *given: given)
    call = parse(["verify", "b.ipynb", "a.ipynb", "b.ipynb", "--jobs", "3"])
    assert share_actions.verify(call) == (["b.ipynb", "a.ipynb"], 3, None)
