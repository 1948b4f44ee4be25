"""Preview what restoring would do, before anyone agrees to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from nbenv.core import requirements
from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import must_be_built, without_credentials
from nbenv.core.spec import Index, Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.markers import select_locked
from nbenv.errors import InstallerError
from nbenv.home import approval_store
from nbenv.installer.index_lookup import offered_files
from nbenv.installer.uv import own_indexes
from nbenv.installer.wheel_choice import File, best_file
from nbenv.operations.previewed import Coming, Previewed
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["preview"]

Found = Mapping[str, list[File]]


def preview(ref: NotebookRef, look_up: bool = True) -> Steps[Outcome]:
    """Show what restoring would download, from where, and what it would build; change nothing.

    Nothing of the notebook's is run, and no host that it names is asked: sizes come from the pages
    of the indexes that this machine is configured to use.

    Parameters
    ----------
    ref
        The notebook; it must record an environment.
    look_up
        Whether to ask the index; without it sizes are unknown.

    Returns
    -------
    Outcome
        `data` has ``python``, ``python_here``, ``digest``, ``approved`` and ``requirements``;
        ``distributions`` for this platform, each with ``name``, ``version`` or ``url``, ``size`` in
        bytes and ``source`` (to be built from source), null where unknown; their ``count``, the
        ``download`` in bytes of those known and the number of ``sizes_unknown``; ``indexes`` that
        are not this machine's own, ``direct`` requirements, and names to build from ``source``;
        ``looked_up``, and the ``problem`` in a sentence where something stays unknown.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    spec = snapshot.spec
    version = _python_version(snapshot)
    selected = [locked for _, locked in sorted(select_locked(spec, version).items())]
    found, problem = None, ""
    if not spec.lock.distributions:
        problem = "Nothing is locked: restoring would resolve the requirements anew."
    elif look_up:
        yield Progress("resolve", "Asking this machine's index for sizes …")
        try:
            found = offered_files(selected, spec.python)
            problem = _unknown(selected, found, spec.python)
        except InstallerError as error:
            problem = f"This machine's index could not be asked ({_reason(error)})."
    previewed = Previewed(
        spec.python,
        bool(version),
        snapshot.digest,
        approval_store.is_approved(snapshot.digest),
        spec.requirements,
        tuple(_coming(locked, found or {}, spec.python) for locked in selected),
        tuple(_foreign(spec.indexes)),
        tuple(_direct(spec, selected)),
        found is not None,
        problem,
    )
    return Outcome(text=previewed.text(), data=previewed.to_data())


def _python_version(snapshot: NotebookSnapshot) -> str:
    """Return the full version of the recorded Python here, "" where it is not here."""
    python = snapshot.spec.python
    version = snapshot.environment.read_version() or ""
    if version.startswith(f"{python}."):
        return version
    found = interpreters.find(python, remember=False)
    return found.version if found else ""


# -- which files, and what is not known of them


def _locked_files(locked: LockedDistribution, found: Found) -> list[File]:
    return [file for file in found.get(locked.name, ()) if file.digest in locked.hashes]


def _coming(locked: LockedDistribution, found: Found, python: str) -> Coming:
    if locked.url:
        url = without_credentials(locked.url)
        return Coming(locked.name, None, url, None, must_be_built(url))
    file = best_file(_locked_files(locked, found), python)
    if file is None:
        return Coming(locked.name, locked.version, None, None, locked.source or None)
    return Coming(locked.name, locked.version, None, file.size, file.is_source)


def _unknown(selected: list[LockedDistribution], found: Found, python: str) -> str:
    """Return a sentence about what an index that answered does not say."""
    asked = {each.name: _locked_files(each, found) for each in selected if each.version}
    missing = [name for name, files in asked.items() if not files]
    chosen = {name: best_file(files, python) for name, files in asked.items() if files}
    unfit = [name for name, file in chosen.items() if file is None]
    if unfit:
        return f"None of the locked files of {', '.join(unfit)} fits this machine."
    if missing:
        return f"This machine's own index does not show the locked files of {', '.join(missing)}."
    if any(file.size is None for file in chosen.values() if file):
        return "This machine's own index does not say how large its files are."
    return ""


def _reason(error: InstallerError) -> str:
    text = error.why or error.what
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("error:").strip().rstrip(".") if lines else error.what


# -- where else it comes from


def _foreign(indexes: Iterable[Index]) -> Iterator[Index]:
    """Yield the indexes that this machine is not configured to use anyway."""
    shown = [Index(each.name, without_credentials(each.url)) for each in indexes]
    own = {_comparable(url) for url in own_indexes()} if shown else set()
    yield from (index for index in shown if _comparable(index.url) not in own)


def _comparable(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # not a URL at all
        return url
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"


def _direct(spec: Spec, selected: list[LockedDistribution]) -> Iterator[str]:
    if spec.lock.distributions:
        yield from (without_credentials(each.requirement) for each in selected if each.url)
        return
    asked = (requirements.parse(text) for text in spec.requirements)
    yield from (without_credentials(str(each)) for each in asked if each.url)
