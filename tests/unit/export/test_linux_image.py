"""Warnings where an image cannot be made from a lock."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.export.linux_image import linux_warning

LINUX, MAC, WINDOWS = (f"sys_platform == '{each}'" for each in ("linux", "darwin", "win32"))
INTEL, ARM = (f"{LINUX} and platform_machine == '{each}'" for each in ("x86_64", "aarch64"))


@pytest.mark.parametrize(
    ("platforms", "expected"),
    [
        ((), ""),
        ((LINUX,), ""),
        ((MAC, LINUX), ""),
        ((MAC,), "is locked for macOS only: building it will fail"),
        ((MAC, WINDOWS), "is locked for macOS and Windows only: building it will fail"),
        ((INTEL,), "is locked for Linux (x86_64) only: the image can only be built there."),
        (
            (ARM, INTEL),
            "is locked for Linux (aarch64) and Linux (x86_64) only: "
            "the image can only be built there.",
        ),
        (
            (MAC, INTEL),
            "is locked for macOS and Linux (x86_64) only: "
            "the image can only be built on that kind of Linux.",
        ),
    ],
)
def test_a_lock_may_not_be_for_every_linux(platforms: tuple[str, ...], expected: str) -> None:
    warning = linux_warning(Spec("3.11", lock=Lock((), platforms)))
    assert expected in warning
    assert bool(warning) is bool(expected)
