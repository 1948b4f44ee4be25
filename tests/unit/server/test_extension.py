"""The set-up of the extension in a server."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.home import paths
from nbenv.server import extension, save_hooks
from nbenv.server.routes import ROUTES


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is to be done when the server ends."""
    found: list[Any] = []
    monkeypatch.setattr(extension.atexit, "register", lambda *call: found.append(call))
    return found


class App:
    """What is used of a server."""

    def __init__(self) -> None:
        self.hooks: list[object] = []
        self.listeners: list[str] = []
        self.routes: list[Any] = []
        self.log = logging.getLogger("test")
        self.contents_manager = SimpleNamespace(
            register_pre_save_hook=self.hooks.append, register_post_save_hook=self.hooks.append
        )
        self.event_logger = SimpleNamespace(
            add_listener=lambda schema_id, listener: self.listeners.append(schema_id)
        )
        self.kernel_manager, self.shutdown_no_activity_timeout = SimpleNamespace(), 0
        self.web_app = SimpleNamespace(
            settings={"base_url": "/base/"},
            add_handlers=lambda host, routes: self.routes.extend(routes),
        )


@pytest.fixture
def app(at_exit: list[Any]) -> Any:
    app: Any = App()
    extension.load(app)
    return app


def test_everything_is_registered(app: Any) -> None:
    assert app.hooks == [save_hooks.merge, save_hooks.note_saved]
    assert len(app.listeners) == 1
    assert [address for address, *_ in app.routes] == [f"/base/nbenv/api/{each}" for each in ROUTES]
    assert len({id(more["jobs"]) for *_, more in app.routes}) == 1


def test_kernels_know_the_server_while_it_runs(app: Any, at_exit: list[Any]) -> None:
    marker = Path(paths.server_path(str(os.getpid())))
    assert marker.exists()
    function, *arguments = at_exit[-1]
    function(arguments[0], -1)  # as in a forked child
    assert marker.exists()
    function(*arguments)
    function(*arguments)
    assert not marker.exists()


def test_without_a_folder_the_server_starts(
    home: Path, at_exit: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    home.write_text("not a folder", encoding="utf-8")
    app: Any = App()
    extension.load(app)
    assert app.routes
    assert "at once" in caplog.text
