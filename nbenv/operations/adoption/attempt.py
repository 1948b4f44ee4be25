"""One attempt at reaching the goal of an adoption."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.dates import SLOW_TO_BUILD

__all__ = ["MOST_LATER", "Attempt"]

MOST_LATER = 8
"""Packages that get a day of their own, before all of them get a later one."""
_OF_TENSORFLOW = ("keras", "tensorflow-estimator", "tensorboard")
_GO_WITH = dict.fromkeys(("tensorflow", "tensorflow-cpu", "tensorflow-gpu"), _OF_TENSORFLOW)
"""What is of the same time as another: Keras 2.2 declares no TensorFlow, but fails with 2.x."""


@dataclass(frozen=True)
class Attempt:
    """One way to reach the goal; if not the first, why that failed and what this one uses."""

    python: str
    requirements: tuple[str, ...]
    problem: str = ""
    instead: str = ""
    as_of: str | None = None
    later: tuple[str, ...] = ()
    of_lack: bool = False
    """Whether it only helps where the first attempt lacked a version, not where a build failed."""

    def with_later(self, name: str) -> Attempt | None:
        """Return the attempt with a later day for one package, None if that was tried."""
        asked = self.later.count(name)
        day = self.as_of
        if (
            not day
            or not name
            or name in SLOW_TO_BUILD
            or asked > 1
            or len(self.later) >= MOST_LATER
        ):
            return None
        return replace(self, later=(*self.later, name))

    def options(self) -> ResolveOptions:
        """Return the limits of its day; what has a later one has none at all the second time."""
        if not self.as_of:
            return ResolveOptions(no_build=SLOW_TO_BUILD)
        two_years = date.fromisoformat(self.as_of) + timedelta(days=730)
        often = {name: self.later.count(name) for name in self.later}
        for name in self.later:
            for other in _GO_WITH.get(name, ()):
                often[other] = max(often.get(other, 0), often[name])
        return ResolveOptions(
            before=self.as_of,
            no_build=SLOW_TO_BUILD,
            exempt=tuple(name for name, count in often.items() if count > 1),
            dated=tuple(
                f"{name}={min(two_years, date.today()).isoformat()}"
                for name, count in often.items()
                if count == 1
            ),
        )

    @property
    def progress(self) -> str:
        return f"{self.problem[:1].upper()}{self.problem[1:]}; trying {self.instead}…"

    @property
    def note(self) -> str:
        return f"{self.problem}; installed {self.instead}"
