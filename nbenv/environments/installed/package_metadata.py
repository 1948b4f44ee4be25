"""The metadata of installed distributions, and what a person is shown of it.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import Distribution, PackageMetadata
from pathlib import Path

from nbenv.core.plain_text import safe

__all__ = ["InstalledDistribution", "documentation_of"]

_PAGES = ("documentation", "docs", "doc", "user guide", "homepage", "home-page", "home")
_SOURCES = ("repository", "source", "source code", "github")
"""Labels by which packages name the page to read, and their repository, the best first."""
_LONGEST_ADDRESS = 500
"""Characters."""


class InstalledDistribution(Distribution):
    """A distribution in an environment.

    Its metadata is parsed once, and not anew whenever the name, the version or the requirements are
    asked for. What is not UTF-8 in it is replaced: old packages are in other encodings.
    """

    def __init__(self, dist_info: Path) -> None:
        self._dist_info = dist_info

    def read_text(self, filename: str) -> str | None:
        """Return the content of a file beside the metadata; None where there is none."""
        try:
            return (self._dist_info / filename).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None if filename else ""  # the last name that is tried for the metadata

    def locate_file(self, path: object) -> Path:
        """Return where a file of the distribution is."""
        return self._dist_info.parent / str(path)

    @cached_property
    def metadata(self) -> PackageMetadata:
        """The metadata; without any entry where the distribution is just being removed."""
        return super().metadata


def documentation_of(metadata: PackageMetadata, *, or_source: bool = False) -> str:
    """Return the address of a package's documentation, or of its home page; "" without one.

    A package may have made it up: what is no address of the web, or would show as another one than
    it is, is left out.

    Parameters
    ----------
    metadata
        The package's metadata.
    or_source
        Whether its repository will do.
    """
    found = {"home-page": str(metadata["Home-page"])} if "Home-page" in metadata else {}
    for text in metadata.get_all("Project-URL") or []:
        label, _, address = str(text).partition(",")
        found.setdefault(label.strip().lower(), address.strip())
    labels = (*_PAGES, *_SOURCES) if or_source else _PAGES
    addresses = (found.get(label, "") for label in labels)
    return next((each for each in addresses if _is_page(each)), "")


def _is_page(address: str) -> bool:
    is_web = address.startswith(("https://", "http://"))
    return is_web and len(address) < _LONGEST_ADDRESS and safe(address) == address
