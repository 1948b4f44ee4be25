"""Marker values of Pythons and platforms, here or not, and the part of a lock that they select."""

from __future__ import annotations

import sys

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.environments.markers import marker_values, select_locked

HASH = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("python", "version", "full"),
    [("3.8", None, "3.8.99"), ("3.8", "3.8.20", "3.8.20"), ("3.8", "3.80.1", "3.8.99")],
)
def test_a_version_counts_only_for_its_python(python: str, version: str | None, full: str) -> None:
    values = marker_values(python, version)
    assert values["python_version"] == python
    assert values["python_full_version"] == values["implementation_version"] == full


def test_the_rest_is_this_machine_unless_a_platform_says_otherwise() -> None:
    here = marker_values("3.8")
    assert here["sys_platform"] == sys.platform
    there = marker_values("3.8", platform={"sys_platform": "win32", "os_name": "nt"})
    assert there == {**here, "sys_platform": "win32", "os_name": "nt"}


def test_a_lock_is_selected_by_python_and_platform() -> None:
    lines = [
        f"everywhere==1 {HASH}",
        f"late==1 ; python_full_version >= '3.11.5' {HASH}",
        f"windows==1 ; sys_platform == 'win32' {HASH}",
    ]
    spec = Spec("3.11", lock=Lock.from_lines(tuple(lines)))
    assert set(select_locked(spec, "3.11.4", {"sys_platform": "linux"})) == {"everywhere"}
    assert set(select_locked(spec, None, {"sys_platform": "linux"})) == {"everywhere", "late"}
    assert set(select_locked(spec, "3.11.4", {"sys_platform": "win32"})) == {
        "everywhere",
        "windows",
    }
