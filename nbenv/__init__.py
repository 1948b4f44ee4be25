"""A Jupyter notebook that carries its own environment.

Only the entry points that Jupyter looks for: a starting kernel imports this.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is not imported here
if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nbenv._version import __version__  # a starting kernel asks for no version

    return __version__


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-nbenv"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbenv"}]


def _load_jupyter_server_extension(serverapp: ServerApp) -> None:
    from nbenv.server.extension import load

    load(serverapp)
