"""The size of what adopting a notebook would download, found out before anybody agrees to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef
from nbenv.engine.own_kernel import resolve_with_kernel
from nbenv.engine.summaries import counted
from nbenv.environments import interpreters
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError
from nbenv.installer.lookup.cached_files import names_to_download
from nbenv.installer.lookup.expected_download import ExpectedDownload, megabytes
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.agreement import direct_requirements
from nbenv.operations.adoption.examined import Examined
from nbenv.operations.preview import as_package, look_up_files
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["with_download"]


def with_download(outcome: Outcome, examined: Examined, ref: NotebookRef) -> Steps[Outcome]:
    """Add to a dry run how large the download would be.

    Nobody has agreed to anything yet, so only the indexes of this machine are asked, nothing is
    built, and nothing is taken from an address or a folder. What only those have stays unknown.

    Parameters
    ----------
    outcome
        The outcome of the dry run.
    examined
        The findings that it reports.
    ref
        The notebook.

    Returns
    -------
    Outcome
        `data` has a ``download`` more: the ``count`` of packages, the ``size`` in bytes of those
        that are not in uv's cache, null where it is not known, the number of ``unknown`` sizes, the
        ``problem`` in a sentence if something remains unknown, and ``is_certain``, whether uv could
        tell what is in its cache.
    """
    found = yield from _download(examined, ref)
    data = outcome.data if isinstance(outcome.data, dict) else {}
    text = "\n".join(filter(None, [outcome.text, found.sentence()]))
    return replace(outcome, text=text, data={**data, "download": asdict(found)})


@dataclass(frozen=True)
class _Download:
    """The packages of a download; its size in bytes, as far as it is known."""

    count: int | None = None
    size: int | None = None
    unknown: int = 0
    problem: str = ""
    is_certain: bool = False

    def sentence(self) -> str:
        """Return what a person reads."""
        if self.size is None or self.count is None:
            return f"Size of the download: unknown. {self.problem}".rstrip()
        if not self.size and not self.unknown:
            return f"Size of the download: nothing, {counted(self.count)} from uv's cache."
        more = f", and {counted(self.unknown)} of unknown size" if self.unknown else ""
        limit = "" if self.is_certain else " at most"
        size = megabytes(self.size)
        return f"Size of the download: {size}{limit}, {counted(self.count)}{more}."


def _download(examined: Examined, ref: NotebookRef) -> Steps[_Download]:
    findings, python = examined.findings, examined.python
    if findings.indexes:  # the names may be private, and this machine's index would learn them
        return _Download(problem="The notebook names other indexes than this machine's.")
    interpreter = interpreters.find(python, remember=False)
    if interpreter is None:
        return _Download(problem=f"Python {python} is not on this machine yet.")
    direct = direct_requirements(findings)
    texts = (each.requirement for each in findings.settled())
    spec = Spec(python, tuple(text for text in texts if text not in direct))
    options = ResolveOptions(before=examined.as_of or "", only_wheels=True)
    yield Progress("resolve", "Asking this machine's index for sizes…")
    try:
        lock = yield from resolve_with_kernel(spec, interpreter.executable, ref.folder, options)
    except NbenvError as error:
        return _Download(problem=error.what)
    selected = [each for _, each in sorted(select_locked(replace(spec, lock=lock)).items())]
    files, problem = yield from look_up_files(selected, spec)
    missing = names_to_download(selected, spec, ref.folder, interpreter.executable)
    sizes = {each.name: as_package(each, files or {}, python).size for each in selected}
    expected = ExpectedDownload.of(sizes, missing)
    is_known = expected.size > 0 or not expected.unknown
    return _Download(
        count=len(selected) + len(direct),
        size=expected.size if is_known else None,
        unknown=expected.unknown + len(direct),
        problem=problem,
        is_certain=expected.is_certain,
    )
