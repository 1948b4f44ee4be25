"""Result of previewing a restore, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from nbenv.core.spec import Index
from nbenv.engine.summaries import as_table
from nbenv.environments.interpreters import OLDEST, is_too_old
from nbenv.installer.lookup.expected_download import ExpectedDownload, megabytes

__all__ = ["PreviewedPackage", "PreviewedRestore"]


@dataclass(frozen=True)
class PreviewedPackage:
    """A package that would be installed; exactly one of `version` and `url` is set.

    `size` is in bytes, and `source` says whether it would be built; None for what is not known.
    `cached` says that uv's cache has its file.
    """

    name: str
    version: str | None
    url: str | None
    size: int | None = None
    source: bool | None = None
    cached: bool = False

    def row(self) -> tuple[str, str, str, str]:
        """Return its row of the table."""
        size = "?" if self.size is None else megabytes(self.size)
        size = "cached" if self.cached else size
        return self.name, self.version or f"@ {self.url}", size, _BUILD[self.source]


_BUILD = {True: "built from source", False: "", None: "?"}


@dataclass(frozen=True)
class PreviewedRestore:
    """The effects that restoring a notebook would have on this machine.

    The field names are keys of the JSON that ``--json`` prints (see `nbenv.operations.preview`),
    but for `locked_source`: what the lock says is built from source, None where nothing is locked.
    """

    python: str
    python_here: bool
    digest: str
    approved: bool
    requirements: tuple[str, ...]
    distributions: tuple[PreviewedPackage, ...]
    indexes: tuple[Index, ...]
    find_links: tuple[str, ...]
    direct: tuple[str, ...]
    unlocked: tuple[str, ...]
    editable: tuple[str, ...]
    local: tuple[str, ...]
    conditional: tuple[str, ...]
    locked_source: tuple[str, ...] | None
    looked_up: bool
    problem: str
    platforms: str = ""
    torch_backend: str = ""
    lacks_accelerator: bool = False
    system: tuple[str, ...] = ()
    cached: bool = False
    cache_known: bool = True
    page: tuple[str, ...] = ()

    @property
    def _download(self) -> ExpectedDownload:
        sizes = {each.name: each.size for each in self.distributions}
        missing = {each.name for each in self.distributions if not each.cached}
        return ExpectedDownload.of(sizes, missing if self.cache_known else None)

    @property
    def _source(self) -> list[str] | None:
        """Names of what would be built, None where only resolving tells."""
        if self.locked_source is None:
            return None
        return sorted(
            {*self.locked_source, *(each.name for each in self.distributions if each.source)}
        )

    def to_data(self) -> dict[str, object]:
        """Return the plain form that ``--json`` prints: the fields, and sums of them."""
        fields, download = asdict(self), self._download
        is_known = download.size or (self.distributions and not download.unknown)
        del fields["locked_source"]
        files = (Index("files", url) for url in self.find_links)
        return {
            **fields,
            "indexes": tuple(each.to_entry() for each in (*self.indexes, *files)),
            "count": len(self.distributions),
            "download": download.size if is_known else None,
            "sizes_unknown": download.unknown,
            "source": self._source,
        }

    def text(self) -> str:
        """Return the text for a terminal: what matters for the approval, then the full list."""
        rows = [each.row() for each in self.distributions]
        table = str(as_table(rows, ("Package", "Version", "Download", ""))) if rows else ""
        return "\n".join([*self._lines(), "", table]).rstrip()

    def _lines(self) -> Iterator[str]:
        yield f"Python:         {self.python}{self._absence()}"
        yield f"Packages:       {len(self.distributions)}, {self._download_words()}"
        for index in self.indexes:
            role = f" ({index.role.strip()})" if index.role else ""
            yield f"Foreign index:  {index.name} = {index.url}{role}"
        if self.torch_backend:
            lacks = self.lacks_accelerator
            note = ", which this machine lacks: see restore --fallback cpu" if lacks else ""
            yield f"PyTorch for:    {self.torch_backend}{note}"
        for url in self.find_links:
            yield f"Files from:     {url}"
        for text in (each for each in self.direct if each not in self.local):
            yield f"Direct:         {text}"
        for text in self.local:
            in_place = ", installed in place" if text in self.editable else ""
            yield f"Local:          {text}{in_place}"
        for text in self.unlocked:
            yield f"Not locked:     {text} (the next change installs it, and may build it)"
        if self.platforms:
            yield f"Locked for:     {self.platforms} only"
        for text in self.conditional:
            yield f"Maybe:          {text}"
        if self._source is None:
            yield "Built here:     unknown until it is resolved (building runs code)"
        elif self._source:
            yield f"Built here:     {', '.join(self._source)} (building runs their code)"
        if self.page:
            yield f"For the page:   {', '.join(self.page)} (their widgets run in Jupyter's page)"
        if self.system:
            yield f"System:         {', '.join(self.system)} (not installed by nbenv)"
        if self.problem:
            yield f"Not known:      {self.problem}"
        yield f"Approved here:  {'yes' if self.approved else 'not yet'}"

    def _absence(self) -> str:
        if is_too_old(self.python):
            return f" (too old for a kernel, which needs {OLDEST} or newer)"
        return "" if self.python_here else " (not on this machine: uv would download it)"

    def _download_words(self) -> str:
        if not self.distributions:  # nothing is locked: resolving would tell
            return "download of unknown size"
        return self._download.words()
