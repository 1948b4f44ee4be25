"""Preview a restore before it is approved: downloads, their sizes and origins, builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import must_be_built, without_credentials
from nbenv.core.spec import Index, Spec
from nbenv.engine.accelerators.lacking import lacking_build
from nbenv.engine.consent import is_approved
from nbenv.engine.disclosure import disclose
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import few
from nbenv.environments.interpreters import Interpreter, find
from nbenv.environments.markers import select_locked
from nbenv.errors import InstallerError
from nbenv.installer.lookup.cached_files import names_to_download
from nbenv.installer.lookup.lock_files import own_files_of_lock
from nbenv.installer.lookup.responsible_index import for_this_machine
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.wheel_choice import File, best_file
from nbenv.operations.previewed import PreviewedPackage, PreviewedRestore
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["as_package", "look_up_files", "preview"]

OfferedFiles = Mapping[str, list[File]]

_MOST_ASKED = 500
"""Packages that an index is asked about: each is a request."""


def preview(ref: NotebookRef, look_up: bool = True) -> Steps[Outcome]:
    """Show what restoring would download, from where, and what it would build; change nothing.

    Nothing from the notebook is run, and no host that it names is asked: sizes come from the pages
    of the indexes that this machine is configured to use, which are not asked about names that the
    notebook takes from an index of its own.

    Parameters
    ----------
    ref
        The notebook; it must record an environment.
    look_up
        Whether to ask the index, about 500 packages at most; without it sizes are unknown.

    Returns
    -------
    Outcome
        `data` has ``python``, ``python_here``, ``digest``, ``approved`` and ``requirements``;
        ``distributions`` for this platform, each with ``name``, ``version`` or ``url``, ``size`` in
        bytes and ``source`` (to be built from source), null where unknown, and ``cached``, whether
        uv has its file; their ``count``; the ``download`` in bytes of those known that are not
        cached, null where none is known, and the number of the others, ``sizes_unknown``;
        ``cache_known``, whether uv could tell what it has; ``indexes`` that
        are not this machine's own, with the ``find_links``, which also stand alone; what
        `nbenv.engine.disclosure.Disclosure` tells: ``direct``, ``unlocked``, ``editable``,
        ``local``, ``conditional``, ``page``, and the names to build from ``source``; ``looked_up``;
        ``cached``, whether nothing of it has to be downloaded; and the ``problem`` in a sentence if
        something remains unknown.

    Raises
    ------
    NotebookError
        The notebook records no environment.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    spec = snapshot.spec
    interpreter = find(spec.python, remember=False)
    version = _python_version(snapshot, interpreter)
    selected = [locked for _, locked in sorted(select_locked(spec, version).items())]
    found, problem = None, ""
    if not spec.lock.distributions:
        problem = "Nothing is locked: restoring would resolve the requirements."
    elif look_up:
        found, problem = yield from look_up_files(selected, spec)
    disclosed = disclose(spec, version)
    missing = _missing(selected, spec, ref, interpreter)
    previewed = PreviewedRestore(
        python=spec.python,
        python_here=bool(version),
        digest=snapshot.digest,
        approved=is_approved(snapshot),
        requirements=spec.requirements,
        distributions=tuple(
            replace(
                as_package(locked, found or {}, spec.python),
                cached=missing is not None and locked.name not in missing,
            )
            for locked in selected
        ),
        indexes=tuple(_foreign_indexes(disclosed.indexes)),
        find_links=disclosed.find_links,
        direct=disclosed.direct,
        unlocked=disclosed.unlocked,
        editable=disclosed.editable,
        local=disclosed.local,
        conditional=disclosed.conditional,
        locked_source=disclosed.source,
        system=disclosed.system,
        page=disclosed.page,
        looked_up=found is not None,
        cached=bool(selected) and missing == set(),
        cache_known=missing is not None,
        problem=problem,
        platforms=disclosed.platforms,
        torch_backend=disclosed.torch_backend,
        lacks_accelerator=bool(lacking_build(spec)),
    )
    return Outcome(text=previewed.text(), data=previewed.to_data())


def _python_version(snapshot: NotebookSnapshot, interpreter: Interpreter | None) -> str:
    """Return the full version of the recorded Python, "" if it is not on this machine."""
    version = snapshot.environment.read_version() or ""
    if version.startswith(f"{snapshot.spec.python}."):
        return version
    return interpreter.version if interpreter else ""


def _missing(
    selected: Sequence[LockedDistribution],
    spec: Spec,
    ref: NotebookRef,
    interpreter: Interpreter | None,
) -> set[str] | None:
    """Return the names of what is locked whose files uv's cache lacks, None if it cannot tell."""
    if interpreter is None:
        return None
    return names_to_download(selected, spec, ref.folder, interpreter.executable)


# -- the files, and what is not known of them


def look_up_files(
    selected: Sequence[LockedDistribution], spec: Spec
) -> Steps[tuple[OfferedFiles | None, str]]:
    """Ask this machine's indexes for the files of locked packages.

    Parameters
    ----------
    selected
        The packages; of more than 500, the others are not asked for.
    spec
        The record that they belong to.

    Returns
    -------
    tuple
        The files by package, None if no index could be asked; and a sentence about what remains
        unknown, "" if nothing does.
    """
    yield Progress("resolve", "Asking this machine's index for sizes…")
    asked = selected[:_MOST_ASKED]
    own = for_this_machine(asked, spec.indexes)
    try:
        found = own_files_of_lock(own, spec)
    except InstallerError as error:
        return None, f"This machine's index could not be asked ({_first_line(error)})."
    answers = (
        _unanswered(own, found, spec.python),
        _from_elsewhere([each for each in asked if each.version and each not in own]),
        _unasked(selected),
    )
    return found, " ".join(filter(None, answers))


def _locked_files(locked: LockedDistribution, found: OfferedFiles) -> list[File]:
    return [file for file in found.get(locked.name, ()) if file.digest in locked.hashes]


def as_package(locked: LockedDistribution, found: OfferedFiles, python: str) -> PreviewedPackage:
    """Return a locked package with the size of the file that would be installed, if it is known.

    Parameters
    ----------
    locked
        The package.
    found
        The files that the indexes offer, by package.
    python
        The minor version of CPython that installs it.
    """
    if locked.url:
        url = without_credentials(locked.url)
        return PreviewedPackage(locked.name, None, url, source=must_be_built(url))
    file = best_file(_locked_files(locked, found), python)
    if file is None:
        return PreviewedPackage(locked.name, locked.version, None, source=locked.source or None)
    return PreviewedPackage(locked.name, locked.version, None, file.size, file.is_source)


def _unanswered(selected: Sequence[LockedDistribution], found: OfferedFiles, python: str) -> str:
    """Return a sentence about what an index did not say, "" if it said everything."""
    asked = {each.name: _locked_files(each, found) for each in selected if each.version}
    missing = [name for name, files in asked.items() if not files]
    chosen = {name: best_file(files, python) for name, files in asked.items() if files}
    unfit = [name for name, file in chosen.items() if file is None]
    if unfit:
        return f"None of the locked files of {', '.join(unfit)} fits this machine."
    if missing:
        return f"This machine's own index does not list the locked files of {', '.join(missing)}."
    if any(file.size is None for file in chosen.values() if file):
        return "This machine's own index does not say how large its files are."
    return ""


def _from_elsewhere(unasked: list[LockedDistribution]) -> str:
    """Return a sentence about what only an index of the notebook's may be asked for."""
    if not unasked:
        return ""
    names = few([each.name for each in unasked])
    return (
        f"The sizes of {names} are unknown: the notebook takes them from another index than this "
        "machine's, which is asked only once you approve."
    )


def _unasked(selected: Sequence[LockedDistribution]) -> str:
    """Return a sentence about the packages that no index was asked about, "" without such."""
    if len(selected) <= _MOST_ASKED:
        return ""
    return f"The index was asked for the sizes of the first {_MOST_ASKED} packages only."


def _first_line(error: InstallerError) -> str:
    text = error.why or error.what
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("error:").strip().rstrip(".") if lines else error.what


# -- other origins than this machine's own indexes


def _foreign_indexes(indexes: Iterable[Index]) -> Iterator[Index]:
    """Yield the indexes that this machine is not configured to use."""
    shown = tuple(indexes)
    own = {_comparable(url) for url in own_indexes()} if shown else set()
    yield from (index for index in shown if _comparable(index.url) not in own)


def _comparable(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # not a URL at all
        return url
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"
