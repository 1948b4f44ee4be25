"""Preview a restore before it is approved: downloads, their sizes and origins, builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import must_be_built, without_credentials
from nbenv.core.spec import Index
from nbenv.engine.accelerators.lacking import lacking_build
from nbenv.engine.consent import is_approved
from nbenv.engine.disclosure import disclose
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.markers import select_locked
from nbenv.errors import InstallerError
from nbenv.installer.accelerators.torch_files import offered_with_torch
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.wheel_choice import File, best_file
from nbenv.operations.previewed import PreviewedPackage, PreviewedRestore
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["preview"]

OfferedFiles = Mapping[str, list[File]]

_MOST_ASKED = 500
"""Packages that an index is asked about: each is a request."""


def preview(ref: NotebookRef, look_up: bool = True) -> Steps[Outcome]:
    """Show what restoring would download, from where, and what it would build; change nothing.

    Nothing from the notebook is run, and no host that it names is asked: sizes come from the pages
    of the indexes that this machine is configured to use.

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
        bytes and ``source`` (to be built from source), null where unknown; their ``count``, the
        ``download`` in bytes of those known and the number of ``sizes_unknown``; ``indexes`` that
        are not this machine's own, with the ``find_links``, which also stand alone; what
        `nbenv.engine.disclosure.Disclosure` tells: ``direct``, ``unlocked``, ``editable``,
        ``local``, ``conditional``, and the names to build from ``source``; ``looked_up``, and the
        ``problem`` in a sentence if something remains unknown.

    Raises
    ------
    NotebookError
        The notebook records no environment.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    spec = snapshot.spec
    version = _python_version(snapshot)
    selected = [locked for _, locked in sorted(select_locked(spec, version).items())]
    found, problem = None, ""
    if not spec.lock.distributions:
        problem = "Nothing is locked: restoring would resolve the requirements."
    elif look_up and any(each.default for each in _foreign_indexes(spec.indexes)):
        # The names may be private: a default index of the notebook's hides them from this one.
        problem = "Sizes are unknown: the notebook uses another index than this machine's."
    elif look_up:
        yield Progress("resolve", "Asking this machine's index for sizes…")
        try:
            asked = selected[:_MOST_ASKED]
            found = offered_with_torch(asked, spec)
            problem = _unanswered(asked, found, spec.python) or _unasked(selected)
        except InstallerError as error:
            problem = f"This machine's index could not be asked ({_first_line(error)})."
    disclosed = disclose(spec, version)
    previewed = PreviewedRestore(
        python=spec.python,
        python_here=bool(version),
        digest=snapshot.digest,
        approved=is_approved(snapshot),
        requirements=spec.requirements,
        distributions=tuple(_package(locked, found or {}, spec.python) for locked in selected),
        indexes=tuple(_foreign_indexes(disclosed.indexes)),
        find_links=disclosed.find_links,
        direct=disclosed.direct,
        unlocked=disclosed.unlocked,
        editable=disclosed.editable,
        local=disclosed.local,
        conditional=disclosed.conditional,
        locked_source=disclosed.source,
        system=disclosed.system,
        looked_up=found is not None,
        problem=problem,
        platforms=disclosed.platforms,
        torch_backend=disclosed.torch_backend,
        lacks_accelerator=bool(lacking_build(spec)),
    )
    return Outcome(text=previewed.text(), data=previewed.to_data())


def _python_version(snapshot: NotebookSnapshot) -> str:
    """Return the full version of the recorded Python, "" if it is not on this machine."""
    python = snapshot.spec.python
    version = snapshot.environment.read_version() or ""
    if version.startswith(f"{python}."):
        return version
    found = interpreters.find(python, remember=False)
    return found.version if found else ""


# -- the files, and what is not known of them


def _locked_files(locked: LockedDistribution, found: OfferedFiles) -> list[File]:
    return [file for file in found.get(locked.name, ()) if file.digest in locked.hashes]


def _package(locked: LockedDistribution, found: OfferedFiles, python: str) -> PreviewedPackage:
    if locked.url:
        url = without_credentials(locked.url)
        return PreviewedPackage(locked.name, None, url, source=must_be_built(url))
    file = best_file(_locked_files(locked, found), python)
    if file is None:
        return PreviewedPackage(locked.name, locked.version, None, source=locked.source or None)
    return PreviewedPackage(locked.name, locked.version, None, file.size, file.is_source)


def _unanswered(selected: list[LockedDistribution], found: OfferedFiles, python: str) -> str:
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


def _unasked(selected: list[LockedDistribution]) -> str:
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
