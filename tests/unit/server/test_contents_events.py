"""Environments that follow notebooks as a server's contents manager moves them."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.environments.store import State, read_state, save_state
from nbenv.server.contents_events import ContentsFollower
from tests.conftest import write_notebook


@pytest.fixture
def root(contents: Any) -> Path:
    """Return a folder with a notebook in it and one below it, which have environments."""
    root = Path(contents.root_dir)
    for number, name in enumerate(("a.ipynb", "folder/b.ipynb")):
        path = write_notebook(root / name, "1")
        save_state(State(str(path), f"work-{number}", None, True, ()))
    return root


class Jobs:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def moved(self, old: str, new: str) -> None:
        self.calls.append(("moved", Path(old).name, Path(new).name))

    def deleted(self, path: str) -> None:
        self.calls.append(("deleted", Path(path).name))


def follow(contents: Any, *events: dict[str, str]) -> list[tuple[str, ...]]:
    jobs: Any = Jobs()

    async def run() -> None:
        follower = ContentsFollower(contents, jobs, logging.getLogger("test"))
        await asyncio.gather(*(follower.on_event(None, "", dict(event)) for event in events))

    asyncio.run(run())
    return jobs.calls


def environment(path: Path) -> str | None:
    state = read_state(str(path))
    return state and state.environment


def test_a_renamed_notebook_keeps_its_environment(contents: Any, root: Path) -> None:
    (root / "a.ipynb").rename(root / "c.ipynb")
    event = {"action": "rename", "source_path": "a.ipynb", "path": "c.ipynb"}
    assert follow(contents, event) == [("moved", "a.ipynb", "c.ipynb")]
    assert (environment(root / "a.ipynb"), environment(root / "c.ipynb")) == (None, "work-0")


def test_what_moved_into_a_folder_moves_with_it(contents: Any, root: Path) -> None:
    (root / "a.ipynb").rename(root / "folder" / "a.ipynb")
    (root / "folder").rename(root / "other")
    follow(
        contents,
        {"action": "rename", "source_path": "a.ipynb", "path": "folder/a.ipynb"},
        {"action": "rename", "source_path": "folder", "path": "other"},
    )
    assert environment(root / "other" / "a.ipynb") == "work-0"
    assert environment(root / "other" / "b.ipynb") == "work-1"


def test_the_deleted_are_forgotten(contents: Any, root: Path) -> None:
    calls = follow(
        contents, {"action": "delete", "path": "a.ipynb"}, {"action": "delete", "path": "folder"}
    )
    assert calls == [("deleted", "a.ipynb"), ("deleted", "folder")]
    assert environment(root / "a.ipynb") is None
    assert environment(root / "folder" / "b.ipynb") is None


@pytest.mark.parametrize(
    "event",
    [
        {"action": "save", "path": "a.ipynb"},
        {"action": "delete", "path": "../root/../../a.ipynb"},
        {"action": "rename", "source_path": "../x.ipynb", "path": "a.ipynb"},
        {},
    ],
)
def test_other_events_change_nothing(contents: Any, root: Path, event: dict[str, str]) -> None:
    assert follow(contents, event) == []
    assert environment(root / "a.ipynb") == "work-0"


def test_contents_that_are_no_files_are_not_followed(root: Path) -> None:
    assert follow(SimpleNamespace(), {"action": "delete", "path": "a.ipynb"}) == []


def test_a_full_disk_is_a_warning(
    contents: Any, root: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Jobs, "deleted", full)
    follow(contents, {"action": "delete", "path": "a.ipynb"})
    assert "could not follow a delete: No space left" in caplog.text
