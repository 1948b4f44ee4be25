"""Recorded constraints that hold packages back."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.installer.failures import held_back as module
from nbenv.installer.failures.held_back import held_back

BEFORE = Spec("3.11", constraints=("a<2",))


@pytest.fixture(autouse=True)
def _index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "newest_versions", lambda *names, **how: ["3.0"])


def now(*requirements: str, constraints: tuple[str, ...] = ("a<2",)) -> Spec:
    lock = Lock((LockedDistribution("a", "1.1"),))
    return Spec("3.11", requirements, constraints=constraints, lock=lock)


def test_what_a_recorded_constraint_holds_back() -> None:
    assert list(held_back(BEFORE, now("a"), ["a", "b"])) == [
        "Held at 1.1 by the recorded constraint a<2; to lift it: %nbenv install 'a>=3.0'."
    ]


@pytest.mark.parametrize(
    "after", [now("a<1.5"), now("a", constraints=()), now("a", constraints=("a<4",))]
)
def test_what_is_not_held_back_by_it(after: Spec) -> None:
    assert not list(held_back(BEFORE, after, ["a"]))
