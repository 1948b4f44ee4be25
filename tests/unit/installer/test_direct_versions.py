"""The versions of what comes from folders and addresses, against what else is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.errors import RequirementError
from nbenv.installer.direct_versions import check_direct_versions, versions_in

WINDOWS = 'sys_platform == "win32"'


@pytest.mark.parametrize(
    "other", ["a<6", "a>=5,!=4", "a[x]", "b==1", 'a==1; python_version < "3"', "a>=5.dev0"]
)
def test_what_agrees(other: str) -> None:
    check_direct_versions(Spec("3.11", ("a @ ./a", other)), {"a": "5.0"})


def test_what_is_for_other_machines_is_no_contradiction() -> None:
    linux = 'a @ ./a ; sys_platform == "linux"'
    check_direct_versions(Spec("3.11", (linux, f"a==1; {WINDOWS}")), {"a": "5.0"})


@pytest.mark.parametrize("is_constraint", [False, True])
def test_both_are_named(is_constraint: bool) -> None:
    asked = Spec("3.11", ("a @ ./a", "a==1.0"))
    limited = Spec("3.11", ("a @ ./a",), constraints=("a==1.0",))
    with pytest.raises(RequirementError, match=r"a @ ./a and a==1.0 exclude each other") as error:
        check_direct_versions(limited if is_constraint else asked, {"a": "5.0"})
    assert error.value.why == "./a is a 5.0."
    check_direct_versions(asked, {})


def test_versions_of_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "uv.lock"
    assert versions_in(lock) == {}
    lock.write_text(
        '[[package]]\nname="a"\nversion="1"\nsource={directory="x"}\n'
        '[[package]]\nname="b"\nversion="1"\nsource={registry="x"}\n'
        '[[package]]\nname="c"\nsource={directory="x"}\n',
        encoding="utf-8",
    )
    assert versions_in(lock) == {"a": "1"}
