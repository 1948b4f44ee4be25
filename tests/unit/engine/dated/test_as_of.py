"""Unit tests of ``nbenv.engine.dated.as_of``; what resolves is replaced."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Lock
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Spec
from nbenv.engine.dated.as_of import resolve_as_of
from nbenv.errors import ResolutionError
from nbenv.progress import Steps, drain

HASH = f"--hash=sha256:{'0' * 64}"
LINES = [f"{each} {HASH}" for each in ("decorator==5.2.1", "ipykernel==6.29.5", "tornado==6.4")]
KERNEL = Lock.from_lines(LINES, frozenset())
DAY = ResolveOptions(before="2020-06-01", dated=("pyyaml=2022-06-01",), exempt=("small",))


class Resolver:
    """A resolver that fails a number of times."""

    def __init__(self, failures: int, unmet: str = "") -> None:
        self.failures, self.unmet = failures, unmet
        self.asked: list[ResolveOptions] = []

    def __call__(self, spec: Spec, options: ResolveOptions) -> Steps[Spec]:
        yield from ()
        self.asked.append(options)
        if len(self.asked) <= self.failures:
            raise ResolutionError("no", unmet=self.unmet)
        return spec


def test_neither_the_kernel_nor_build_tools_have_an_age() -> None:
    resolve = Resolver(0)
    made = drain(resolve_as_of(Spec("3.8", ("a",)), KERNEL, DAY, resolve))
    (options,) = resolve.asked
    assert options.before == "2020-06-01"
    assert {"ipykernel", "tornado", "cffi", "wheel", "hatchling", "small"} <= set(options.exempt)
    assert "decorator" not in options.exempt  # old packages need an old one
    assert options.dated == (
        "pyyaml=2022-06-01", "setuptools=2024-06-01", "matplotlib-inline=2024-06-01"
    )  # fmt: skip
    assert set(made.lock.versions()) == {"ipykernel", "tornado"}


def test_more_and_more_of_the_kernel_is_as_old() -> None:
    resolve = Resolver(3)
    drain(resolve_as_of(Spec("3.8", ("a",)), KERNEL, DAY, resolve))
    kernel = [("ipykernel" in each.exempt, "decorator" in each.exempt) for each in resolve.asked]
    assert kernel == [(True, False), (True, True), (False, False), (False, False)]
    assert resolve.asked[-1] == DAY


def test_no_other_kernel_is_tried_for_a_package_that_is_missing() -> None:
    resolve = Resolver(9, unmet="tensorflow")
    with pytest.raises(ResolutionError):
        drain(resolve_as_of(Spec("3.8", ("a",)), KERNEL, DAY, resolve))
    assert len(resolve.asked) == 1
