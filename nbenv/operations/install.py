"""Install packages into a notebook's environment, and record them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import ALL
from nbenv.core.spec import Spec
from nbenv.core.typed.no_package import problem_of_name
from nbenv.core.typed.requirement_slips import joined_words
from nbenv.core.typed.requirements_file import FilesRead
from nbenv.core.typed.suggestions import is_standard
from nbenv.core.urls import shown_path
from nbenv.engine.asked_options import AskedOptions, with_asked
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.indexes.asked_indexes import login_notes, typed_credentials
from nbenv.engine.installed_graph import installed_graph, with_dependencies
from nbenv.engine.summaries import and_more, counted, few, outcome_of, unkept_note
from nbenv.engine.transaction import ChangeOptions, ChangeResult, Edited, change
from nbenv.environments.markers import elsewhere, select_locked
from nbenv.errors import RequirementError, ResolutionError, UsageError
from nbenv.installer.failures.held_back import held_back
from nbenv.installer.files.requirements_files import check_hashes, read_files
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.uv import own_indexes, own_trusted_hosts, uv_settings
from nbenv.operations.asked_requirements import (
    AskedRequirements,
    as_typed,
    confusions,
    name_requirements,
    of_python,
    served_names,
    with_options_of,
)
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["InstallRequest", "install"]


@dataclass(frozen=True)
class InstallRequest(AskedOptions):
    """The arguments of ``install``; what a record keeps of them are those of `AskedOptions`.

    Parameters
    ----------
    requirements
        Requirements (PEP 508), URLs, or paths of projects and wheels.
    files
        Requirements files, as pip reads them.
    constraint_files
        Files, or URLs of files, whose lines are constraints.
    editable
        Paths of projects to install in place.
    upgrade
        Whether the named packages may leave their locked versions.
    pre
        Whether they may become pre-releases.
    dry_run
        Whether to change nothing.
    any_index
        Whether locked packages may come from another index than before.
    upgrade_packages
        Further names that may leave their locked versions.
    with_dependencies
        Whether what `upgrade` moves includes the dependencies of what is named.
    pre_packages
        Names that may become pre-releases.
    reinstall
        Whether to install what is named, and its dependencies, again from downloaded files.
    reinstall_packages
        Names to install again, without their dependencies.
    no_index
        Whether what is named comes from `find_links`, addresses and folders alone.
    require_hashes
        Whether everything that is asked for must have its hash in a requirements file.
    prefer_binary
        Whether an older version with a wheel is better than a newer one without.
    resolution
        uv's name of the versions that this command prefers, such as ``lowest``.
    trusted_hosts
        Hosts whose certificates are not checked while this command runs.
    settings
        Names and values of uv's variables, about this machine and its network, that count while
        this command runs.
    """

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    constraint_files: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    upgrade: bool = False
    pre: bool = False
    dry_run: bool = False
    any_index: bool = False
    upgrade_packages: tuple[str, ...] = ()
    with_dependencies: bool = False
    pre_packages: tuple[str, ...] = ()
    reinstall: bool = False
    reinstall_packages: tuple[str, ...] = ()
    no_index: bool = False
    require_hashes: bool = False
    prefer_binary: bool = False
    resolution: str = ""
    trusted_hosts: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


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
    if not (request.requirements or request.files or request.editable):
        raise UsageError("Name what to install.", todo="For example: nbenv install pandas")
    if joined := joined_words(request.requirements):
        raise problem_of_name(joined[0]) or RequirementError(
            f"{joined[0]!r} is not one word.", todo=f"Did you mean '{joined[1]}'?"
        )
    if any("://" in name for name in (*request.files, *request.constraint_files)):
        yield Progress("resolve", "Fetching requirements files…")
    read = read_files(request.files, request.constraint_files)
    if request.require_hashes:
        _check_hashes(request, read)
    request = _with_files(request, read)
    if not (request.requirements or request.editable or read.requirements):
        return Outcome(f"{few(request.files)} asks for nothing, so nothing was changed.")
    standard: list[str] = []

    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[AskedRequirements]]:
        python = snapshot.spec.python
        standard.extend(name for name in request.requirements if is_standard(name, python))
        others = [text for text in request.requirements if text not in standard]
        if standard and not (others or read.requirements or request.editable):
            raise RequirementError(
                of_python(standard, python), todo="Import it; there is nothing to install."
            )
        found = yield from name_requirements(
            others, request.editable, read.requirements, ref.folder,
            with_asked(snapshot.spec, request, ref.folder, ()),
        )  # fmt: skip
        served = yield from served_names(
            request, found.requirements, snapshot.spec,
            is_upgrade=request.upgrade, any_index=request.any_index,
        )  # fmt: skip
        asked = [requirements.parse(text) for text in found.requirements]
        names = [each.name for each in asked]
        return Edited(
            _add_requirements(snapshot, found, request, served),
            found,
            # A bare name is satisfied by what is there, as with pip.
            named=tuple(each.name for each in asked if each.url or request.upgrade),
            hashes=found.hashes,
            resolve=_resolve_options(request, names, snapshot),
            reinstall=_again(request, names, snapshot),
        )

    try:
        with uv_settings(_settings(request)):
            options = ChangeOptions(dry_run=request.dry_run, agreed=agreed)
            done = yield from change(ref, edit, options)
    except ResolutionError as error:
        raise as_typed(error, request.requirements) from None
    asked = list(dict.fromkeys(map(requirements.name_of, done.note.requirements)))
    summary = _installed_summary(done, asked, request.dry_run)
    if standard:
        summary += f" {of_python(standard, done.spec.python)}"
    ignored = [f"Ignored, as it means nothing here: {each}." for each in read.ignored]
    if ALL in request.no_binary:
        ignored.append(f"--no-binary {ALL} counts for what this command names; name others, too.")
    resolved = _resolved_names(done, asked, request)
    ignored += held_back(done.before.spec, done.spec, resolved)
    ignored += [*_no_longer(done), *login_notes(request)]
    notes = [*confusions(done.spec, request.requirements), *_origins(done.spec, done.synced, asked)]
    text = "\n".join(filter(None, [summary, *notes, *ignored, unkept_note(done.before)]))
    return outcome_of(done.spec, done.synced, text, shown=request.dry_run)


def _resolved_names(
    done: ChangeResult[AskedRequirements], asked: Sequence[str], request: InstallRequest
) -> list[str]:
    """Return the names that the command wanted in a new version, but not within limits of its own.

    What is there already satisfies a bare name, and is not held back by anything.
    """
    moving = {str(canonicalize_name(each)) for each in request.upgrade_packages}
    moving |= {each.name for each in done.synced.changes} | {*(asked if request.upgrade else ())}
    limited = {requirements.name_of(text) for text in request.constraints}
    return [name for name in dict.fromkeys([*asked, *sorted(moving)]) if name in moving - limited]


def _no_longer(done: ChangeResult[AskedRequirements]) -> list[str]:
    """Return a line about constraints that the command replaced by what it asks for."""
    gone = [text for text in done.before.spec.constraints if text not in done.spec.constraints]
    return [f"No longer a constraint of this notebook: {', '.join(gone)}."] if gone else []


def _check_hashes(request: InstallRequest, read: FilesRead) -> None:
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


def _origins(spec: Spec, synced: SyncResult, asked: list[str]) -> Iterator[str]:
    """Yield which index each package came from, where there is more than one."""
    changed = {change.name for change in synced.changes if change.new}
    found: dict[str, list[str]] = {}
    for locked in sorted(spec.lock.distributions, key=lambda each: each.name not in asked):
        if locked.name in changed and locked.index:
            found.setdefault(locked.index, []).append(f"{locked.name} {locked.version}")
    if found and len(set(own_indexes(spec.indexes))) > 1:
        yield from (f"From {index}: {few(names)}" for index, names in found.items())


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
        requirements=tuple(requirements.merge(spec.requirements, asked, absent)),
        editable=tuple(sorted((set(spec.editable) - names) | set(named.editable))),
    )
    made = with_asked(more, request, snapshot.ref.folder, asked, served)
    return _with_kept_dependencies(made, snapshot) if request.no_deps else made


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


def _installed_summary(
    done: ChangeResult[AskedRequirements], asked: list[str], dry_run: bool
) -> str:
    here = select_locked(done.spec, done.synced.environment.read_version())
    others = [text for text in done.note.requirements if requirements.name_of(text) not in here]
    what = ", ".join(f"{name} {_version_or_url(here[name])}" for name in asked if name in here)
    recorded = _recorded_summary(others, dry_run)
    changes = done.synced.changes
    if not changes and done.synced.again:
        more = and_more(len(set(done.synced.again) - set(asked))) if what else ""
        return f"Reinstalled {what or few(done.synced.again)}{more}."
    if not changes:
        installed = f"Already installed: {what or 'everything'}."
        return recorded if recorded and not what else " ".join(filter(None, (installed, recorded)))
    verb = "Would install" if dry_run else "Installed"
    beyond = len({each.name for each in changes} - set(asked))
    installed = f"{verb} {what or 'the requirements'}{and_more(beyond)}."
    if recorded and not what:
        installed = "" if not beyond else f"{verb} {counted(beyond)}."
    return " ".join(filter(None, (recorded, installed) if not what else (installed, recorded)))


def _recorded_summary(texts: list[str], dry_run: bool) -> str:
    """Return a sentence about requirements whose markers do not hold on this machine."""
    verb = "Would record" if dry_run else "Recorded"
    names = ", ".join(texts)
    return f"{verb}, but not for this Python and machine: {names}." if texts else ""


def _version_or_url(locked: LockedDistribution) -> str:
    if locked.version:
        return locked.version
    place = shown_path(locked.url or "")
    return f"(from {place})" if place.endswith("/") else f"from {place}"
