"""A running kernel after a change: what it reads anew, and what it then calls stale."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def update(load: Load) -> Any:
    return load("live_update")


def event(
    name: str, old: str | None, new: str | None, module: str = "json", **more: Any
) -> dict[str, Any]:
    return {"changes": [{"name": name, "old": old, "new": new, "imports": ["no", module]}], **more}


def test_what_is_imported_becomes_stale(update: Any) -> None:
    assert update.apply(event("x", "1", "2")) == [
        "Restart the kernel to use x 2: 1 is already imported.",
    ]
    assert update.stale() == [{"name": "x", "old": "1", "new": "2", "module": "json"}]


def test_what_is_not_imported_or_was_not_there_is_not_stale(update: Any) -> None:
    assert update.apply(event("x", "1", "2", "never_imported")) == []
    assert update.apply(event("x", None, "2")) == []  # as a module of the notebook's folder
    assert update.stale() == []


def test_the_imported_version_counts_over_many_changes(update: Any) -> None:
    update.apply(event("x", "1", "2"))
    update.apply(event("x", "2", "3"))
    assert update.stale() == [{"name": "x", "old": "1", "new": "3", "module": "json"}]
    update.apply(event("x", "3", None))
    assert update.stale() == [{"name": "x", "old": "1", "new": None, "module": "json"}]
    update.apply(event("x", None, "1"))  # as after an undo
    assert update.stale() == []


def test_the_note_names_the_imported_version_over_many_changes(update: Any) -> None:
    update.apply(event("x", "1", "2"))
    assert update.apply(event("x", "2", "3")) == [
        "Restart the kernel to use x 3: 1 is already imported.",
    ]
    assert update.apply(event("x", "3", "1")) == []  # it is what is imported


def test_new_files_of_the_same_version(update: Any) -> None:
    assert update.apply(event("x", "1", "1")) == [
        "Restart the kernel to use the new x 1: the former one is already imported."
    ]


@pytest.mark.parametrize(
    ("own", "imported"),
    [("0.9", "0.9"), ("1.0", "1.0.4"), ("1.0.4+local", "1.0.4"), ("odd", "1.0.4"), (7, "1.0.4")],
)
def test_a_module_knows_its_version_better(
    update: Any, monkeypatch: pytest.MonkeyPatch, own: object, imported: str
) -> None:
    """As after a change in a terminal, which this kernel was not told of."""
    module = ModuleType("changed_elsewhere")
    module.__file__ = str(Path(sysconfig.get_path("purelib"), "changed_elsewhere.py"))
    module.__version__ = own  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "changed_elsewhere", module)
    [note] = update.apply(event("x", "1.0.4", "2.0", "changed_elsewhere"))
    assert note == f"Restart the kernel to use x 2.0: {imported} is already imported."


def test_a_version_that_is_imported_already_is_not_stale(
    update: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("changed_elsewhere")
    module.__file__ = str(Path(sysconfig.get_path("purelib"), "changed_elsewhere.py"))
    module.__version__ = "2.0"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "changed_elsewhere", module)
    assert update.apply(event("x", "1.0", "2.0", "changed_elsewhere")) == []


def test_the_kernels_own_packages_are_not_named(update: Any) -> None:
    change = event("traitlets", "5.1", "5.2")
    assert update.apply(change) == [
        "Restart the kernel when it suits you: packages that it runs on changed."
    ]
    assert update.stale() == []
    asked = {**change, "data": {"requirements": ["Traitlets>=5"]}}
    assert update.apply(asked) == [
        "Restart the kernel to use traitlets 5.2: 5.1 is already imported."
    ]


def test_only_what_a_person_uses_is_named_beside_them(
    update: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [*event("comm", "1", "2")["changes"], *event("x", "1", "2")["changes"]]
    assert update.apply({"changes": changes}) == [
        "Restart the kernel to use x 2: 1 is already imported."
    ]
    monkeypatch.setattr(update, "_used_by_person", lambda: {"json"})
    assert "comm" in update.apply(event("comm", "2", "3"))[0]


def test_what_the_kernel_imported_at_its_start_is_its_own(
    update: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = ModuleType("_nbenv_boot")
    boot.at_start = frozenset({"json"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "_nbenv_boot", boot)
    [note] = update.apply(event("six", "1", "2"))
    assert "six" not in note


def test_a_removed_package_and_another_environment(update: Any) -> None:
    assert update.apply(event("x", "1", None)) == [
        "Restart the kernel to stop using x: it is still imported."
    ]
    assert update.apply(event("x", "1", "2", replaced=True)) == [
        "Restart the kernel to move into it."
    ]


def test_many_notes_become_one(update: Any) -> None:
    changes = [{"name": n, "old": "1", "new": "2", "imports": ["m"]} for n in "abcd"]
    assert len(update.restart_notes(changes[:3], {"m"})) == 3
    assert update.restart_notes(changes, {"m"}) == [
        "Restart the kernel: a, b, c, d changed after they were imported."
    ]
    assert update.restart_notes(changes, {}) == []


@pytest.mark.parametrize("identifier", ["own", "another"])
def test_path_files_of_this_environment_are_read(
    update: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, identifier: str
) -> None:
    (tmp_path / "editable").mkdir()
    (tmp_path / "x.pth").write_text("editable\n", encoding="utf-8")
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(update.variables, "NBENV_ENVIRONMENT", "own")
    update.apply({"environment": identifier, "pth": ["x.pth"], "changes": []})
    assert (str(tmp_path / "editable") in sys.path) == (identifier == "own")


def test_another_content_of_the_same_version_needs_a_restart(update: Any) -> None:
    assert update.apply(event("x", "1", "1")) == [
        "Restart the kernel to use the new x 1: the former one is already imported."
    ]
    entry = {"name": "x", "old": "1", "new": "1", "module": "json", "rebuilt": True}
    assert update.stale() == [entry]
    update.apply(event("x", "1", "2"))
    update.apply(event("x", "2", "1"))  # the version that is imported, but not its content
    assert update.stale() == [entry]
