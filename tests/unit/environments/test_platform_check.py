"""Locks that are for other platforms than this one."""

from __future__ import annotations

import platform
import sys

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.environments import interpreters
from nbenv.environments.platform_check import check_platform
from nbenv.errors import PlatformError

HERE = f"sys_platform == '{sys.platform}'"


def check(*platforms: str) -> None:
    python = interpreters.default_python()
    found = interpreters.find(python)
    assert found is not None
    check_platform(Spec(python, lock=Lock(platforms=platforms)), found)


def test_a_lock_for_this_platform() -> None:
    check()
    check(HERE)
    check("sys_platform == 'plan9'", HERE)
    check(f"python_full_version == '{platform.python_version()}' and {HERE}")


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("sys_platform == 'plan9'", "locked for plan9 only, not for "),
        (f"platform_machine == 'vax' and {HERE}", "(vax) only, not for "),
        (f"python_full_version == '3.9.0' and {HERE}", f"with Python {platform.python_version()}."),
    ],
)
def test_a_lock_for_others(marker: str, words: str) -> None:
    with pytest.raises(PlatformError) as caught:
        check(marker)
    assert words in caught.value.what
    assert "nbenv restore NOTEBOOK --fallback build" in caught.value.todo
