"""The verb ``adopt``: give an ordinary notebook the environment that it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nbenv.adopt.findings import Findings
from nbenv.engine.accelerators.torch_choice import parse_choice
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import IndexAccessError, NbenvError, NotebookError, UsageError
from nbenv.operations.adoption.agreement import Consent, agreed_findings
from nbenv.operations.adoption.attempts import install_first_possible, with_way_out
from nbenv.operations.adoption.dates import day_before, day_of_found
from nbenv.operations.adoption.download_size import with_download
from nbenv.operations.adoption.edits import prepare_file, rewrite_installs
from nbenv.operations.adoption.examined import AdoptOptions
from nbenv.operations.adoption.goal import Adopted, Goal, SharedVersions, with_indexes
from nbenv.operations.adoption.names import resolve_names, serving_indexes
from nbenv.operations.adoption.outcomes import Days, adopted_outcome, dry_run_outcome
from nbenv.operations.adoption.pythons import other_pythons
from nbenv.operations.adoption.unlisted import examined_for
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["AdoptOptions", "Shared", "adopt"]


@dataclass(frozen=True)
class Shared:
    """The folder that a notebook is adopted with, and the versions that it has in common there."""

    root: Path
    versions: SharedVersions | None = None


def adopt(
    ref: NotebookRef,
    options: AdoptOptions,
    agreed: str | None = None,
    shared: Shared | None = None,
    consent: Consent = lambda question: None,
) -> Steps[Outcome]:
    """Find out what a notebook needs; lock, install and record that.

    Parameters
    ----------
    ref
        The notebook.
    options
        The options of the command.
    agreed
        The ``digest`` of a dry run that was shown in a page and agreed to. Without one, a page gets
        packages from this machine's own indexes only, and nothing from a URL or a path. None for a
        command of a terminal or a cell, which shows these and is itself the agreement.
    shared
        What the notebook has in common with the others of a folder that is adopted.
    consent
        Asks about packages that were found by their names, where no page has shown them. They are
        left out where the answer is no, or nobody can be asked.

    Raises
    ------
    ApprovalNeededError
        The notebook asks for something else than what was agreed to, or has a record that was never
        approved.
    NotebookError
        There is no such notebook, or it is one in another language.
    NbenvError
        No attempt to install what was found succeeded; the error is that of the first one.
    """
    path = _notebook_path(ref)
    parse_choice(options.torch_backend)
    yield Progress("look", f"Reading {path.name}…")
    examined = yield from examined_for(path, options, shared.root if shared else None)
    as_of = examined.as_of
    if options.dry_run:
        of_pins = None if as_of else day_of_found(examined.findings, examined.python)
        outcome = dry_run_outcome(examined.findings, path.name, Days(as_of, of_pins), ref)
        if options.sizes:
            return (yield from with_download(outcome, examined, ref))
        return outcome
    _check_record(ref, agreed)
    findings = yield from agreed_findings(examined.findings, ref, agreed, consent)
    prepare_file(path, ref, rewriting=options.rewrite)
    try:
        indexes = yield from serving_indexes(findings, examined.python)
    except IndexAccessError as error:
        raise with_way_out(error, ref, findings.indexes.values()) from None
    recorded = NotebookSnapshot.read(ref).spec.indexes
    named = yield from resolve_names(findings, ref.folder, with_indexes(recorded, indexes))
    goal = Goal(
        ref=ref,
        python=examined.python,
        requirements=named.requirements,
        indexes=indexes,
        as_of=as_of,
        agreed=agreed,
        versions=shared.versions if shared else None,
        torch_backend=parse_choice(options.torch_backend),
        speculative=frozenset(findings.speculative),
        soft=frozenset(findings.limits | findings.shown),
        shown=frozenset(findings.shown),
        no_deps=frozenset(findings.no_deps),
        system=tuple(findings.system),
        is_estimate=options.as_of == "auto",
        imported=frozenset(findings.imported),
        last_day=day_before(each.removal for each in findings.removed),
        other_pythons=None if options.python else partial(other_pythons, examined.declared, as_of),
    )
    adopted = yield from install_first_possible(goal)
    if options.rewrite:
        rewrite_installs(path)
    findings = _completed(findings, named.notes, adopted, ref)
    return adopted_outcome(findings, path.name, adopted, Days(adopted.as_of))


def _check_record(ref: NotebookRef, agreed: str | None) -> None:
    """Raise before anything is named or built if the notebook has a record that is not approved."""
    try:
        snapshot = NotebookSnapshot.read(ref)
    except NbenvError:  # an old format, which is converted first
        return
    check_approved(snapshot, agreed)


def _notebook_path(ref: NotebookRef) -> Path:
    if ref.is_detached:
        raise UsageError(
            "There is no notebook to adopt here.",
            "This kernel does not know which notebook it belongs to.",
        )
    if ref.is_elsewhere:
        raise UsageError(
            "There are no cells to adopt here.",
            "The kernel is on another machine than the notebook, and has only its record.",
            "Where the notebook is, run nbenv adopt NOTEBOOK, then restart the kernel. Or install "
            "what it needs: %nbenv install NAME….",
        )
    path = Path(ref.notebook)
    if not path.is_file():
        raise NotebookError(f"There is no notebook {path}.", todo="Check the name, or save it.")
    return path


def _completed(
    findings: Findings, notes: tuple[str, ...], adopted: Adopted, ref: NotebookRef
) -> Findings:
    """Return the findings with what installing them showed: names and modules that were unknown."""
    present = _importable(ref) if findings.unknown else set()
    return replace(
        findings,
        requirements=[each for each in findings.requirements if each.name not in adopted.dropped],
        unknown={
            module: where
            for module, where in findings.unknown.items()
            if module.partition(".")[0] not in present
        },
        notes=list(dict.fromkeys([*findings.notes, *notes, *adopted.notes])),
    )


def _importable(ref: NotebookRef) -> set[str]:
    """Return the modules that the notebook's environment provides."""
    environment = NotebookSnapshot.read(ref).environment
    provided = environment.imports(set(environment.installed()))
    return {module for modules in provided.values() for module in modules}
