"""Limits of this machine, and what they decide."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError, ResolutionError
from nbenv.installer.machine.machine_policy import (
    Policy,
    check_allowed,
    machine_policy,
    prefers_wheels,
    with_reason,
    within_policy,
)

HASH = ("sha256:" + "a" * 64,)


def policy(**environ: str) -> Policy:
    return machine_policy({"PIP_CONFIG_FILE": os.devnull, **environ})


def test_nothing_is_limited_without_settings() -> None:
    assert policy() == Policy()


def test_wheels_may_be_preferred() -> None:
    none = {"PIP_CONFIG_FILE": os.devnull}
    assert prefers_wheels({**none, "PIP_PREFER_BINARY": "yes"})
    assert not prefers_wheels(none)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PIP_ONLY_BINARY": ":all:"}, Policy(only_binary=(":all:",))),
        ({"PIP_ONLY_BINARY": "A_b,c :none: d"}, Policy(only_binary=("d",))),
        ({"PIP_NO_BINARY": "a", "PIP_ONLY_BINARY": "a"}, Policy(only_binary=("a",))),
        ({"PIP_NO_BINARY": ":all:", "PIP_ONLY_BINARY": ":none:"}, Policy(no_binary=(":all:",))),
        (
            {"PIP_NO_BINARY": "a", "PIP_ONLY_BINARY": ":all:"},
            Policy(no_binary=("a",), only_binary=(":all:",)),
        ),
        ({"PIP_NO_BINARY": ":all:", "PIP_ONLY_BINARY": ":all:"}, Policy(only_binary=(":all:",))),
        ({"UV_NO_BUILD": "1"}, Policy(only_binary=(":all:",))),
        ({"UV_NO_BUILD_PACKAGE": "a B"}, Policy(only_binary=("a", "b"))),
        ({"UV_NO_BINARY_PACKAGE": "a"}, Policy(no_binary=("a",))),
    ],
)
def test_what_settings_mean(environ: dict[str, str], expected: Policy) -> None:
    assert policy(**environ) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no-build = true", Policy(only_binary=(":all:",))),
        ('no-build-package = ["A_b"]', Policy(only_binary=("a-b",))),
        ("[pip]\nno-build = true", Policy(only_binary=(":all:",))),
        ('[pip]\nonly-binary = [":all:"]', Policy(only_binary=(":all:",))),
        ('no-binary-package = ["a"]\n[pip]\nno-binary = ["b"]', Policy(no_binary=("a", "b"))),
        ("no-build = false", Policy()),
        ("pip = 1", Policy()),
    ],
)
def test_what_uvs_own_files_mean(text: str, expected: Policy, tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(text)
    assert policy(UV_CONFIG_FILE=str(tmp_path / "uv.toml")) == expected


def test_constraints_are_read_from_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("six<1.17\n-c b.txt\n")
    (tmp_path / "b.txt").write_text("leaf==1\n")
    (tmp_path / "pip.conf").write_text("[global]\nconstraint = a.txt\n")
    (tmp_path / "uv.txt").write_text("twig>1\n")
    monkeypatch.chdir(tmp_path)
    found = machine_policy({"PIP_CONFIG_FILE": "pip.conf", "UV_CONSTRAINT": "uv.txt"})
    assert set(found.constraints) == {"six<1.17", "leaf==1", "twig>1"}
    with pytest.raises(InstallerError, match=r"cannot be read: c\.txt") as caught:
        machine_policy({"PIP_CONFIG_FILE": os.devnull, "PIP_CONSTRAINT": "c.txt"})
    assert "constraint" in caught.value.todo


def test_constraints_to_an_address_are_on_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.txt").write_text(
        "six==1.16 --hash=sha256:" + "a" * 64 + "\n"
        "leaf @ https://host.invalid/leaf-1.0%2Bcu1-py3-none-any.whl ; python_version > '3'\n"
        "twig @ https://host.invalid/twig-2.0.tar.gz\n"
        "repo @ git+https://host.invalid/repo@main\n"
    )
    monkeypatch.chdir(tmp_path)
    found = policy(PIP_CONSTRAINT="c.txt")
    assert set(found.constraints) == {
        "six==1.16",
        'leaf==1.0+cu1 ; python_version > "3"',
        "twig==2.0",
    }
    assert found.unfollowed == ("repo",)
    check_allowed([LockedDistribution("repo", url="git+https://host.invalid/x")], found, "3.11")
    with pytest.raises(InstallerError, match="takes repo from an address"):
        check_allowed([LockedDistribution("repo", "1.0")], found, "3.11")


def test_a_spec_is_resolved_within_the_limits_of_record_and_machine() -> None:
    spec = Spec("3.11", ("a", "ipykernel"), constraints=("x<1",), only_binary=("b",))
    made = within_policy(spec, Policy(("y<1",), (":all:",), ("c",)))
    assert made.constraints == ("x<1", "y<1")
    assert (made.no_binary, made.only_binary) == (("a",), ("b", "c"))
    assert within_policy(spec, Policy(only_binary=(":all:",))).only_binary == (":all:", "b")
    local = Spec("3.11", ("a", "mine @ ./mine"))
    assert within_policy(local, Policy(only_binary=(":all:",))).only_binary == ("a",)
    assert within_policy(local, Policy()) == local
    to_build = Spec("3.11", ("a",), no_binary=("a",))
    assert within_policy(to_build, Policy(only_binary=(":all:",))).no_binary == ()
    within = within_policy(spec, Policy(no_binary=("c",), only_binary=(":all:",)))
    assert (within.no_binary, within.only_binary) == (("c",), (":all:", "b"))


def test_what_is_locked_must_be_allowed() -> None:
    wheel, sdist = (
        LockedDistribution("six", "1.17", hashes=HASH, source=source) for source in (False, True)
    )
    folder = LockedDistribution("six", None, "./six", source=True)
    for locked, limits in (
        (wheel, Policy(("six<1.17",))),
        (sdist, Policy(only_binary=(":all:",))),
        (sdist, Policy(only_binary=("six",))),
        (wheel, Policy(no_binary=("six",))),
    ):
        with pytest.raises(InstallerError, match=r"six 1\.17"):
            check_allowed([locked], limits, "3.11")
    check_allowed([wheel], Policy(("six>=1", "six<1 ; python_version < '3.8'")), "3.11")
    check_allowed([wheel], Policy(no_binary=(":all:",), only_binary=("six",)), "3.11")
    check_allowed([folder], Policy(("six<1",), (), (":all:",)), "3.11")


def test_errors_name_the_limits_that_they_may_come_from() -> None:
    found = with_reason(ResolutionError("six>=2 cannot be met."), Policy(("six<1", "other<1")))
    assert "six<1" in found.why
    assert "other" not in found.why
    refused = ResolutionError("six can only be built from source here.")
    assert "PIP_ONLY_BINARY" in with_reason(refused, Policy(only_binary=("six",))).why
