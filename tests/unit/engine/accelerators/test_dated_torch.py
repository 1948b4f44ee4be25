"""PyTorch as of a day; a real uv does it in ``tests/integration/cli/test_torch_builds.py``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.engine.accelerators.dated_torch import resolve_torch_of_day
from nbenv.errors import BuildError, InstallerError, ResolutionError
from nbenv.progress import Progress, Steps, drain

SPEC = Spec("3.11", ("torch",), constraints=("numpy<2",), torch_backend="cpu", torch_choice="auto")
DARWIN, OTHER = "sys_platform == 'darwin'", "sys_platform != 'darwin'"


class Resolver:
    """Resolves every record to one lock, and keeps what it was asked."""

    def __init__(self, *locked: LockedDistribution, error: InstallerError | None = None) -> None:
        self.asked: list[Spec] = []
        self.lock, self.error = Lock(locked), error

    def __call__(self, spec: Spec) -> Steps[Spec]:
        self.asked.append(spec)
        yield Progress("resolve", f"Resolving {spec.torch_backend}…")
        if self.error and spec.torch_backend == "none":
            raise self.error
        return replace(spec, lock=self.lock)

    def limits(self) -> list[str]:
        """Return what the last record was limited to beside its own constraints."""
        own, *limits = self.asked[-1].constraints
        assert own == "numpy<2"
        return limits


@pytest.mark.parametrize("backend", ["", "none"])
def test_without_a_build_there_is_one_resolution(backend: str) -> None:
    spec, resolver = replace(SPEC, torch_backend=backend), Resolver()
    assert drain(resolve_torch_of_day(resolver, spec)) == spec
    assert resolver.asked == [spec]


def test_a_build_has_the_versions_of_the_default_index() -> None:
    resolver = Resolver(
        LockedDistribution("torchvision", "0.24.1"),
        LockedDistribution("torch", "2.9.1", marker=DARWIN),
        LockedDistribution("torch", "2.9.1+cpu", marker=OTHER),
        LockedDistribution("numpy", "1.26.4"),
        LockedDistribution("triton", None, "https://h.invalid/triton.zip"),
    )
    shown: list[str] = []
    found = drain(resolve_torch_of_day(resolver, SPEC), lambda each: shown.append(each.message))
    plain, dated = resolver.asked
    assert plain == replace(SPEC, torch_backend="none", torch_choice="")
    assert replace(dated, constraints=SPEC.constraints) == SPEC
    assert resolver.limits() == ["torch==2.9.1", "torchvision==0.24.1"]
    assert found == replace(SPEC, lock=resolver.lock)  # the limits are recorded nowhere
    assert shown == ["Resolving none…", "Resolving cpu…"]


def test_platforms_may_have_different_versions() -> None:
    resolver = Resolver(
        LockedDistribution("torch", "2.2.2", marker=DARWIN),
        LockedDistribution("torch", "2.9.1", marker=OTHER),
    )
    drain(resolve_torch_of_day(resolver, SPEC))
    assert resolver.limits() == [f"torch==2.2.2 ; {DARWIN}", f"torch==2.9.1 ; {OTHER}"]


def test_the_default_index_need_not_have_it() -> None:
    resolver = Resolver(error=ResolutionError("There is none."))
    assert drain(resolve_torch_of_day(resolver, SPEC)) == SPEC
    assert resolver.limits() == []


def test_another_failure_is_one() -> None:
    with pytest.raises(BuildError):
        drain(resolve_torch_of_day(Resolver(error=BuildError("It failed.")), SPEC))
