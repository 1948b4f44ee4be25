"""Find out what installing packages would download, from uv's cache alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError
from nbenv.installer.accelerators.torch_pins import with_torch_index
from nbenv.installer.index_lookup import cached_files
from nbenv.installer.lookup.cached_files import names_to_download
from nbenv.installer.wheel_choice import File, best_file

__all__ = ["ExpectedDownload", "expected_download", "megabytes"]


@dataclass(frozen=True)
class ExpectedDownload:
    """The download of an installation, as far as it is known.

    Parameters
    ----------
    count
        The packages whose files are not in uv's cache.
    size
        The bytes of those whose sizes are known.
    unknown
        The number of those whose sizes are not known.
    is_certain
        Whether uv could tell what is in its cache; otherwise, all packages count as missing.
    """

    count: int
    size: int = 0
    unknown: int = 0
    is_certain: bool = True

    @classmethod
    def of(
        cls, sizes: Mapping[str, int | None], missing: Collection[str] | None
    ) -> ExpectedDownload:
        """Return the sum of these sizes by name, of which some are `missing` from the cache."""
        needed = [size for name, size in sizes.items() if missing is None or name in missing]
        known = [size for size in needed if size is not None]
        return cls(len(needed), sum(known), len(needed) - len(known), missing is not None)

    def words(self) -> str:
        """Return it as people say it, to stand after a comma."""
        if not self.count:
            return "nothing to download"
        if self.unknown == self.count:
            return "download of unknown size"
        limit = "" if self.is_certain else " at most"
        plural = "" if self.unknown == 1 else "s"
        more = f", plus {self.unknown} package{plural} of unknown size" if self.unknown else ""
        return f"download of {megabytes(self.size)}{limit}{more}"

    def sentence(self) -> str:
        """Return it as a sentence."""
        words = self.words()
        return f"{words[0].upper()}{words[1:]}."

    def to_data(self) -> dict[str, object]:
        """Return the plain form that a page gets."""
        return asdict(self)


def expected_download(
    distributions: Sequence[LockedDistribution], spec: Spec, folder: Path, python: str
) -> ExpectedDownload:
    """Return what installing these would download. No host is asked: uv's cache knows what it read.

    Parameters
    ----------
    distributions
        What is locked for this machine, and is to be installed.
    spec
        The record that they belong to.
    folder
        The folder that local requirements are relative to.
    python
        The interpreter that they are for.
    """
    missing = names_to_download(distributions, spec, folder, python)
    asked = [each for each in distributions if missing is None or each.name in missing]
    return ExpectedDownload.of(_sizes(asked, spec), missing)


def _sizes(distributions: Sequence[LockedDistribution], spec: Spec) -> dict[str, int | None]:
    found: Mapping[str, list[File]] = {}
    if distributions:
        try:
            found = cached_files(distributions, spec.python, with_torch_index(spec))
        except InstallerError:  # the cache may be off, or gone
            found = {}
    sizes: dict[str, int | None] = {}
    for locked in distributions:
        files = [file for file in found.get(locked.name, ()) if file.digest in locked.hashes]
        best = best_file(files, spec.python)
        sizes[locked.name] = best.size if best else None
    return sizes


def megabytes(size: int) -> str:
    """Return a number of bytes as people write it."""
    return f"{size / 1e6:.1f} MB" if size >= 50_000 else f"{size / 1e3:.1f} kB"
