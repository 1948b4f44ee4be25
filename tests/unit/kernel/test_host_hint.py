"""The hint below a failed import in an ordinary kernel."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.home import variables
from nbenv.kernel import host_hint
from nbenv.notebook.metadata import write_metadata
from tests.support.environments import read

RECORD = {"version": 1, "python": "3.11", "requirements": [], "lock": []}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_hint, "_told", set())


@pytest.fixture
def named(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the kernel's notebook."""
    monkeypatch.setattr(host_hint, "notebook_of", lambda shell: str(notebook))
    monkeypatch.setattr(host_hint, "is_named_by_server", lambda: True)
    return notebook


def hint(module: str | None = "cv2") -> str:
    shell: Any = SimpleNamespace(user_ns={})
    return host_hint.hint(ModuleNotFoundError("x", name=module), shell)


@pytest.mark.usefixtures("named")
def test_once_for_each_module(monkeypatch: pytest.MonkeyPatch) -> None:
    said = hint()
    assert said.startswith("nbenv: cv2 is missing in this kernel.")
    assert "%nbenv adopt --dry-run" in said
    assert hint() == ""
    assert hint("sklearn").startswith("nbenv: sklearn")
    assert hint("nothing_that_is_known") == hint(None) == ""
    monkeypatch.setenv(variables.SUGGEST, "0")
    assert hint("pandas") == ""


def test_a_recorded_notebook_is_moved(named: Path) -> None:
    write_metadata(str(named), {"nbenv": RECORD})
    assert "%nbenv move" in hint("nothing_that_is_known")


def test_a_program_without_pages_is_told_commands_of_a_terminal(
    named: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``jupyter execute``, where no button and no switch of kernels can be meant."""
    monkeypatch.setattr(host_hint, "is_named_by_server", lambda: False)
    said = hint()
    assert f"nbenv adopt {named.name}" in said
    write_metadata(str(named), {"nbenv": RECORD})
    assert f"nbenv run {named.name}" in (recorded := hint("sklearn"))
    assert not any(word in said + recorded for word in ("JupyterLab", "%nbenv"))


def test_a_stripped_notebook_is_restored(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = read(named)
    stripped = SimpleNamespace(record=None, is_stripped=True)
    monkeypatch.setattr(host_hint.NotebookSnapshot, "read", lambda ref: stripped)
    assert snapshot.record is None
    assert "%nbenv restore" in hint()


def test_what_is_no_notebook_of_ours(named: Path) -> None:
    named.write_text("{", encoding="utf-8")
    assert hint() == ""


def test_a_console_is_told_of_our_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_hint, "notebook_of", lambda shell: None)
    told = hint()
    assert "jupyter console --kernel nbenv" in told
    assert "%nbenv install opencv-python" in told
    assert hint("nothing_that_is_known") == ""
