"""Install from uv's cache alone, which asks no index, where all is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbenv.core.spec import Index
from nbenv.errors import InstallerError, InstallerKilledError
from nbenv.installer.uv import run_uv
from nbenv.progress import Progress

__all__ = ["install_from_cache"]


def install_from_cache(
    command: Sequence[str],
    where: Path,
    indexes: Sequence[Index],
    links: Sequence[str],
    packages: Path | None,
) -> list[Progress] | None:
    """Install from uv's cache alone; return its progress, None where that fails.

    Online, uv would ask the index about each package first. A locked file need not be asked for
    again: its hash says that it is the right one. Whatever failed here, most often a file that is
    not in the cache, is reported by the attempt with the index that follows. But none follows what
    failed halfway: it would leave what uv no longer knows of a package that was half removed.

    Parameters
    ----------
    command
        The command line after ``uv``.
    where
        The folder to run it in.
    indexes
        The indexes of the record, by which the cache knows its files.
    links
        Its pages and folders of files.
    packages
        The folder of what is installed.

    Raises
    ------
    InstallerError
        It failed halfway, or was killed.
    """
    before = _changed_at(packages)
    offline = [*command, "--offline"]
    try:
        return list(run_uv(offline, where, indexes, find_links=links, phase="install", hashed=True))
    except InstallerKilledError:
        raise
    except InstallerError:
        if _changed_at(packages) != before:
            raise
        return None


def _changed_at(packages: Path | None) -> list[int]:
    """Return when the folder of packages, and what each says of itself, changed last."""
    if packages is None or not packages.is_dir():
        return []
    places = [packages, *sorted(packages.glob("*.dist-info"))]
    return [place.stat().st_mtime_ns for place in places]
