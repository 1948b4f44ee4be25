"""Resolve a notebook's requirements for every platform, with ``uv export``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.pylock import LockScope, PylockDict, from_pylock, packages_of
from nbenv.core.recorded_options import is_named
from nbenv.core.requirements import (
    KERNEL,
    absolute,
    is_local,
    must_be_built,
    parse,
    portable,
    text_of,
)
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import without_credentials
from nbenv.errors import BuildRefusedError, ResolutionError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_pins import pins_for
from nbenv.installer.direct_versions import check_direct_versions, versions_in
from nbenv.installer.index_guard import check_origins
from nbenv.installer.index_packages import (
    Placement,
    pinned_indexes,
    pinned_sources,
    pinning_limits,
    resolve_placed,
)
from nbenv.installer.index_settings import usable_links
from nbenv.installer.local_places import check_places, missing_places, project_folders
from nbenv.installer.machine.build_prevention import can_prevent_builds
from nbenv.installer.machine.machine_policy import machine_policy, with_reason, within_policy
from nbenv.installer.machine.uv_environment import asks_no_index
from nbenv.installer.no_dependencies import without_dependencies
from nbenv.installer.resolution.fitting_files import resolve_fitting
from nbenv.installer.resolution.missing_hashes import add_hashes
from nbenv.installer.resolution.platform_attempts import Attempt, Resolved, resolve_widest
from nbenv.installer.resolution.preferences import write_preferences
from nbenv.installer.resolution.this_machine import this_machine
from nbenv.installer.resolution.version_choices import (
    never_built,
    version_choices,
    version_limits,
)
from nbenv.installer.scratch_project import settings_arguments, write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.progress import Steps

__all__ = ["ResolveOptions", "resolve_lock"]


def resolve_lock(
    spec: Spec, interpreter: str, folder: Path, options: ResolveOptions, *, kernel: bool = True
) -> Steps[Lock]:
    """Resolve requirements for every platform, keeping locked versions where that is possible.

    Parameters
    ----------
    spec
        What to resolve; its lock has the versions to keep.
    interpreter
        A Python of the spec's version. It builds what has no static metadata.
    folder
        The notebook's folder, which local paths are relative to.
    options
        What may change without need.
    kernel
        Whether a kernel is resolved with the requirements.

    Raises
    ------
    RequirementError
        A local project is not there, or has a version that is not allowed.
    ResolutionError
        No set of versions satisfies the requirements.
    IndexSwitchError
        A locked package would come from another index than before.
    InstallerError
        uv failed otherwise.
    """
    asked = replace(spec, requirements=(KERNEL, *spec.requirements)) if kernel else spec
    policy = machine_policy()
    asked = within_policy(asked, policy)
    with scratch_folder() as scratch:
        where = Path(scratch)
        run = _Run(asked, interpreter, folder, where, options)
        try:
            found = yield from resolve_fitting(run.attempts, asked, run.never_built)
        except (ResolutionError, BuildRefusedError) as error:
            from nbenv.installer.failures import advice  # seldom needed

            if isinstance(error, BuildRefusedError):
                is_set = bool(asked.only_binary)
                raise with_reason(advice.explain_refusal(error, is_set=is_set), policy) from None
            asks_none = options.no_index or asks_no_index()
            advised = advice.advised(error, asked, run.never_built, asks_none=asks_none)
            raise with_reason(advised, policy) from None
        document = found.document
        check_direct_versions(asked, versions_in(where / "uv.lock"))
        if not options.any_index:
            known = replace(spec, python=options.locked_for or spec.python)
            pinned = pins_for(asked).names
            packages = [each for each in packages_of(document) if each["name"] not in pinned]
            check_origins(packages, known, options.moved)
        _keep_sources(document, asked)
        links = usable_links(spec.find_links, folder)
        yield from add_hashes(document, where, spec, links, interpreter)
    # Without this machine's limits: another one may build what it has no wheel of.
    never = never_built(spec, options)
    scope = LockScope(this_machine(), found.platforms, never, spec.no_binary)
    lock = from_pylock(document, spec.python, scope)
    return replace(
        lock,
        distributions=tuple(_relocate(each, where, folder) for each in lock.distributions),
    )


@dataclass(frozen=True)
class _Run:
    """Runs of uv that resolve the same requirements, in one throw-away project."""

    spec: Spec
    interpreter: str
    folder: Path
    scratch: Path
    options: ResolveOptions

    @property
    def never_built(self) -> tuple[str, ...]:
        return never_built(self.spec, self.options)

    def attempts(self, constraints: Sequence[str]) -> Steps[Resolved]:
        """Resolve for the most platforms, within further constraints."""
        return (
            yield from resolve_widest(
                partial(self._export, constraints),
                self.interpreter,
                must_build=any(map(must_be_built, self._urls)),
                is_hopeless=self._is_hopeless,
            )
        )

    @property
    def _urls(self) -> list[str]:
        return [url for text in self.spec.requirements if (url := parse(text).url)]

    def _is_hopeless(self, error: ResolutionError | BuildRefusedError) -> bool:
        """Return whether what is asked for here is unknown, or has nothing but a refused build."""
        named = error.names if isinstance(error, BuildRefusedError) else (error.unknown,)
        return not {*named}.isdisjoint(self._asked_for_here)

    @property
    def _asked_for_here(self) -> list[str]:
        return [each.name for each in map(parse, self.spec.requirements) if not each.marker]

    def _export(self, constraints: Sequence[str], attempt: Attempt) -> Steps[PylockDict]:
        """Resolve for some platforms, with each package from its index."""
        if not attempt.builds and not can_prevent_builds():
            raise BuildRefusedError("What is for other platforms alone could be built here.")
        run = partial(self._export_placed, constraints, attempt)
        tried = partial(self._tried, run)
        return (yield from resolve_placed(self.spec, tried, builds=attempt.builds))

    def _tried(
        self, resolve: Callable[[Placement], Steps[PylockDict]], placed: Placement
    ) -> Steps[PylockDict]:
        """Resolve; what a trial finds is nothing that a later resolution prefers."""
        path = self.scratch / "uv.lock"
        before = path.read_bytes() if placed.is_trial and path.exists() else None
        try:
            return (yield from resolve(placed))
        finally:
            if placed.is_trial:
                path.unlink(missing_ok=True)
            if before is not None:
                path.write_bytes(before)

    def _export_placed(
        self, constraints: Sequence[str], attempt: Attempt, placed: Placement
    ) -> Steps[PylockDict]:
        """Have uv resolve the project, and return the ``pylock.toml`` that it exports."""
        scratch, options, pins = self.scratch, self.options, placed.pins
        strategy = placed.strategy or self.spec.index_strategy
        spec = replace(self.spec, indexes=placed.indexes, index_strategy=strategy)
        if placed.requirements is not None:
            spec = replace(spec, requirements=placed.requirements)
        options = replace(options, only_wheels=options.only_wheels or placed.only_wheels)
        links, torch = usable_links(spec.find_links, self.folder), pins_for(spec)
        # Its own index says no day of any file: `nbenv.engine.accelerators.dated_torch`.
        options = replace(options, exempt=(*options.exempt, *torch.names))
        indexes = [*pinned_indexes(pins), *torch.indexes]
        metadata = yield from without_dependencies(spec, self.interpreter, self.folder, links)
        write_project(
            scratch / "pyproject.toml",
            {
                "requires-python": f"=={spec.python}.*",
                "dependencies": [_without_path(text) for text in spec.requirements],
            },
            {
                # Exactly what a lock is for, or uv would resolve for other interpreters too.
                "environments": attempt.environments,
                # What cannot be installed on this machine is of no use to it.
                "required-environments": [this_machine().marker],
                "index": indexes,
                "sources": {
                    **torch.sources,
                    **pinned_sources(pins),
                    **_sources(spec, self.folder),
                },
                **version_limits(
                    spec, options, [*constraints, *pinning_limits(pins), *torch.limits]
                ),
                **({"build-constraint-dependencies": pinning_limits(pins)} if pins else {}),
                **metadata,
            },
        )
        if attempt.is_later:  # the last one that succeeded has left its versions
            options = replace(options, refreshed=())
        else:
            self._write_preferences(pins)
        command = ["export", "--format", "pylock.toml", "--no-emit-project", "--no-header"]
        command += [*version_choices(spec, options), "--python", self.interpreter]
        command += settings_arguments({**metadata, "index": indexes}, scratch)
        text = yield from run_uv(
            command,
            scratch,
            spec.indexes,
            find_links=links,
            projects=project_folders(self._urls, self.folder),
            builds=attempt.builds,
            cache=str(scratch / "cache"),  # what one attempt has built, the next one has to know
            addresses=self._urls,
        )
        return tomllib.loads(text)

    def _write_preferences(self, pins: Mapping[str, Index]) -> None:
        path, options = self.scratch / "uv.lock", self.options
        path.unlink(missing_ok=True)
        if not options.everything:
            write_preferences(path, self.spec, options, pins)


def _without_path(text: str) -> str:
    requirement = parse(text)
    if is_local(requirement.url):
        requirement.url = None
    return text_of(requirement)


def _sources(spec: Spec, folder: Path) -> dict[str, object]:
    """Return ``[tool.uv.sources]`` for local projects, which a dependency can only name."""
    check_places(missing_places(spec, folder))
    sources: dict[str, object] = {}
    for text in spec.requirements:
        requirement = parse(text)
        if requirement.url and is_local(requirement.url):
            path = absolute(requirement.url, folder)
            source: dict[str, object] = {"path": str(path)}
            if path.is_dir():
                source["editable"] = requirement.name in spec.editable
            sources[requirement.name] = source
    return sources


def _keep_sources(document: Mapping[str, object], spec: Spec) -> None:
    """Drop the wheels of what is to be built: uv locks them as well."""
    for package in packages_of(document):
        if is_named(spec.no_binary, str(package.get("name"))) and package.get("sdist"):
            package["wheels"] = []


def _relocate(locked: LockedDistribution, scratch: Path, folder: Path) -> LockedDistribution:
    """Return a line with a local path as the notebook records it, and without credentials."""
    if locked.url is None:
        return locked
    url = locked.url
    if "://" not in url or url.startswith("file:"):
        path, hash_sign, fragment = url.partition("#")
        base = Path(os.path.realpath(scratch))
        # What is no URL is a path as it is: nothing in it is encoded.
        is_url = "://" in url
        place = absolute(path, base) if is_url else Path(os.path.normpath(base / path))
        url = portable(place, Path(os.path.realpath(folder))) + hash_sign + fragment
    return LockedDistribution(
        locked.name, None, without_credentials(url), locked.marker, locked.hashes
    )
