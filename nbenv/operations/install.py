"""Install packages into a notebook's environment, and record them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.spec import Spec
from nbenv.core.typed.asked_lines import FilesRead
from nbenv.core.typed.no_package import problem_of_name
from nbenv.core.typed.requirement_slips import joined_words
from nbenv.core.typed.suggestions import is_standard
from nbenv.engine.asked_options import with_asked
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.indexes.asked_indexes import typed_credentials
from nbenv.engine.installed_graph import installed_graph, with_dependencies
from nbenv.engine.summaries import few, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments.markers import elsewhere
from nbenv.errors import BuildError, NbenvError, RequirementError, ResolutionError, UsageError
from nbenv.installer.machine.uv_environment import own_trusted_hosts, uv_settings
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.installing.asked_requirements import (
    AskedRequirements,
    as_typed,
    name_requirements,
    not_one_word,
    of_python,
    with_meant_package,
    with_options_of,
)
from nbenv.operations.installing.fixes import fixes_of
from nbenv.operations.installing.install_request import InstallRequest
from nbenv.operations.installing.install_summary import InstallNote, summary_of
from nbenv.operations.installing.served_names import served_names
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["InstallRequest", "install"]


def install(ref: NotebookRef, request: InstallRequest, agreed: str | None = None) -> Steps[Outcome]:
    """Resolve, lock, install and record requirements.

    `agreed` is the digest of the record that the user was shown and agreed to.

    Raises
    ------
    UsageError
        Nothing was named, or an index cannot be recorded.
    RequirementError
        A requirement cannot be understood or recorded.
    NbenvError
        As of `nbenv.engine.transaction.change`.
    """
    try:
        return (yield from _install(ref, request, agreed))
    except NbenvError as error:
        error.fixes = tuple(fixes_of(error, request.requirements))
        raise


def _install(ref: NotebookRef, request: InstallRequest, agreed: str | None) -> Steps[Outcome]:
    if not (request.requirements or request.files or request.editable):
        raise UsageError("Name what to install.", todo="For example: nbenv install pandas")
    if joined := joined_words(request.requirements):
        raise problem_of_name(joined[0]) or not_one_word(*joined)
    if any("://" in name for name in (*request.files, *request.constraint_files)):
        yield Progress("resolve", "Fetching requirements files…")
    read = _read_files(request)
    if request.require_hashes:
        _check_hashes(request, read)
    request = _with_files(request, read)
    if not (request.requirements or request.editable or read.requirements):
        return Outcome(f"{few(request.files)} asks for nothing, so nothing was changed.")

    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[InstallNote]]:
        return _edited(snapshot, request, read)

    try:
        with uv_settings(_settings(request)):
            options = ChangeOptions(dry_run=request.dry_run, agreed=agreed)
            done = yield from change(ref, edit, options)
    except ResolutionError as error:
        raise as_typed(error, request.requirements) from None
    except BuildError as error:
        raise with_meant_package(error, request.requirements) from None
    text = summary_of(done, request, read)
    return outcome_of(done.spec, done.synced, text, shown=request.dry_run)


def _edited(
    snapshot: NotebookSnapshot, request: InstallRequest, read: FilesRead
) -> Steps[Edited[InstallNote]]:
    """Return the record with what is asked for, and how to resolve it."""
    python, folder = snapshot.spec.python, snapshot.ref.folder
    standard = [name for name in request.requirements if is_standard(name, python)]
    others = [text for text in request.requirements if text not in standard]
    if standard and not (others or read.requirements or request.editable):
        raise RequirementError(
            of_python(standard, python), todo="Import it; there is nothing to install."
        )
    found = yield from name_requirements(
        others, request.editable, read.requirements, folder,
        with_asked(snapshot.spec, request, folder, ()),
    )  # fmt: skip
    served = yield from served_names(
        request, found.requirements, snapshot.spec,
        is_upgrade=request.upgrade, any_index=request.any_index,
    )  # fmt: skip
    asked = [requirements.parse(text) for text in found.requirements]
    names = [each.name for each in asked]
    resolve = _resolve_options(request, names, snapshot)
    return Edited(
        _add_requirements(snapshot, found, request, served),
        InstallNote(found.requirements, tuple(standard), resolve.names if resolve else ()),
        # A bare name is satisfied by what is there, as with pip, but who names an edited project
        # means what it is now.
        named=tuple(
            each.name
            for each in asked
            if each.url or request.upgrade or each.name in _local_names(snapshot.spec)
        ),
        hashes=found.hashes,
        resolve=resolve,
        reinstall=_again(request, names, snapshot),
    )


def _read_files(request: InstallRequest) -> FilesRead:
    if not (request.files or request.constraint_files):
        return FilesRead()
    from nbenv.installer.files.requirements_files import read_files  # seldom needed, and slow

    return read_files(request.files, request.constraint_files)


def _check_hashes(request: InstallRequest, read: FilesRead) -> None:
    from nbenv.installer.files.requirements_files import check_hashes  # seldom needed

    check_hashes(read.requirements, "The command has")
    bare = [*request.requirements, *request.editable, *(each.text for each in read.editable)]
    if bare:
        raise RequirementError(
            f"{requirements.without_credentials(bare[0])} has no hash, and the command has "
            "--require-hashes.",
            todo="Write it with its --hash to a requirements file, or leave the option out: what "
            "is locked has its hashes anyway.",
        )


def _with_files(request: InstallRequest, read: FilesRead) -> InstallRequest:
    """Return a request with the options of its files: they are the same as the command's own."""
    return replace(
        with_options_of(request, read),
        editable=(*request.editable, *(each.text for each in read.editable)),
        pre=request.pre or read.pre,
        no_index=request.no_index or read.no_index,
        prefer_binary=request.prefer_binary or read.prefer_binary,
        trusted_hosts=(*request.trusted_hosts, *read.trusted_hosts),
    )


def _resolve_options(
    request: InstallRequest, names: Sequence[str], snapshot: NotebookSnapshot
) -> ResolveOptions | None:
    """Return the locked versions that may change; None if none may without need."""
    moving = {str(canonicalize_name(each)) for each in request.upgrade_packages}
    pre = {str(canonicalize_name(each)) for each in request.pre_packages}
    pre |= {*names} if request.pre else set()
    if request.upgrade or request.resolution:
        moving |= with_dependencies(snapshot, names) if request.with_dependencies else {*names}
    moving |= pre
    special = (request.any_index, request.no_index, request.prefer_binary)
    if not moving and not any(special):
        return None
    return ResolveOptions(
        names=tuple(sorted(moving)),
        pre=tuple(sorted(pre)),
        any_index=request.any_index,
        no_index=request.no_index,
        prefer_binary=request.prefer_binary,
        resolution=request.resolution,
    )


def _again(
    request: InstallRequest, names: Sequence[str], snapshot: NotebookSnapshot
) -> tuple[str, ...]:
    """Return the names to install again."""
    again = {str(canonicalize_name(each)) for each in request.reinstall_packages}
    if request.reinstall:
        again |= {*names} if request.no_deps else with_dependencies(snapshot, names)
    return tuple(sorted(again))


def _settings(request: InstallRequest) -> dict[str, str]:
    """Return uv's variables for this command."""
    settings = {**typed_credentials(request), **dict(request.settings)}
    if request.trusted_hosts:
        settings["UV_INSECURE_HOST"] = " ".join([*own_trusted_hosts(), *request.trusted_hosts])
    return settings


def _local_names(spec: Spec) -> set[str]:
    """Return the names that a record asks for from folders and archives on this machine."""
    asked = map(requirements.parse, spec.requirements)
    return {each.name for each in asked if each.url and requirements.is_local(each.url)}


def _add_requirements(
    snapshot: NotebookSnapshot,
    named: AskedRequirements,
    request: InstallRequest,
    served: Mapping[str, Collection[str]],
) -> Spec:
    spec = snapshot.spec
    asked = [text for text in named.requirements if not requirements.is_bare_kernel(text)]
    absent = elsewhere(asked, spec.python, snapshot.environment.read_version())
    names = {requirements.name_of(text) for text in asked} - absent
    more = replace(
        spec,
        requirements=tuple(
            requirements.merge(spec.requirements, asked, absent, _renewed(request, names))
        ),
        editable=tuple(sorted((set(spec.editable) - names) | set(named.editable))),
    )
    made = with_asked(more, request, snapshot.ref.folder, asked, served)
    return _with_kept_dependencies(made, snapshot) if request.no_deps else made


def _renewed(request: InstallRequest, names: set[str]) -> set[str]:
    """Return the names whose recorded versions an upgrade leaves, as pip's does."""
    named = {str(canonicalize_name(each)) for each in request.upgrade_packages}
    return names if request.upgrade else names & named


def _with_kept_dependencies(spec: Spec, snapshot: NotebookSnapshot) -> Spec:
    """Return a record that loses no package because another one is asked for without dependencies.

    What is there with its dependencies, in a version that will do, stays as it is. Otherwise what
    it needed so far is required by itself, as pip would leave it installed.
    """
    installed = snapshot.environment.installed()
    locked = {name: each.version for name, each in installed.items()}
    locked |= snapshot.spec.lock.versions()
    asked = {each.name: each for each in map(requirements.parse, spec.requirements)}
    new = [n for n in spec.no_deps if n in locked and n not in snapshot.spec.no_deps]
    same = {name for name in new if name in asked and _is_as(asked[name], locked[name])}
    needs = {n for name in {*new} - same for n in _needed_by(name, snapshot)}
    return replace(
        spec,
        no_deps=tuple(name for name in spec.no_deps if name not in same),
        requirements=tuple(requirements.merge(spec.requirements, needs - asked.keys())),
    )


def _is_as(asked: Requirement, locked: str) -> bool:
    """Return whether what is locked, by its version or URL, is what is asked for."""
    if asked.url or "/" in locked:
        return asked.url == locked
    return asked.specifier.contains(locked, prereleases=True)


def _needed_by(name: str, snapshot: NotebookSnapshot) -> Sequence[str]:
    graph, _ = installed_graph(snapshot)
    return graph.needs.get(name, ())
