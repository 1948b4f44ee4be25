"""The names that a notebook uses, in a package's files: read, never executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.unlisted.evidence import Match, compare, provides

FILES = {
    "plain/__init__.py": "from plain.core import run\nfrom .star import *\nif 1:\n    A, B = 1, 2",
    "plain/core.py": "def run(): 0\nclass Model: fit = 1",
    "plain/star.py": "from .deeper import *\nshine = 1",
    "plain/deeper.py": "glow = 1\nraise SystemExit('nothing is executed')",
    "lazy/__init__.py": "names = {'Late': '.x'}\ndef __getattr__(name): ...",
    "outer/__init__.py": "from numpy import *",
    "broken.py": "def (",
    "built.cpython-311-x86_64-linux-gnu.so": "",
    "typed.abi3.so": "",
    "typed.pyi": "def named() -> int: ...",
    "stubs/__init__.pyi": "def named() -> int: ...",
    "space/part/__init__.py": "there = 1",
    "data/table.csv": "1",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_modules_of_a_package(root: Path) -> None:
    modules = ["plain", "plain.core", "built", "typed", "space", "space.part", "broken"]
    assert all(provides(root, module) for module in modules)
    assert not any(
        provides(root, module) for module in ("data", "other", "plain.fit", "space.x", "stubs")
    )


@pytest.mark.parametrize(
    ("module", "uses", "match"),
    [
        ("plain", {"core.Model", "core.Model.fit", "run"}, (("core.Model.fit", "run"), ())),
        ("plain", {"A", "B", "shine", "glow"}, (("A", "B", "glow", "shine"), ())),
        ("plain", {"core.absent", "Nothing"}, ((), ("Nothing", "core.absent"))),
        ("lazy", {"Late", "Other"}, (("Late",), ())),  # Other may come at run time
        ("outer", {"array"}, ((), ())),
        ("broken", {"x"}, ((), ())),
        ("built", {"x"}, ((), ())),
        ("typed", {"named", "unnamed"}, (("named",), ("unnamed",))),
        ("space", {"part.there", "other"}, (("part.there",), ("other",))),
    ],
)
def test_names(root: Path, module: str, uses: set[str], match: tuple[tuple[str], ...]) -> None:
    assert compare(root, module, uses) == Match(*match)
