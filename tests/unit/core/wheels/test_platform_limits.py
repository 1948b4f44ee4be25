"""The platforms that a lock is for, and where it needs no build, as a record has them."""

from __future__ import annotations

import pytest

from nbenv.core.wheels.platform_limits import (
    common_platforms,
    described_platforms,
    is_for,
    may_be_for,
    platforms,
    prebuilt,
    prebuilt_lines,
)
from nbenv.errors import RecordError

LINUX, MAC = "sys_platform == 'linux'", "sys_platform == 'darwin'"
X86 = "platform_machine == 'x86_64' and sys_platform == 'linux'"
EXACT = (
    "python_full_version == '3.11.7' and platform_machine == 'x86_64' "
    "and platform_python_implementation == 'CPython' and sys_platform == 'linux'"
)
HERE = {
    "sys_platform": "linux",
    "platform_machine": "x86_64",
    "python_full_version": "3.11.7",
    "platform_python_implementation": "CPython",
}


@pytest.mark.parametrize(
    ("recorded", "here", "words"),
    [
        ([], True, ""),
        ([LINUX], True, "Linux"),
        ([MAC], False, "macOS"),
        ([MAC, X86], True, "macOS and Linux (x86_64)"),
        ([EXACT], True, "Linux (x86_64) with Python 3.11.7"),
        ([EXACT.replace("3.11.7", "3.11.8")], False, "Linux (x86_64) with Python 3.11.8"),
    ],
)
def test_what_a_lock_is_for(recorded: list[str], here: bool, words: str) -> None:
    assert is_for(platforms(recorded), HERE) is here
    assert described_platforms(recorded) == words
    assert may_be_for(recorded, X86) is (here or "3.11.8" in words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "platform_machine == 'x86_64'",
        "sys_platform != 'linux'",
        "sys_platform == 'linux' or sys_platform == 'darwin'",
        "sys_platform == 'linux' and extra == 'x'",
        'sys_platform == "linux"',
    ],
)
def test_other_markers_of_platforms_are_refused(text: str) -> None:
    with pytest.raises(RecordError, match=r"platforms\[1\]"):
        platforms([LINUX, text])


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ([], [], ()),
        ([LINUX], [], (LINUX,)),
        ([LINUX, MAC], [LINUX], (LINUX,)),
        ([LINUX], [X86], (X86,)),
        ([LINUX], [MAC], None),
    ],
)
def test_what_two_locks_are_for(
    one: list[str], other: list[str], both: tuple[str, ...] | None
) -> None:
    assert common_platforms(one, other) == common_platforms(other, one) == both


def test_where_nothing_is_built() -> None:
    lines = ["a ; sys_platform == 'win32'", "b ; (sys_platform != 'linux' or sys_platform == 'x')"]
    found = prebuilt(lines, {"a", "b"})
    assert found["a"] == "sys_platform == 'win32'"
    assert prebuilt(prebuilt_lines(found), {"a", "b"}) == found


@pytest.mark.parametrize(
    "line",
    [
        "other ; sys_platform == 'win32'",
        "a",
        "a ; ",
        "a ; nonsense",
        "a ; python_full_version == '3.11.99'",
        "a ; sys_platform == 'linux' and platform_release != ''",
        "a ; sys_platform == 'linux' or os_name == 'posix'",
        "a ; sys_platform in 'linux'",
        "a ; 'linux' == sys_platform",
        "A ; sys_platform == 'win32'",
        "a ; " + "(" * 500 + "sys_platform == 'win32'" + ")" * 500,
    ],
)
def test_what_could_hide_a_build_is_refused(line: str) -> None:
    with pytest.raises(RecordError, match=r"prebuilt\[0\]"):
        prebuilt([line], {"a", "A"})
