"""Set up nbenv in Jupyter Server: the hooks of saves, the REST API, and what follows notebooks."""

from __future__ import annotations

import atexit
import contextlib
import os
from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join

from nbenv.core.plain_text import safe
from nbenv.environments.store import drop_old_moves
from nbenv.home import paths
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.contents_events import CONTENTS_EVENTS, ContentsFollower
from nbenv.server.jobs import Jobs
from nbenv.server.routes import ROUTES
from nbenv.server.save_hooks import merge, note_saved

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["load"]


def load(app: ServerApp) -> None:
    """Register the hooks, the listener and the handlers with a server.

    Where nbenv's folder cannot be written to, the server starts all the same.
    """
    contents = app.contents_manager
    contents.register_pre_save_hook(merge)  # type: ignore[no-untyped-call]
    contents.register_post_save_hook(note_saved)  # type: ignore[no-untyped-call]
    jobs = Jobs()
    atexit.register(jobs.close)
    follower = ContentsFollower(contents, jobs, app.log)
    assert app.event_logger is not None, "a server has one before it loads extensions"
    app.event_logger.add_listener(schema_id=CONTENTS_EVENTS, listener=follower.on_event)
    base = app.web_app.settings["base_url"]
    routes = [
        (url_path_join(base, "nbenv", "api", pattern), handler, {"jobs": jobs})
        for pattern, handler in ROUTES.items()
    ]
    app.web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call]
    try:
        _announce()
        drop_old_moves()
    except OSError as error:
        app.log.warning("nbenv: writing changes into notebook files at once: %s", safe(str(error)))
    app.log.info("nbenv: recording environments in notebooks when they are saved")


def _announce() -> None:
    """Let this server's kernels know that it merges records; they find it by its process id."""
    marker = paths.server_path(str(os.getpid()))
    paths.write_json(marker, ProcessIdentity.own().to_dict())
    atexit.register(_withdraw, marker, os.getpid())


def _withdraw(marker: str, process: int) -> None:
    if os.getpid() == process:  # not in a forked child
        with contextlib.suppress(OSError):
            os.unlink(marker)
