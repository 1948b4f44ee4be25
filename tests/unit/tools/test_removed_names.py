"""Names that releases of libraries removed, read from their sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import removed_names
from tools.removed_names import Modules, by_library, lines, read, removed


def made(folder: Path, **files: str) -> Modules:
    """Read the modules of a library from their sources; ``init`` is that of the library itself."""
    (folder / "lib" / "tests").mkdir(parents=True)
    for name, text in files.items():
        path = folder / "lib" / ("__init__.py" if name == "init" else f"{name}.py")
        path.write_text(text)
    return read(folder)


def test_names_and_modules_that_the_next_release_lacks(tmp_path: Path) -> None:
    own = "def kept(): ...\ndef gone(): ...\nclass Moved: ...\nX: int = 1\n_p = 2\n"
    old = made(tmp_path / "old", init="from .a import *\n", a=f"import os\n{own}", old=own)
    (tmp_path / "old" / "lib" / "tests" / "t.py").write_text("def g(): ...\n")
    assert read(tmp_path / "old") == old
    moved = "from .a import *\nfrom .b import Moved\n"
    new = made(tmp_path / "new", init=moved, a="def kept(): ...\n", b="class Moved: ...\n")
    names = {"lib.a.gone", "lib.a.Moved", "lib.a.X", "lib.gone", "lib.X", "lib.old"}
    assert removed(old, new, new) == names
    assert removed(old, new, old) == set()  # what the newest has again is there


def test_what_other_libraries_have_is_not_removed_with_it(tmp_path: Path) -> None:
    text = "import os\nfrom elsewhere import other\nfor each in range(3): ...\ndef gone(): ...\n"
    old = made(tmp_path / "old", a=text, init=text)
    new = made(tmp_path / "new", a="", init="")
    assert removed(old, new, new) == {"lib.gone", "lib.a.gone"}


@pytest.mark.parametrize(
    "source",
    [
        "def __getattr__(name):\n    return {'gone': 1}[name]",
        "globals().update(f())",
        "from lib.compiled import *",
        "from .other import *",
        "try:\n    from lib.b import gone\nexcept ImportError:\n    gone = None",
        "if 1:\n    gone = 3",
        "import lazy_loader\n__getattr__, x, y = lazy_loader.attach_stub(__name__, __file__)",
        "from .few import *",
        "from .package import *",
        "from elsewhere import gone",
        "from elsewhere import *",
        "import elsewhere.gone as gone",
        "import gone.inner",
        "for gone in range(3): ...",
        "for _, (gone, x) in {}: ...",
        "while True:\n    gone = 1",
        "with open('f') as gone: ...",
        "match f():\n    case [1, *gone]: ...\n    case {'x': x} | x: ...",
        "print(gone := 1)",
        "match f():\n    case 1:\n        class gone: ...",
        "def f(:",
    ],
)
def test_a_module_that_may_have_a_name(source: str, tmp_path: Path) -> None:
    old = made(tmp_path / "old", a="gone = 1")
    few = "__all__ = ['f', *g.__all__]\ngone = 1"
    new = made(tmp_path / "new", a=source, other="globals().update({})", few=few)
    (tmp_path / "new" / "lib" / "package").mkdir()
    for name in ("__init__", "gone"):
        (tmp_path / "new" / "lib" / "package" / f"{name}.py").write_text("")
    new = read(tmp_path / "new")
    assert removed(old, new, new) == set()


def test_a_source_that_is_too_deep_says_nothing(tmp_path: Path) -> None:
    old = made(tmp_path / "old", a="gone = 1")
    new = made(tmp_path / "new", a="x = " + "+".join("1" * 3000))
    assert removed(old, new, new) == set()


def test_a_module_that_is_compiled_now(tmp_path: Path) -> None:
    old = made(tmp_path / "old", a="gone = 1")
    made(tmp_path / "new")
    (tmp_path / "new" / "lib" / "a.cpython-311-x86_64-linux-gnu.so").write_bytes(b"")
    new = read(tmp_path / "new")
    assert removed(old, new, new) == set()


def test_only_what_a_list_of_names_exports(tmp_path: Path) -> None:
    text = "__all__ = ['f']\ndef f(): ...\ndef g(): ...\n"
    old = made(tmp_path / "old", init="from lib.a import *\n", a=text)
    new = made(tmp_path / "new", init="from lib.a import *\n", a="__all__ = []\n")
    assert removed(old, new, new) == {"lib.f", "lib.a.f", "lib.a.g"}


def test_a_list_of_names_that_grows(tmp_path: Path) -> None:
    old = made(tmp_path / "old", init="from lib.a import *\n", a="f = g = 1\n")
    text = "__all__ = ['f']\n__all__ += {}\nf = g = 1\n"
    for name, more in (("known", "['g']"), ("unknown", "other.names")):
        new = made(tmp_path / name, init="from lib.a import *\n", a=text.format(more))
        assert removed(old, new, new) == set()


def test_the_stub_of_a_package_that_imports_late(tmp_path: Path) -> None:
    old = made(tmp_path / "old", init="from .a import f, g\n", a="f = g = 1\n")
    new = made(tmp_path / "new", init="import lazy\nx = lazy.attach_stub(__name__)", _a="f = 1")
    stub = tmp_path / "new" / "lib" / "__init__.pyi"
    stub.write_text("from ._a import f as f\n")
    new = read(tmp_path / "new")
    assert removed(old, new, new) == {"lib.g", "lib.a"}
    stub.write_text("from ._a import f as f, g as g, a as a\n")
    new = read(tmp_path / "new")
    assert removed(old, new, new) == set()


def test_lines_are_read_back() -> None:
    text = ["lib 2.0 2020-01-01 limit", *lines({"lib.a.x", "lib.a.y", "lib", "lib.b.z"})]
    assert text[1:] == ["  lib lib.a.{x,y} lib.b.z"]
    assert by_library("# about\n" + "\n".join(text))["lib"] == text


def test_the_last_releases_of_minor_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Done:
        stdout = "lib (2.1)\nAvailable versions: 2.1, 2.0.1, 2.0, 1.9, 0.1.dev"

    monkeypatch.setattr(removed_names.subprocess, "run", lambda *_, **__: Done)
    found = [str(each) for each in removed_names.releases("lib")]
    assert found == ["0.1.dev0", "1.9", "2.0.1", "2.1"]
