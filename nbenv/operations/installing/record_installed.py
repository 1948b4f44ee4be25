"""Record what is installed, where that is not what the notebook records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.requirements import Requirement

from nbenv.core import requirements
from nbenv.core.dependency_graph import DependencyGraph
from nbenv.core.lock import Change
from nbenv.core.sync_plan import drift
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.installed_graph import graph_of
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import relock
from nbenv.engine.summaries import counted, few, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments.markers import elsewhere, select_locked
from nbenv.errors import BrokenEnvironmentError, ResolutionError
from nbenv.progress import Outcome, Steps

__all__ = ["record_installed"]


def record_installed(
    ref: NotebookRef, dry_run: bool = False, agreed: str | None = None
) -> Steps[Outcome]:
    """Record what something else than nbenv has installed, upgraded or removed.

    Requirements that hold for what is installed stay as they are. What came is required by name,
    without its dependencies; the lock has its version. A requirement that is gone is dropped.

    Parameters
    ----------
    ref
        The notebook.
    dry_run
        Whether to change nothing.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    BrokenEnvironmentError
        The environment is not on this machine.
    ResolutionError
        What is installed does not fit together, or no index has it.
    """
    options = ChangeOptions(dry_run=dry_run, is_locked=True, agreed=agreed)
    done = yield from change(ref, _edit, options)
    verb = "Would record" if dry_run else "Recorded"
    count = len(done.note)
    names = few([each.name for each in done.note])
    text = f"{verb} {counted(count)}: {names}." if count else "What is installed is recorded."
    return outcome_of(done.spec, done.synced, text, shown=dry_run)


def _edit(snapshot: NotebookSnapshot) -> Steps[Edited[list[Change]]]:
    """Return the record of what is installed, and how that differs from the record."""
    spec, environment = snapshot.spec, snapshot.environment
    version = environment.read_version()
    if version is None:
        raise BrokenEnvironmentError(
            "This notebook's environment is not on this machine.",
            todo="Restore it: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
        )
    installed = environment.installed()
    differing = drift(select_locked(spec, version), installed)
    if not differing:
        return Edited(spec, [])
    versions = {name: each.version for name, each in installed.items()}
    texts = tuple(sorted(_requirements(snapshot, versions, differing)))
    pins = [f"{each.name}=={each.new}" for each in differing if each.new]
    names = {each.name for each in differing}
    others = [text for text in spec.constraints if requirements.name_of(text) not in names]
    wanted = replace(spec, requirements=texts, constraints=(*others, *pins))
    interpreter = yield from obtain_python(spec.python, fetch=False)
    try:
        made = yield from relock(spec, wanted, interpreter, snapshot.ref.folder, None)
    except ResolutionError as error:
        raise ResolutionError(
            "What is installed cannot be recorded as it is.",
            error.why or error.what,
            "Nothing was changed. Restore what is recorded, or install other versions.",
        ) from None
    return Edited(replace(made, constraints=tuple(others)), differing)


def _requirements(
    snapshot: NotebookSnapshot, versions: Mapping[str, str], differing: Iterable[Change]
) -> Iterator[str]:
    spec = snapshot.spec
    absent = elsewhere(spec.requirements, spec.python, snapshot.environment.read_version())
    for text in spec.requirements:
        asked = requirements.parse(text)
        if asked.name in absent:
            yield text
        elif asked.name in versions:
            yield text if _holds(asked, versions[asked.name]) else _pinned(asked, versions)
    came = {each.name for each in differing if each.old is None}
    graph, roots = graph_of(spec, snapshot.environment)
    yield from _roots(came - graph.closure(roots), graph)


def _holds(asked: Requirement, version: str) -> bool:
    return bool(asked.url) or asked.specifier.contains(version, prereleases=True)


def _pinned(asked: Requirement, versions: Mapping[str, str]) -> str:
    extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
    marker = f" ; {asked.marker}" if asked.marker else ""
    return requirements.normalise(f"{asked.name}{extras}=={versions[asked.name]}{marker}")


def _roots(came: set[str], graph: DependencyGraph) -> list[str]:
    """Return the fewest packages that bring all others; of a circle, the first by name."""
    roots: list[str] = []
    reached: set[str] = set()
    needed = {each for name in came for each in graph.needs.get(name, ())}
    for name in (*sorted(came - needed), *sorted(came & needed)):
        if name not in reached:
            roots.append(name)
            reached |= graph.closure([name])
    return roots
