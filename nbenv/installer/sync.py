"""Install what is locked into an environment, and inspect it with uv's own commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import HashError, IndexAccessError, InstallerError, ResolutionError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_pins import write_torch_pins
from nbenv.installer.files.built_wheels import with_built_wheels
from nbenv.installer.files.lock_file import is_wheel, requirement_lines
from nbenv.installer.index_packages import IN_ORDER, build_order, write_pins
from nbenv.installer.index_settings import usable_links
from nbenv.installer.local_places import check_places, missing_places
from nbenv.installer.machine.machine_policy import check_allowed, machine_policy, within_policy
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.syncing.cache_only import install_from_cache
from nbenv.installer.syncing.other_indexes import indexes_with_packages, other_indexes
from nbenv.installer.syncing.sync_options import build_limits, hash_arguments, locked_projects
from nbenv.installer.uv import run_uv
from nbenv.progress import Steps

__all__ = ["SyncGoal", "sync_prefix"]


@dataclass(frozen=True)
class SyncGoal:
    """The content that an environment should have.

    Parameters
    ----------
    distributions
        What is locked for it.
    kept
        Name → version of what is installed past the lock, and stays.
    again
        Names to install even if they are there, and to build anew: uv's cache knows the builds of a
        folder by the times of a few files.
    missing
        The part of `distributions` to install if nothing has to be removed, else None.
    packages
        The folder of what is installed, to notice a change that failed halfway.
    fresh
        Whether to download what is installed, without the cache.
    """

    distributions: Sequence[LockedDistribution]
    kept: Mapping[str, str]
    again: Sequence[str] = ()
    missing: Sequence[LockedDistribution] | None = None
    packages: Path | None = None
    fresh: bool = False

    @property
    def listed(self) -> Sequence[LockedDistribution]:
        """The packages that uv is given."""
        return self.distributions if self.missing is None else self.missing

    @property
    def kept_beside(self) -> Mapping[str, str]:
        """The packages that uv has to keep; without removals it need not be given them."""
        return self.kept if self.missing is None else {}


def sync_prefix(python: str, goal: SyncGoal, spec: Spec, folder: Path) -> Steps[None]:
    """Bring the environment of `python` to a goal, with every hash checked.

    Everything is downloaded and built before anything is replaced. Only what the lock says is built
    from source.

    Parameters
    ----------
    python
        The environment's interpreter.
    spec
        The record, for its indexes and its editable projects.
    folder
        The folder that local requirements are relative to.

    Raises
    ------
    InstallerError
        uv failed; a subclass says why.
    """
    policy = machine_policy()
    missing = None if goal.missing is None else with_built_wheels(goal.missing)
    distributions = with_built_wheels(goal.distributions)
    goal = replace(goal, distributions=distributions, missing=missing)
    _check_possible(goal, spec, folder)
    check_allowed(_absent(goal.listed, goal.packages), policy, spec.python)
    spec = replace(spec, no_binary=within_policy(spec, policy).no_binary)
    with scratch_folder() as scratch:
        yield from _Sync(python, goal, spec, folder, Path(scratch)).perform()


def _check_possible(goal: SyncGoal, spec: Spec, folder: Path) -> None:
    """Raise if a place on this machine, from which something is to be installed, is not there."""
    needed = [each for each in goal.listed if each.name not in goal.kept_beside]
    check_places(missing_places(replace(spec, requirements=()), folder, needed))


@dataclass(frozen=True)
class _Sync:
    """The runs of uv that bring one environment to a goal, the next one if an earlier one fails."""

    python: str
    goal: SyncGoal
    spec: Spec
    folder: Path
    where: Path

    def perform(self) -> Steps[None]:
        """Install from uv's cache, else from the record's indexes, else from others."""
        (self.where / "uv.toml").touch()  # or uv would look for settings in the folders above
        if not self.goal.fresh and self._only_wheels:
            command, packages = self._command(self._pins), self.goal.packages
            done = install_from_cache(command, self.where, self.spec.indexes, self._links, packages)
            if done is not None:
                yield from done
                return
        try:
            yield from self._from_indexes()
        except (IndexAccessError, ResolutionError, HashError) as error:
            yield from self._from_others(error)

    def _from_indexes(self) -> Steps[None]:
        """Install from the indexes of the record and of this machine."""
        # What a build needs has no hash, so any index may not serve it.
        hashed = self._only_wheels or not self._listing
        indexes = build_order(self.spec.indexes, self._built)
        options, spare = list[str](), self._pins
        if indexes != self.spec.indexes:
            options = [f"--index-strategy={IN_ORDER}"]
            if len(own := {*own_indexes()}) == 1:
                rest = Index("own", own.pop())
                spare = [*write_pins(self.where, self.spec, self._names, rest), *self._torch]
        first = [*self._command(self._pins), *options]
        try:
            yield from self._run(first, indexes, hashed)
        except HashError:
            if spare == self._pins:
                raise
            yield from self._run([*self._command(spare), *options], indexes, hashed)

    def _from_others(self, error: InstallerError) -> Steps[None]:
        """Install where the record's indexes do not have what is locked; raise `error` if none has.

        Where PyTorch's does not, a folder of this machine's may.
        """
        if self._torch and self._only_wheels:
            indexes, pins, is_told = self.spec.indexes, self._own_pins, True
        else:
            others = other_indexes(self.spec, self.goal.listed, error)
            if others is None:
                raise error
            pins = self._own_pins if indexes_with_packages(others) else []
            indexes, is_told = others, bool(self._listing)
        try:
            yield from self._run(self._command(pins), indexes, hashed=is_told)
        except InstallerError:
            if is_told:
                raise error from None
            raise

    def _run(self, command: Sequence[str], indexes: Sequence[Index], hashed: bool) -> Steps[None]:
        yield from run_uv(
            command,
            self.where,
            indexes,
            find_links=self._links,
            phase="install",
            hashed=hashed,
            projects=self._projects,
            addresses=[each.url for each in self.goal.listed if each.url],
        )

    def _command(self, pins: Sequence[str]) -> list[str]:
        """Return the command line after ``uv``, with these files of pins."""
        files = [self._source, *pins]
        if self.goal.missing is None:
            return ["pip", "sync", *self._options, "--allow-empty-requirements", *files]
        listed = [argument for file in files for argument in ("-r", file)]
        return ["pip", "install", "--no-deps", *self._options, *listed]

    @cached_property
    def _source(self) -> str:
        """The file of what is to be installed."""
        path, goal = self.where / "lock.txt", self.goal
        lines = requirement_lines(goal.listed, goal.kept_beside, self.spec, self.folder)
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    @cached_property
    def _options(self) -> list[str]:
        goal = self.goal
        return [
            *("--python", self.python),
            *hash_arguments(goal.listed, goal.kept_beside),
            *build_limits(self.spec, self.where),
            *(f"--reinstall-package={each}" for each in goal.again),
            *(["--no-cache"] if goal.fresh else []),
        ]

    @cached_property
    def _torch(self) -> list[str]:
        return write_torch_pins(self.where, self.spec, self.goal.listed)

    @cached_property
    def _own_pins(self) -> list[str]:
        """The pins to the record's own indexes."""
        return write_pins(self.where, self.spec, self._names)

    @property
    def _pins(self) -> list[str]:
        return [*self._own_pins, *self._torch]

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self.goal.listed if each.version]

    @property
    def _built(self) -> list[str]:
        return [each.name for each in self.goal.listed if each.version and not is_wheel(each)]

    @property
    def _only_wheels(self) -> bool:
        return all(map(is_wheel, self.goal.listed))

    @property
    def _listing(self) -> list[Index]:
        return indexes_with_packages(self.spec.indexes)

    @cached_property
    def _links(self) -> list[str]:
        return usable_links(self.spec.find_links, self.folder)

    @property
    def _projects(self) -> list[Path]:
        return locked_projects(self.goal.listed, self.folder)


def _absent(
    distributions: Sequence[LockedDistribution], packages: Path | None
) -> list[LockedDistribution]:
    """Return what is not installed yet: limits of the machine are about what is added."""
    present = {place.name for place in packages.glob("*.dist-info")} if packages else set()
    return [
        each
        for each in distributions
        if f"{each.name.replace('-', '_')}-{each.version}.dist-info" not in present
    ]
