"""The options that more than one command has, and the values that options take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbenv.cli.declarations import Option, Place

__all__ = [
    "ANY_INDEX", "AS_OF", "COMMON", "DRY_RUN", "FALLBACK", "HIDDEN", "OUTPUT", "PYTHON", "SOURCES",
    "TARGETS", "TORCH_BACKEND", "archive_engines", "engines", "formats", "number_from_one",
    "number_from_zero", "on_page", "place_to_run", "platforms", "unapproved",
]  # fmt: skip


def formats() -> Sequence[str]:
    """Return the formats of ``export``."""
    from nbenv.export import FOLDERS, FORMATS

    return [*FORMATS, *FOLDERS]


def engines() -> Sequence[str]:
    """Return the container engines."""
    from nbenv.containers.engines import ENGINES

    return ENGINES


def archive_engines() -> Sequence[str]:
    """Return the engines that an archive can be for."""
    from nbenv.engine.archiving.archive import ENGINES

    return list(ENGINES)


def _levels() -> Sequence[str]:
    from nbenv.engine.fallbacks import LEVELS

    return LEVELS


def platforms() -> Sequence[str]:
    """Return the platforms that ``pack`` can collect wheels for."""
    from nbenv.installer.download import PLATFORMS

    return list(PLATFORMS)


def place_to_run(text: str) -> str:
    """Read where ``run --on`` runs a notebook; raise `ValueError` for another text.

    That is a container engine, ``kubernetes``, or the address of a cluster.
    """
    places = [*engines(), "kubernetes"]
    if "://" not in text and text not in places:
        clusters = "dask://HOST:PORT, tls://HOST:PORT or ray://HOST:PORT"
        raise ValueError(f"must be {', '.join(places)}, {clusters}")
    return text


def number_from_one(text: str) -> int:
    """Read a whole number from 1 up; raise `ValueError` with what is wrong about another text."""
    return _number(text, 1)


def number_from_zero(text: str) -> int:
    """Read a whole number from 0 up, as `number_from_one` does."""
    return _number(text, 0)


def _number(text: str, least: int) -> int:
    if not text.lstrip("-").isdecimal():
        raise ValueError("needs a whole number")
    if int(text) < least:
        raise ValueError(f"must be at least {least}")
    return int(text)


def on_page(option: Option) -> Option:
    """Return an option that JupyterLab's pages may give, too."""
    return replace(option, where=Place.ANYWHERE)


def unapproved(option: Option) -> Option:
    """Return an option that cells of a notebook that was not approved may give, too."""
    return replace(option, where=option.where | Place.UNAPPROVED)


COMMON = (
    Option(("--json",), "print JSON"),
    Option(("-q", "--quiet"), "hide progress"),
)
TARGETS = (
    Option(("--environment",), metavar="ID", hidden=True),
    Option(("--detached",), metavar="ID", hidden=True),
    Option(("--notebook",), metavar="PATH", hidden=True),
)
"""Options by which a kernel or the server names the notebook."""
HIDDEN = (
    *TARGETS,
    Option(("--agreed",), metavar="DIGEST", hidden=True),
    Option(("--unapproved",), hidden=True),
    Option(("--events",), hidden=True),
)
"""Options of a kernel or the server, which run commands as child processes.

They also say which record its user was shown and agreed to, "" for none (a page always does), and
that a cell of a notebook gave the command whose record nobody has approved yet. They follow the
command; a target is the last of them, so that no word of a cell can be taken for one.
"""

DRY_RUN = on_page(Option(("--dry-run",), "show what would change, without changing anything"))
ANY_INDEX = on_page(
    Option(("--any-index",), "allow locked packages to come from another index than before")
)
TORCH_BACKEND = Option(
    ("--torch-backend",),
    "take PyTorch for this accelerator, such as cpu, cu126 or rocm6.4 (auto: the one that fits "
    "this machine; none: whatever the indexes have), and record it",
    "BACKEND",
    default="",
)
SOURCES = (
    Option(("--default-index",), "use this index instead of the default one, and record it",
           "NAME=URL", default=""),
    Option(("-f", "--find-links"), "also take files from this folder or page, and record it",
           "PLACE", many=True),
    Option(("--no-binary",), "build these packages from source", "NAMES", many=True),
    Option(("--only-binary",), "never build these packages (:all: for all)", "NAMES", many=True),
    Option(("--exclude-newer",), "take no file that came after this day (none: any file)", "DATE",
           default=""),
    Option(("--index-strategy",), "choose between indexes in this way of uv's", "STRATEGY",
           default=""),
    TORCH_BACKEND,
    Option(("--reinstall",), "install again what is named, from downloaded files"),
)  # fmt: skip
"""Where an install takes files from; all but the last are recorded."""
OUTPUT = Option(("-o", "--output"), "write to this file or folder", "FILE")
PYTHON = Option(("--python",), "use this Python instead of the recorded one", "X.Y")
AS_OF = Option(("--as-of",), "use the newest versions that an index had on this day", "DATE")
FALLBACK = Option(
    ("--fallback",),
    "where the exact environment is unavailable, restore one that is close to it: PyTorch for "
    "the CPU where this machine lacks the accelerator (cpu), the same "
    "versions built from source (build), the same versions on another Python (python), what the "
    "requirements allowed when the notebook was locked (dated), or what they allow today (newest)",
    "LEVEL",
    choices=_levels,
)
