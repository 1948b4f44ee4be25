"""Platforms that the wheels of a distribution are enough for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.wheels.coverage import (
    COMMON_PLATFORMS,
    Platform,
    platforms_with,
    uncovered,
    union_marker,
)

LINUX, ARM, MAC, INTEL_MAC, WINDOWS = COMMON_PLATFORMS


def wheels(*platforms: str) -> list[str]:
    """Return names of wheels for this Python."""
    return [f"a-1-cp311-cp311-{each}.whl" for each in platforms]


@pytest.mark.parametrize(
    ("names", "lacking"),
    [
        (["a-1-py3-none-any.whl"], []),
        (["a-1-py2.py3-none-any.whl"], []),
        (wheels("win_amd64"), [LINUX, ARM, MAC, INTEL_MAC]),
        (wheels("musllinux_1_2_x86_64"), list(COMMON_PLATFORMS)),
        (wheels("manylinux_2_17_x86_64", "macosx_11_0_universal2"), [ARM, WINDOWS]),
        (wheels("macosx_10_9_intel", "macosx_11_0_arm64"), [LINUX, ARM, WINDOWS]),
        ([], list(COMMON_PLATFORMS)),
    ],
)
def test_the_platforms_without_a_wheel(names: Sequence[str], lacking: list[Platform]) -> None:
    assert uncovered(names, "3.11", COMMON_PLATFORMS) == lacking


def test_this_machine_counts_with_what_it_can_install() -> None:
    here = Platform("linux", "x86_64", tags=frozenset({"manylinux_2_17_x86_64"}))
    assert platforms_with(here)[0].tags == here.tags
    assert len(platforms_with(here)) == len(COMMON_PLATFORMS)
    assert uncovered(wheels("manylinux_2_39_x86_64"), "3.11", [here]) == [here]
    assert len(platforms_with(Platform("linux", "ppc64le", tags=frozenset({"x"})))) == 6


@pytest.mark.parametrize(
    "chosen", [[], [WINDOWS], [LINUX, WINDOWS], [LINUX, ARM, MAC, WINDOWS], list(COMMON_PLATFORMS)]
)
def test_a_marker_holds_for_the_chosen_ones(chosen: list[Platform]) -> None:
    marker = union_marker(chosen, COMMON_PLATFORMS)
    line = LockedDistribution("a", marker=marker)
    held = [
        each for each in COMMON_PLATFORMS if marker and line.holds_for(each.marker_values("3.11"))
    ]
    assert held == chosen


def test_a_whole_system_is_named_alone() -> None:
    assert union_marker([LINUX, ARM, WINDOWS], COMMON_PLATFORMS) == (
        "sys_platform == 'linux' or sys_platform == 'win32'"
    )
