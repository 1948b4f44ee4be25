"""Commands that help after a failed install."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nbenv.errors import NbenvError, ResolutionError
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
