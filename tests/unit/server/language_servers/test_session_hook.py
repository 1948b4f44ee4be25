"""The commands that jupyter_lsp runs."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_lsp.manager import LanguageServerManager

from nbenv.server.language_servers.session_hook import route_sessions


@pytest.fixture
def manager() -> Any:
    specs = {
        name: {"argv": [name], "languages": [language], "version": 2}
        for name, language in (("py", "python"), ("r", "r"))
    }
    return LanguageServerManager(language_servers=specs, autodetect=False)


def argv(manager: Any, name: str) -> list[str]:
    return list(manager.sessions[name].spec["argv"])


def test_only_those_of_python_are_routed(manager: Any, tmp_path: Path) -> None:
    app: Any = SimpleNamespace(
        language_server_manager=manager, contents_manager=SimpleNamespace(root_dir=str(tmp_path))
    )
    route_sessions(app)
    manager.initialize()
    routed = argv(manager, "py")
    assert routed[0] == sys.executable
    assert routed[-2:] == ["--", "py"]
    assert str(tmp_path) in routed
    assert argv(manager, "r") == ["r"]
    manager.init_sessions()
    assert argv(manager, "py") == routed


@pytest.mark.parametrize("root", ["", "nowhere"])
def test_without_files_or_jupyter_lsp_nothing_happens(manager: Any, root: str) -> None:
    contents = SimpleNamespace(root_dir=root)
    app: Any = SimpleNamespace(language_server_manager=manager, contents_manager=contents)
    route_sessions(app)
    manager.initialize()
    assert argv(manager, "py") == ["py"]
    without: Any = SimpleNamespace(contents_manager=contents)
    route_sessions(without)
