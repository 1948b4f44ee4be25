"""Set up nbenv in Jupyter Server: the hooks of saves, the REST API, and what follows notebooks."""

from __future__ import annotations

import atexit
import contextlib
import os
from typing import TYPE_CHECKING

from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.utils import url_path_join

from nbenv.core.plain_text import safe
from nbenv.environments.store import drop_old_moves
from nbenv.home import held_files, paths, private_files
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.activity import ActivityKeeper
from nbenv.server.contents_events import CONTENTS_EVENTS, ContentsFollower
from nbenv.server.gateways.gateway_channels import following
from nbenv.server.gateways.remote_kernels import RemoteKernels
from nbenv.server.jobs import Jobs
from nbenv.server.language_servers.session_hook import route_sessions
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
    contents.register_pre_save_hook(merge)
    contents.register_post_save_hook(note_saved)
    jobs = Jobs()
    atexit.register(jobs.close)
    follower = ContentsFollower(contents, jobs, app.log)
    assert app.event_logger is not None, "a server has one before it loads extensions"
    app.event_logger.add_listener(schema_id=CONTENTS_EVENTS, listener=follower.on_event)
    remote = _follow_gateway(app)
    base = app.web_app.settings["base_url"]
    given = {"jobs": jobs, "remote": remote}
    routes = [
        (url_path_join(base, "nbenv", "api", pattern), handler, given)
        for pattern, handler in ROUTES.items()
    ]
    app.web_app.add_handlers(".*$", routes)
    route_sessions(app)
    ActivityKeeper(app, jobs).start()
    try:
        _announce()
        drop_old_moves()
    except OSError as error:
        app.log.warning("nbenv: writing changes into notebook files at once: %s", safe(str(error)))
    if paths.replaced_home()[0]:
        app.log.warning("nbenv: %s %s; using %s instead", *paths.replaced_home(), paths.home())
    app.log.info("nbenv: recording environments in notebooks when they are saved")


def _follow_gateway(app: ServerApp) -> RemoteKernels | None:
    """Have kernels behind the server's gateway get their records; None where it has none."""
    settings = app.web_app.settings
    base = settings.get("kernel_websocket_connection_class")
    if not (isinstance(base, type) and issubclass(base, GatewayWebSocketConnection)):
        return None
    remote = RemoteKernels(app.log)
    remote.follow_starts(app.kernel_manager)
    settings["kernel_websocket_connection_class"] = following(base, remote)
    return remote


def _announce() -> None:
    """Let this server's kernels know that it merges records; they find it by its process id."""
    marker = paths.server_path(str(os.getpid()))
    private_files.write_json(marker, ProcessIdentity.own().to_dict())
    atexit.register(_withdraw, marker, os.getpid())


def _withdraw(marker: str, process: int) -> None:
    if os.getpid() == process:  # not in a forked child
        with contextlib.suppress(OSError):
            held_files.unlink(marker)
