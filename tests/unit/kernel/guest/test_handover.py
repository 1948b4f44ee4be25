"""Requests and output that a kernel leaves to the one that takes its place."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
LEFT = {
    "prepared": [[b"client", b"silent"]],
    "requests": [[b"client", b"<IDS|MSG>", b"\x00\xff"], []],
    "output": [[b"topic", b"\xff"]],
    "subscribers": 2,
}


@pytest.fixture
def handover(load: Load) -> Any:
    return load("handover")


def test_written_for_this_user_and_read_once(handover: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.json.waiting"
    handover.write(str(path), LEFT)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert handover.read(str(path)) == LEFT
    assert not path.exists()


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"requests": [["x"]], "output": []}'])
def test_a_kernel_starts_all_the_same(
    load: Load, handover: Any, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "x.json.waiting"
    if text is not None:
        path.write_text(text, encoding="ascii")
    app = SimpleNamespace(init_sockets=lambda: None)
    handover.prepare(app, str(path))
    app.init_sockets()
