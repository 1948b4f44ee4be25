"""The verb ``adopt``: give an ordinary notebook the environment that it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nbenv.adopt.examine import examine
from nbenv.adopt.findings import Findings
from nbenv.engine.accelerators.torch_choice import parse_choice
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.interpreters import default_python, is_too_old, missing
from nbenv.errors import IndexAccessError, NbenvError, NotebookError, UsageError
from nbenv.operations.adoption.agreement import agreed_findings
from nbenv.operations.adoption.attempts import (
    Adopted,
    Goal,
    install_first_possible,
    with_indexes,
    with_way_out,
)
from nbenv.operations.adoption.dates import chosen_day
from nbenv.operations.adoption.edits import prepare_file, rewrite_installs
from nbenv.operations.adoption.names import resolve_names, serving_indexes
from nbenv.operations.adoption.outcomes import adopted_outcome, dry_run_outcome
from nbenv.operations.adoption.pythons import first_python, other_pythons, too_old_note
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["AdoptOptions", "adopt"]


@dataclass(frozen=True)
class AdoptOptions:
    """The options of ``adopt``.

    Parameters
    ----------
    dry_run
        Report what would be installed, and change nothing.
    as_of
        A day (``"2021-06-01"``) to resolve as of, or ``"auto"`` for the one that the notebook
        suggests.
    rewrite
        Rewrite install lines in cells as ``%nbenv`` lines.
    python
        The Python, as ``"3.11"``, whatever the notebook names.
    own_indexes
        Ignore the indexes that the notebook names.
    torch_backend
        The build of PyTorch, as of `nbenv.engine.accelerators.torch_choice.parse_choice`.
    """

    dry_run: bool = False
    as_of: str | None = None
    rewrite: bool = False
    python: str | None = None
    own_indexes: bool = False
    torch_backend: str = ""


def adopt(ref: NotebookRef, options: AdoptOptions, agreed: str | None = None) -> Steps[Outcome]:
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
    examined = _examine(path, options)
    as_of = examined.as_of
    if options.dry_run:
        return dry_run_outcome(examined.findings, path.name, as_of, ref)
    _check_record(ref, agreed)
    findings = yield from agreed_findings(examined.findings, ref, agreed)
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
        torch_backend=parse_choice(options.torch_backend),
        other_pythons=None if options.python else partial(other_pythons, examined.declared, as_of),
    )
    adopted = yield from install_first_possible(goal)
    if options.rewrite:
        rewrite_installs(path)
    findings = _completed(findings, named.notes, adopted, ref)
    return adopted_outcome(findings, path.name, adopted, as_of)


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
    path = Path(ref.notebook)
    if not path.is_file():
        raise NotebookError(f"There is no notebook {path}.", todo="Check the name, or save it.")
    return path


@dataclass(frozen=True)
class _Examined:
    """The findings for `python`; `declared` is the Python that the notebook names."""

    findings: Findings
    declared: str | None
    python: str
    as_of: str | None


def _examine(path: Path, options: AdoptOptions) -> _Examined:
    """Examine a notebook for the Python that it gets, which may not be the one that it names."""
    findings = examine(path, default_python(), options.python)
    declared, source = findings.python, findings.python_source
    as_of = chosen_day(options.as_of, findings)
    if options.python and is_too_old(options.python):
        raise missing(options.python)
    python = first_python(findings, options.python, as_of)
    if python != declared:
        findings = replace(examine(path, default_python(), python), python_source="")
        if declared:
            why = too_old_note(declared, findings, as_of)
            findings.note(f"Python {declared} ({source}) is not used; Python {python} is{why}")
    if options.own_indexes:
        findings = replace(findings, indexes={}, main_indexes={})
    return _Examined(findings, declared, python, as_of)


def _completed(
    findings: Findings, notes: tuple[str, ...], adopted: Adopted, ref: NotebookRef
) -> Findings:
    """Return the findings with what installing them showed: names and modules that were unknown."""
    environment = NotebookSnapshot.read(ref).environment
    provided = environment.imports(set(environment.installed()))
    present = {module for modules in provided.values() for module in modules}
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
