"""Variables on their way from one kernel to another."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.kernel.guest.conftest import GUEST

Load = Callable[[str], ModuleType]


@pytest.fixture
def carry_over(load: Load) -> Any:
    return load("carry_over")


def shell(**names: object) -> Any:
    hidden = {"In": [], "exit": object()}
    return SimpleNamespace(user_ns={**hidden, "_i1": "x", **names}, user_ns_hidden=hidden)


def described(carry_over: Any, value: object) -> dict[str, Any]:
    return carry_over.described("x", value)


class OfNotebook:
    """A class that a cell defined."""


OfNotebook.__module__ = "__main__"


class Odd:
    """A class whose objects refuse to be asked anything."""

    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("no")

    def __sizeof__(self) -> int:
        raise RuntimeError("no")

    def __reduce__(self) -> Any:
        raise RuntimeError("no\nreally")


# -- listing


def test_what_cells_defined(carry_over: Any) -> None:
    mine = shell(df=1, exit="replaced")
    assert carry_over.own_variables(mine) == {"df": 1, "exit": "replaced"}
    found = carry_over._list(mine, {})
    assert found["count"] == 2
    assert found["variables"][0]["name"] == "exit"


def test_sizes_and_kinds(carry_over: Any) -> None:
    text = "x" * 1000
    assert described(carry_over, [text, text])["size"] < 2 * described(carry_over, text)["size"]
    assert described(carry_over, {"a": [text], "b": (text * 2,)})["size"] > 3000
    assert described(carry_over, list(range(10**6)))["size"] > 8_000_000
    assert described(carry_over, memoryview(bytearray(5000)))["size"] >= 5000
    assert described(carry_over, Odd())["size"] is None
    assert described(carry_over, json) == {
        "name": "x", "type": "module", "size": None, "kind": "module",
    }  # fmt: skip
    assert described(carry_over, OfNotebook)["kind"] == "definition"
    assert described(carry_over, Path)["kind"] == "value"
    itself: list[object] = []
    itself.append(itself)
    assert described(carry_over, itself)["size"] > 0


# -- carrying


def carry(carry_over: Any, folder: Path, names: dict[str, object], **more: Any) -> Any:
    """Carry variables from one shell to another; return both answers and the new variables."""
    file = str(folder / "carried.pickle")
    saved = carry_over._save(shell(**names), {"file": file, **more})
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    new = shell()
    loaded = carry_over._load(new, {"file": file, "digest": saved["digest"]})
    assert not os.path.exists(file)
    return saved, loaded, carry_over.own_variables(new)


def test_what_pickles_comes_along(carry_over: Any, tmp_path: Path) -> None:
    names = {
        "rows": [1, {"a": "\n{"}],
        "empty": b"",
        "np": json,
        "é": Path("x"),
        "join": os.path.join,
    }
    saved, loaded, found = carry(carry_over, tmp_path, names)
    assert (saved["failed"], loaded["failed"]) == ([], [])
    assert found == names
    assert list(names) == saved["saved"] == loaded["loaded"]


def test_what_does_not_is_named(carry_over: Any, tmp_path: Path) -> None:
    names = {
        "lock": threading.Lock(),
        "each": (n for n in ()),
        "Model": OfNotebook,
        "model": [OfNotebook()],
        "odd": Odd(),
        "kept": 1,
    }
    saved, _, found = carry(carry_over, tmp_path, names)
    assert found == {"kept": 1}
    reasons = {each["name"]: each["why"] for each in saved["failed"]}
    assert set(reasons) == set(names) - {"kept"}
    assert reasons["Model"] == "OfNotebook is defined in a cell: run that cell again"
    assert reasons["model"] == reasons["Model"]
    assert reasons["odd"] == "RuntimeError: no really"
    assert "lock" in reasons["lock"]


def test_what_is_too_large_is_left(carry_over: Any, tmp_path: Path) -> None:
    names = {"a": b"x" * 600, "b": [b"y" * 600], "c": 1}
    saved, _, found = carry(carry_over, tmp_path, names, most=1000)
    assert list(found) == ["a", "c"]
    assert saved["failed"] == [{"name": "b", "why": "too large"}]


def test_what_cannot_be_read_there_is_named(
    carry_over: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("only_here")
    exec("class Thing: pass", module.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", module)
    file = str(tmp_path / "carried.pickle")
    names = {"thing": module.Thing(), "only": module, "kept": 1}
    saved = carry_over._save(shell(**names), {"file": file})
    monkeypatch.delitem(sys.modules, "only_here")
    new = shell()
    loaded = carry_over._load(new, {"file": file, "digest": saved["digest"]})
    assert loaded["loaded"] == ["kept"]
    reason = "ModuleNotFoundError: No module named 'only_here'"
    assert loaded["failed"] == [{"name": each, "why": reason} for each in ("thing", "only")]


@pytest.mark.parametrize("how", ["changed", "open to others", "a link"])
def test_nothing_else_is_unpickled(carry_over: Any, tmp_path: Path, how: str) -> None:
    file = tmp_path / "carried.pickle"
    saved = carry_over._save(shell(x=1), {"file": str(file)})
    if how == "changed":
        file.write_bytes(file.read_bytes() + b" ")
    elif how == "open to others":
        file.chmod(0o644)
    else:
        file.rename(tmp_path / "other")
        file.symlink_to(tmp_path / "other")
    new = shell()
    with pytest.raises((ValueError, OSError)):
        carry_over._load(new, {"file": str(file), "digest": saved["digest"]})
    assert carry_over.own_variables(new) == {}


def test_no_file_is_written_over(carry_over: Any, tmp_path: Path) -> None:
    file = tmp_path / "carried.pickle"
    file.write_text("precious", encoding="utf-8")
    with pytest.raises(FileExistsError):
        carry_over._save(shell(x=1), {"file": str(file)})
    assert file.read_text(encoding="utf-8") == "precious"


class Interrupts:
    """A value during whose pickling a person interrupts the kernel."""

    def __reduce__(self) -> Any:
        raise KeyboardInterrupt


def test_an_interrupt_leaves_no_file(carry_over: Any, tmp_path: Path) -> None:
    file = tmp_path / "carried.pickle"
    with pytest.raises(KeyboardInterrupt):
        carry_over._save(shell(a=1, x=Interrupts()), {"file": str(file)})
    assert not file.exists()


ASKED = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.user_ns["table"] = [1, 2]
names = dict(shell.user_ns)
found = shell.user_expressions({"nbenv": sys.argv[1]})["nbenv"]
assert set(shell.user_ns) == set(names)
print(found["data"]["text/plain"])
"""


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"ask": "list"}, '"name": "table", "type": "list"'),
        ({"ask": "save", "file": "/nowhere/x.pickle"}, '{"error": "FileNotFoundError: '),
    ],
)
def test_a_page_asks_with_an_expression(question: dict[str, str], expected: str) -> None:
    code = json.dumps((GUEST / "carry_over.py").read_text(encoding="utf-8"))
    names = '{"__name__": "_nbenv_carry_over"}'
    call = f'names["answer"]({json.dumps(question)})'
    asked = f"(lambda names: (exec({code}, names), {call})[1])({names})"
    done = subprocess.run(
        [sys.executable, "-c", ASKED, asked], capture_output=True, text=True, check=True
    )
    json.loads(done.stdout)
    assert expected in done.stdout
