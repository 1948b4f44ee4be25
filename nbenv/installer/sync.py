"""Install what is locked into an environment, and inspect it with uv's own commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

from packaging.version import InvalidVersion, Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local
from nbenv.core.spec import Index, Spec
from nbenv.errors import (
    HashError,
    IndexAccessError,
    InstallerError,
    InstallerKilledError,
    ResolutionError,
)
from nbenv.home.scratch import scratch_folder
from nbenv.installer.accelerators.torch_pins import write_torch_pins
from nbenv.installer.files.lock_file import is_wheel, requirement_lines
from nbenv.installer.index_packages import IN_ORDER, build_order, pins_of, write_pins
from nbenv.installer.index_settings import usable_links
from nbenv.installer.local_places import check_places, missing_places
from nbenv.installer.machine.machine_policy import check_allowed, machine_policy, within_policy
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.uv import run_uv
from nbenv.progress import Progress, Steps

__all__ = ["SyncGoal", "fetch_python", "find_outdated", "forget_cached", "run_pip", "sync_prefix"]

_NUMPY_LAYOUT = "1.20"


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
    if goal.missing is None:
        arguments, distributions, kept = ["sync"], goal.distributions, goal.kept
    else:  # without removals, uv need not compare with all that is there
        arguments, distributions, kept = ["install", "--no-deps"], goal.missing, {}
    bare = replace(spec, requirements=())
    check_places(missing_places(bare, folder, [d for d in distributions if d.name not in kept]))
    policy = machine_policy()
    check_allowed(_absent(distributions, goal.packages), policy, spec.python)
    spec = replace(spec, no_binary=within_policy(spec, policy).no_binary)
    with scratch_folder() as scratch:
        where = Path(scratch)
        source = where / "lock.txt"
        lines = requirement_lines(distributions, kept, spec, folder)
        source.write_text("\n".join(lines), encoding="utf-8")
        (where / "uv.toml").touch()  # or uv would look for settings in the folders above
        names = [each.name for each in distributions if each.version]
        torch = write_torch_pins(where, spec, distributions)
        pins = [*write_pins(where, spec, names), *torch]
        options = ["--python", python, *_hash_arguments(distributions, kept)]
        options += _build_limits(spec, where)
        options += [f"--reinstall-package={each}" for each in goal.again]
        options += ["--no-cache"] if goal.fresh else []

        def command(pins: Sequence[str]) -> list[str]:
            files = _source_arguments(goal, [str(source), *pins])
            return ["pip", *arguments, *options, *files]

        links = usable_links(spec.find_links, folder)
        if not goal.fresh and all(map(is_wheel, distributions)):
            done = _from_cache(command(pins), where, spec, links, goal.packages)
            if done is not None:
                yield from done
                return
        projects = _projects(distributions, folder)
        run = partial(
            run_uv,
            folder=where,
            find_links=links,
            phase="install",
            projects=projects,
            addresses=[each.url for each in distributions if each.url],
        )
        # What a build needs has no hash, so any index may not serve it.
        hashed = all(map(is_wheel, distributions)) or not _listing(spec)
        indexes = build_order(spec.indexes, _built(distributions))
        first, spare = partial(run, indexes=indexes, hashed=hashed), pins
        if indexes != spec.indexes:
            options += [f"--index-strategy={IN_ORDER}"]
            if len(own := {*own_indexes()}) == 1:
                spare = [*write_pins(where, spec, names, Index("own", own.pop())), *torch]
        try:
            yield from _in_turn(first, command(pins), command(spare))
        except (IndexAccessError, ResolutionError, HashError) as error:
            if torch and all(map(is_wheel, distributions)):
                others = [each for each in pins if each not in torch]
                yield from _unpinned(partial(run, command(others), indexes=spec.indexes), error)
                return
            remaining = _other_indexes(spec, distributions, error)
            if remaining is None:
                raise
            try:
                yield from run(command([]), indexes=remaining, hashed=bool(_listing(spec)))
            except InstallerError:
                if _listing(spec):
                    raise error from None
                raise


def _in_turn(
    run: Callable[[list[str]], Steps[str]], command: list[str], spare: list[str]
) -> Steps[None]:
    """Run a command; if it finds another file than the locked one, the spare one."""
    try:
        yield from run(command)
    except HashError:
        if spare == command:
            raise
        yield from run(spare)


def _built(distributions: Sequence[LockedDistribution]) -> list[str]:
    return [each.name for each in distributions if each.version and not is_wheel(each)]


def _unpinned(run: Callable[..., Steps[str]], error: InstallerError) -> Steps[None]:
    """Install where PyTorch's index has not what is locked: a folder of this machine's may."""
    try:
        yield from run(hashed=True)
    except InstallerError:
        raise error from None


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


def _listing(spec: Spec) -> list[Index]:
    return [index for index in spec.indexes if index.packages is not None]


def _other_indexes(
    spec: Spec, distributions: Sequence[LockedDistribution], error: InstallerError
) -> tuple[Index, ...] | None:
    """Return the indexes to try if the notebook's lack a file, this machine's default one last.

    A default index of the notebook's may not have what its kernel needs. A hash says that a file is
    the right one, but none says what a build needs. The last one is asked only for names that the
    others do not have: it need not know the names of private packages.

    If an index that lists its packages cannot be used, this machine's own may have the same files.
    If another one has other files of a version, it may have the right ones.
    """
    if not all(map(is_wheel, distributions)):
        return None
    listing = _listing(spec)
    if isinstance(error, HashError):
        return tuple(replace(each, packages=None) for each in spec.indexes) if listing else None
    kept = spec.indexes
    if isinstance(error, IndexAccessError):
        kept = tuple(each for each in kept if each not in listing)
    others = tuple(replace(index, default=False, packages=None) for index in kept)
    return None if others == spec.indexes else others


def _source_arguments(goal: SyncGoal, files: Sequence[str]) -> list[str]:
    if goal.missing is None:
        return ["--allow-empty-requirements", *files]
    return [argument for file in files for argument in ("-r", file)]


def _build_limits(spec: Spec, where: Path) -> list[str]:
    """Limit the NumPy that packages are built with where the locked one is old.

    NumPy 1.20 changed its layout: what was built with a later one does not work with one before.
    """
    numpy = spec.lock.versions().get("numpy", "")
    if not numpy or not _is_before(numpy, _NUMPY_LAYOUT):
        return []
    path = where / "build.txt"
    path.write_text(f"numpy<{_NUMPY_LAYOUT}\n", encoding="utf-8")
    return ["--build-constraints", str(path)]


def _is_before(version: str, other: str) -> bool:
    try:
        return Version(version) < Version(other)
    except InvalidVersion:  # an address
        return False


def _hash_arguments(
    distributions: Sequence[LockedDistribution], kept: Mapping[str, str]
) -> list[str]:
    verify = ["--verify-hashes"]  # whatever the user's settings for other projects say
    # uv requires hashes of all or none: a commit, a folder and what is kept have none.
    is_complete = not kept and all(locked.hashes for locked in distributions)
    return [*verify, "--require-hashes"] if is_complete else verify


def _from_cache(
    command: Sequence[str],
    where: Path,
    spec: Spec,
    links: Sequence[str],
    packages: Path | None,
) -> list[Progress] | None:
    """Install from uv's cache alone; return its progress, None where that fails.

    Online, uv would ask the index about each package first. A locked file need not be asked for
    again: its hash says that it is the right one. Whatever failed here, most often a file that is
    not in the cache, is reported by the attempt with the index that follows. But none follows what
    failed halfway: it would leave what uv no longer knows of a package that was half removed.
    """
    before = _changed_at(packages)
    offline = [*command, "--offline"]
    try:
        steps = run_uv(offline, where, spec.indexes, find_links=links, phase="install", hashed=True)
        return list(steps)
    except InstallerKilledError:
        raise
    except InstallerError:
        if _changed_at(packages) != before:
            raise
        return None


def _changed_at(packages: Path | None) -> list[int]:
    """Return when the folder of packages, and what each says of itself, changed last."""
    if packages is None or not packages.is_dir():
        return []
    places = [packages, *sorted(packages.glob("*.dist-info"))]
    return [place.stat().st_mtime_ns for place in places]


def _projects(distributions: Sequence[LockedDistribution], folder: Path) -> list[Path]:
    """Return the folders of the local projects among what is locked."""
    urls = (each.url for each in distributions if each.url and is_local(each.url))
    places = ((absolute(url.partition("#")[0], folder), url) for url in urls)
    return [place / _subdirectory(url) for place, url in places if place.is_dir()]


def _subdirectory(url: str) -> str:
    fragment = parse_qs(url.partition("#")[2])
    return fragment.get("subdirectory", ["."])[0]


def forget_cached(names: Sequence[str], folder: Path) -> Steps[None]:
    """Remove packages from uv's cache, so that they are downloaded again."""
    yield from run_uv(["cache", "clean", *names], folder, phase="install")


def run_pip(python: str, arguments: Sequence[str], spec: Spec) -> Steps[str]:
    """Run one of uv's read-only ``pip`` commands (list, show, freeze, check) on an environment."""
    return (yield from _run_apart("pip", ["pip", *arguments, "--python", python], spec.indexes))


def _run_apart(
    phase: str, arguments: Sequence[str], indexes: Sequence[Index] = (), only: str = ""
) -> Steps[str]:
    """Run uv where it finds no settings: those beside a notebook may be a stranger's."""
    with scratch_folder() as scratch:
        (Path(scratch) / "uv.toml").touch()
        return (yield from run_uv(arguments, Path(scratch), indexes, phase=phase, only=only))


def find_outdated(python: str, spec: Spec) -> Steps[list[dict[str, str]]]:
    """Return the ``name``, ``version`` and ``latest_version`` of what an index has newer.

    What an index of the record lists is looked up there alone.
    """
    command = ["pip", "list", "--outdated", "--format", "json", "--python", python]
    command += [f"--exclude-newer={spec.exclude_newer}"] if spec.exclude_newer else []
    pins = pins_of(spec.indexes, spec.lock.versions())
    found: list[dict[str, str]] = []
    for index in (None, *dict.fromkeys(pins.values())):
        only = index.url if index else ""
        printed = yield from _run_apart("resolve", command, spec.indexes, only)
        found += [row for row in json.loads(printed) if pins.get(row["name"]) == index]
    return [
        {key: str(row.get(key, "")) for key in ("name", "version", "latest_version")}
        for row in sorted(found, key=lambda row: str(row["name"]))
    ]


def fetch_python(python: str) -> Steps[str]:
    """Have uv install a Python (``"3.11"``) of its own; return the path of its executable."""
    yield from _run_apart("python", ["python", "install", "--no-bin", python])
    found = yield from _run_apart("python", ["python", "find", "--managed-python", python])
    return found.strip()
