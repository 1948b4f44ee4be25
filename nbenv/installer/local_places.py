"""The folders and archives on this machine that packages are installed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local, parse
from nbenv.core.spec import Spec
from nbenv.core.urls import shown_path
from nbenv.errors import RequirementError

__all__ = ["check_places", "local_path", "missing_places", "project_folders"]


def local_path(url: str, folder: Path) -> Path:
    """Return the path that a local URL means for a notebook in `folder`."""
    return absolute(url.partition("#")[0], folder)


def project_folders(urls: Iterable[str | None], folder: Path) -> list[Path]:
    """Return the folders among URLs."""
    places = [local_path(url, folder) for url in urls if url and is_local(url)]
    return [place for place in places if place.is_dir()]


def missing_places(
    spec: Spec, folder: Path, locked: Iterable[LockedDistribution] = ()
) -> dict[str, str]:
    """Return what is not on this machine of what a record names: the URLs by package name.

    `locked` are distributions whose places count as well.
    """
    asked = {each.name: each.url for each in map(parse, spec.requirements)}
    urls = {**{each.name: each.url for each in locked}, **asked}
    return {
        name: url
        for name, url in sorted(urls.items())
        if url and is_local(url) and not local_path(url, folder).exists()
    }


def check_places(missing: Mapping[str, str]) -> None:
    """Raise for what is missing of the places that packages are to be installed from.

    Raises
    ------
    RequirementError
        Something is; the message names all of it, as one cannot be uninstalled while others are
        missing.
    """
    if not missing:
        return
    names = " ".join(missing)
    what = " and ".join(f"no {shown_path(url)} (for {name})" for name, url in missing.items())
    raise RequirementError(
        f"There is {what}.",
        "This notebook installs it from there; relative paths begin in the notebook's folder.",
        "Copy it along with the notebook, or do without it: nbenv uninstall NOTEBOOK "
        f"{names} (in a cell: %nbenv uninstall {names}).",
    )
