"""Versions and files that a resolution may take, with a real uv."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError
from nbenv.installer.resolution.version_choices import never_built, version_choices, version_limits
from nbenv.installer.resolve import resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex

SPEC = Spec(f"3.{sys.version_info[1]}", ("leaf",))


def spec(**fields: object) -> Spec:
    return Spec(SPEC.python, SPEC.requirements, **fields)  # type: ignore[arg-type]


def options(**fields: object) -> ResolveOptions:
    return ResolveOptions(**fields)  # type: ignore[arg-type]


def leaf(folder: Path, record: Spec, choice: ResolveOptions) -> LockedDistribution:
    [found] = drain(
        resolve_lock(record, sys.executable, folder, choice, kernel=False)
    ).distributions
    return found


@pytest.mark.parametrize(
    ("record", "choice", "version"),
    [
        (SPEC, options(), "3.0"),
        (SPEC, options(pre=("leaf",)), "4.0b1"),
        (SPEC, options(resolution="lowest"), "1.0"),
        (SPEC, options(avoid=("leaf==3.0",)), "2.0"),
        (spec(constraints=("leaf<3",)), options(avoid=("leaf==2.0",)), "1.0"),
        (spec(exclude_newer="2024-06-01"), options(), "2.0"),
        (SPEC, options(before="2024-06-01T06:00:00Z"), "1.0"),
        (SPEC, options(before="2024-03-01", exempt=("leaf",)), "3.0"),
        (SPEC, options(before="2024-03-01", dated=("leaf=2024-07-01",)), "2.0"),
        (SPEC, options(dated=("leaf=2024-07-01",)), "3.0"),  # no day limits anything
        # The day lasts until midnight, wherever this machine is.
        (spec(exclude_newer="2024-06-01"), options(before="2024-06-01T06:00:00Z"), "1.0"),
        (spec(exclude_newer="2024-06-01T06:00:00Z"), options(before="2024-06-01"), "1.0"),
    ],
)
def test_the_version_that_is_taken(
    index: LocalIndex, tmp_path: Path, record: Spec, choice: ResolveOptions, version: str
) -> None:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0", upload_time="2024-06-01T08:00:00Z")
    for later in ("3.0", "4.0b1"):
        index.wheel("leaf", later, upload_time="2025-01-01T00:00:00Z")
    assert leaf(tmp_path, record, choice).version == version


@pytest.mark.parametrize(
    ("moments", "earliest"),
    [
        (("2024-05-31T23:30:00-05:00", "2024-06-01T01:00:00Z"), 1),
        (("2024-06-01T01:00:00Z", "2024-06-01T02:30:00.123456789+02:00"), 1),
        (("2024-06-01", "2024-06-03T00:00:00Z"), 0),
        (("2024-06-04", "2024-06-01T00:00:00.5Z"), 1),
        (("9999-12-31", "2024-06-01T00:00:00Z"), 1),
        (("2024-06-02", "2024-06-01"), 1),
    ],
)
def test_the_earlier_of_two_moments_counts(moments: tuple[str, str], earliest: int) -> None:
    expected = [f"--exclude-newer={moments[earliest]}"]
    for recorded, before in (moments, moments[::-1]):
        assert version_choices(spec(exclude_newer=recorded), options(before=before)) == expected


@pytest.mark.parametrize(
    ("record", "choice", "named"),
    [
        (SPEC, options(only_wheels=True), (":all:",)),
        (SPEC, options(no_build=("leaf",)), ("leaf",)),
        (spec(only_binary=(":all:",)), options(), (":all:",)),
        (spec(only_binary=("leaf",)), options(no_build=("other",)), ("other", "leaf")),
    ],
)
def test_what_is_never_built_is_taken_from_wheels(
    index: LocalIndex, tmp_path: Path, record: Spec, choice: ResolveOptions, named: tuple[str, ...]
) -> None:
    index.wheel("leaf", "1.0")
    index.sdist("leaf", "2.0")
    assert never_built(record, choice) == named
    found = leaf(tmp_path, record, choice)
    assert (found.version, found.source) == ("1.0", False)


def test_what_has_to_be_built_is_taken_from_its_source(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "2.0")
    index.sdist("leaf", "1.0")
    found = leaf(tmp_path, spec(no_binary=("leaf",)), options())
    assert (found.version, found.source) == ("1.0", True)


def test_no_index_is_asked(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0")
    for choice in (options(no_index=True), options(offline=True)):
        with pytest.raises(InstallerError):
            leaf(tmp_path, SPEC, choice)
    assert index.requests == []


def test_a_kernel_has_limits_of_its_own() -> None:
    old = Spec("3.11", ("ipykernel<6",), constraints=("leaf<3",))
    limits = version_limits(old, options(avoid=("leaf==2.0",)), ["more==1"])
    expected = ["leaf<3", "ipython<9", "leaf!=2.0", "more==1"]
    assert limits == {"constraint-dependencies": expected}
    assert version_limits(SPEC, options(), []) == {}
