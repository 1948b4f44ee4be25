"""Commands that help after a failed install."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from nbenv.errors import BuildError, InstallerError, NbenvError, ResolutionError
from nbenv.operations.installing.fixes import fixes_of
from tests.support.environments import install
from tests.support.index import LocalIndex


def command(fix: dict[str, object]) -> str:
    words, flags = fix["words"], fix["flags"]
    assert isinstance(words, list)
    assert isinstance(flags, list)
    return " ".join([str(fix["verb"]), *words, *(f"--{flag}" for flag in flags)])


def fixes_after(notebook: Path, *words: str) -> list[str]:
    with pytest.raises(NbenvError) as caught:
        install(notebook, *words)
    assert caught.value.parts().get("fixes", []) == [*caught.value.fixes]
    return [f"{each['kind']}: {command(each)}" for each in caught.value.fixes]


def test_each_real_failure_has_its_fix(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("seaborn", "1.0")
    stocked.wheel("needy", "1.0", requires=["leaf>=2"])
    stocked.wheel("future", "1.0", requires_python=">=3.13")
    assert fixes_after(installed, "seabron") == [
        "instead: install seaborn",
        "index: install seabron",
    ]
    # Nothing is called like that: another index may have it.
    assert fixes_after(installed, "qqxxyyzz", "leaf") == ["index: install qqxxyyzz leaf"]
    # leaf<2 is recorded, and what is asked for needs another one.
    assert fixes_after(installed, "needy") == ["loosen: install needy leaf --upgrade"]
    assert fixes_after(installed, "leaf>=9") == ["loosen: install leaf --upgrade"]
    assert "python: python 3.13" in fixes_after(installed, "future")
    # The version that was asked for has no file for this Python, and another one has.
    stocked.wheel("aged", "1.0", tag="cp27-cp27m-any")
    stocked.wheel("aged", "2.0")
    assert fixes_after(installed, "aged==1.0") == ["loosen: install aged --upgrade"]


def test_what_was_typed_wrong_has_its_fix(
    installed: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of what was typed stays."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wheels").mkdir()
    other = 11 if sys.version_info < (3, 11) else 10
    wheel = stocked.wheel("near", "1.0", tag=f"cp3{other}-cp3{other}-any").name
    shutil.copy(stocked.folder / wheel, tmp_path / "wheels")
    assert fixes_after(installed, "leaf>=2", "LEAF < 2", "top") == [
        "without: install leaf>=2 top",
        "without: install LEAF < 2 top",
    ]
    assert fixes_after(installed, f"./wheel/{wheel}", "top") == [
        f"instead: install ./wheels/{wheel} top"
    ]
    assert fixes_after(installed, "./wheels/naer") == [f"instead: install ./wheels/{wheel}"]
    assert fixes_after(installed, "./nowhere/at/all") == []
    # The file itself says which Python it is for.
    assert fixes_after(installed, f"./wheels/{wheel}") == [f"python: python 3.{other}"]
    assert fixes_after(installed, "top", "1.5") == ["instead: install top==1.5"]
    assert fixes_after(installed, "top", "leaf=1.0") == ["instead: install top leaf==1.0"]
    assert fixes_after(installed, "https://h.invalid/a/b") == [
        "instead: install git+https://h.invalid/a/b"
    ]
    # What holds a password is nowhere repeated.
    assert fixes_after(installed, "https://me:secret@h.invalid/a/b") == []


def test_a_version_that_does_not_exist_has_its_nearest(
    installed: Path, stocked: LocalIndex
) -> None:
    for version in ("1.0", "1.4", "3.0"):
        stocked.wheel("stepped", version)
    assert fixes_after(installed, "stepped==1.9", "top") == [
        "instead: install stepped==1.4 top",
        "loosen: install stepped top --upgrade",
    ]
    # None is before it, or nobody asked for a certain one.
    for typed in ("stepped==0.1", "stepped>9", "stepped==2.*"):
        assert fixes_after(installed, typed) == ["loosen: install stepped --upgrade"]


def test_what_asks_for_a_python_moves_there(installed: Path) -> None:
    with pytest.raises(NbenvError) as caught:
        install(installed, "leaf", "python==3.9")
    assert [(each["kind"], each.get("then")) for each in caught.value.fixes] == [
        ("without", None),
        ("python", ["leaf"]),
    ]


def test_a_package_behind_an_address_is_named_too() -> None:
    error = InstallerError("It requires a package from an address.")
    error.also = "b @ https://h.invalid/b-1.zip"
    assert [each["words"] for each in fixes_of(error, ["a"])] == [["a", error.also]]


def test_a_failed_build_is_avoided_by_another_version() -> None:
    error = BuildError("No compiler.")
    error.names = ("a",)
    assert list(map(command, fixes_of(error, ["a==1", "b"]))) == ["install a b --upgrade"]
    assert list(fixes_of(error, ["a"])) == []


@pytest.mark.parametrize(
    ("meant", "limited", "python", "typed", "fixes"),
    [
        ((), (), "", ["a"], []),
        (("b", "c", "d"), (), "", ["x", "y>=1"], ["install b y>=1", "install c y>=1"]),
        ((), ("y",), "", ["y[z]==1", "q"], ["install y[z] q --upgrade"]),
        ((), ("ipykernel",), "", ["a"], []),
        ((), ("r",), "", ["./folder"], ["install ./folder r --upgrade"]),
        ((), (), "3.12", ["a"], ["python 3.12"]),
    ],
)
def test_fixes_name_whole_commands(
    meant: Sequence[str],
    limited: Sequence[str],
    python: str,
    typed: list[str],
    fixes: list[str],
) -> None:
    error = ResolutionError("No.", unknown="x")
    error.meant, error.limited, error.python = meant, limited, python
    assert list(map(command, fixes_of(error, typed))) == fixes
