"""Locate the pages and folders of files that a notebook names beside its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbenv.core.requirements import absolute
from nbenv.core.urls import is_local

__all__ = ["absent_links", "usable_links"]


def usable_links(urls: Sequence[str], folder: Path) -> list[str]:
    """Return the URLs for uv, without the folders that are not on this machine.

    What was locked from such a folder may be in uv's cache, or on an index: its hash says that it
    is the same.

    Parameters
    ----------
    urls
        The pages and folders of a record.
    folder
        The notebook's folder.
    """
    absent = set(absent_links(urls, folder))
    return [_for_uv(url, folder) for url in urls if url not in absent]


def absent_links(urls: Sequence[str], folder: Path) -> list[str]:
    """Return the folders among the URLs of a record that are not on this machine."""
    return [url for url in urls if is_local(url) and not absolute(url, folder).is_dir()]


def _for_uv(url: str, folder: Path) -> str:
    located = absolute(url, folder).as_uri() if is_local(url) else url
    return located.replace(",", "%2C")  # uv's variable has commas between them
