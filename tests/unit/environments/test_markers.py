"""Marker values of Pythons and platforms, here or not, and the part of a lock that they select."""

from __future__ import annotations

import sys
import time

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.environments.markers import marker_values, possible_locked, select_locked

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


@pytest.mark.parametrize(
    ("marker", "may"),
    [
        ("python_full_version < '3.11.4'", True),
        ("python_full_version == '3.11.250'", True),
        ("python_full_version >= '3.11.0a1' and python_full_version < '3.11.0rc2'", True),
        ("python_full_version in '3.11.3, 3.11.5'", True),
        ("implementation_version < '3.11.4'", True),
        ("'3.11.4' > python_full_version", True),
        ("python_full_version != '3.11.99'", True),
        ("platform_release < '3'", True),
        ("platform_version == 'any text at all'", True),
        ("python_version == '3.11' and python_full_version < '3.11.2'", True),
        ("python_full_version < '3.11'", False),
        ("python_full_version >= '3.12'", False),
        ("python_version < '3.11'", False),
        (
            "'6.8' in platform_release and 'g' in platform_release and 'z' not in platform_release",
            True,
        ),
        ("platform_release > '5.0.0' and platform_release < '5.0.1'", True),
        ("((python_full_version > '3.11.0a2') and (python_full_version < '3.11.0a4'))", True),
        ("'in' in platform_version and 'x' in sys_platform", True),
        ("'and' in sys_platform and 'or platform_release' not in os_name", False),
        ("'x' in extras", False),
        ("os_name == 'nt'", False),
        ("os_name == 'nt' and python_full_version < '3.11.4'", False),
        ("sys_platform == 'win32' or python_full_version < '3.11.4'", True),
    ],
)
def test_lines_that_some_patch_version_installs_are_possible(marker: str, may: bool) -> None:
    line = f"six==1.0 ; {marker} --hash=sha256:{'0' * 64}"
    spec = Spec.from_record({"version": 1, "python": "3.11", "requirements": [], "lock": [line]})
    assert [each.name for each in possible_locked(spec)] == (["six"] if may else [])


def test_a_marker_of_many_values_takes_no_time() -> None:
    parts = [f"platform_release != '{n}' and platform_version != '{n}'" for n in range(60)]
    marker = " and ".join([*parts, "python_full_version == '3.11.1'", "os_name == 'nt'"])
    line = f"six==1.0 ; {marker} --hash=sha256:{'0' * 64}"
    spec = Spec.from_record({"version": 1, "python": "3.11", "requirements": [], "lock": [line]})
    started = time.monotonic()
    assert possible_locked(spec) == []
    assert time.monotonic() - started < 5
