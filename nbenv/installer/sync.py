"""Make an environment hold what is locked, and look into it with uv's own verbs."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local
from nbenv.core.spec import Index, Spec
from nbenv.errors import InstallerError
from nbenv.installer.uv import run_uv
from nbenv.progress import Progress, Steps

__all__ = ["SyncGoal", "fetch_python", "find_outdated", "forget_cached", "run_pip", "sync_prefix"]


@dataclass(frozen=True)
class SyncGoal:
    """What an environment shall hold.

    `kept` are name → version of distributions that are installed without being locked, and shall
    stay; those named in `again` are installed also where they are there already. `lacking` are
    those that are to be installed where nothing is to be removed, None where something is.
    """

    distributions: Sequence[LockedDistribution]
    kept: Mapping[str, str]
    again: Sequence[str] = ()
    lacking: Sequence[LockedDistribution] | None = None


def sync_prefix(python: str, wanted: SyncGoal, spec: Spec, folder: Path) -> Steps[None]:
    """Make the environment of `python` hold exactly what is wanted, hashes checked.

    Everything is downloaded and built before anything is replaced. Nothing is built from source
    but what the lock says is.
    """
    if wanted.lacking is None:
        verb, distributions, kept = "sync", wanted.distributions, wanted.kept
    else:  # uv need not look at what is there
        verb, distributions, kept = "install", wanted.lacking, {}
    lines = [_installable_line(locked, spec, folder) for locked in distributions]
    lines += [f"{name}=={version}" for name, version in kept.items()]
    lines += [f"--only-binary {locked.name}" for locked in distributions if _is_wheel(locked)]
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        source = where / "lock.txt"
        source.write_text("\n".join(lines), encoding="utf-8")
        (where / "uv.toml").touch()  # no settings of the folders above
        command = ["pip", verb, "--python", python]
        command += (
            ["--allow-empty-requirements", str(source)]
            if verb == "sync"
            else ["--no-deps", "-r", str(source)]
        )
        command.append("--verify-hashes")  # whatever the user's settings for other projects say
        if not kept and all(locked.hashes for locked in distributions):
            command.append("--require-hashes")
        local = [locked.name for locked in distributions if is_local(locked.url)]
        command += [f"--reinstall-package={each}" for each in (*local, *wanted.again)]
        if all(map(_is_wheel, distributions)):
            said = _said_offline(command, where, spec)
            if said is not None:
                yield from said
                return
        yield from run_uv(command, where, spec.indexes, phase="install", hashed=True)


def _said_offline(command: Sequence[str], where: Path, spec: Spec) -> list[Progress] | None:
    """Install from the installer's cache alone; None where that fails, as where it lacks a wheel.

    What is locked need not be asked for again: its hash says that it is the right file. Why it
    failed is not told, as the index is asked next: what is wrong besides fails there too.
    """
    with contextlib.suppress(InstallerError):
        return list(
            run_uv([*command, "--offline"], where, spec.indexes, phase="install", hashed=True)
        )
    return None


def forget_cached(names: Sequence[str], folder: Path) -> Steps[None]:
    """Take distributions out of the installer's cache."""
    yield from run_uv(["cache", "clean", *names], folder, phase="install")


def _is_wheel(locked: LockedDistribution) -> bool:
    """Whether nobody agreed to build it: building runs its code."""
    return locked.version is not None and not locked.source


def _installable_line(locked: LockedDistribution, spec: Spec, folder: Path) -> str:
    if not locked.url or not is_local(locked.url):
        return " ".join((locked.requirement, *(f"--hash={digest}" for digest in locked.hashes)))
    path, hash_sign, fragment = locked.url.partition("#")
    place = absolute(path, folder).as_uri() + hash_sign + fragment
    if locked.name in spec.editable:
        return f"-e {place}"
    return " ".join((f"{locked.name} @ {place}", *(f"--hash={d}" for d in locked.hashes)))


def run_pip(python: str, arguments: Sequence[str], spec: Spec) -> Steps[str]:
    """Run one of uv's read-only ``pip`` commands (list, show, freeze, check) on an environment."""
    return (yield from _run_apart("pip", ["pip", *arguments, "--python", python], spec.indexes))


def _run_apart(phase: str, arguments: Sequence[str], indexes: Sequence[Index] = ()) -> Steps[str]:
    """Run uv where it finds no settings: those beside a notebook are a stranger's too."""
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        (Path(scratch) / "uv.toml").touch()
        return (yield from run_uv(arguments, Path(scratch), indexes, phase=phase))


def find_outdated(python: str, spec: Spec) -> Steps[list[dict[str, str]]]:
    """Return name, version and latest_version of what an index has newer."""
    command = ["pip", "list", "--outdated", "--format", "json", "--python", python]
    rows = json.loads((yield from _run_apart("resolve", command, spec.indexes)))
    return [
        {key: str(row.get(key, "")) for key in ("name", "version", "latest_version")}
        for row in rows
    ]


def fetch_python(python: str) -> Steps[str]:
    """Have uv install a Python of its own; return its executable."""
    yield from _run_apart("python", ["python", "install", "--no-bin", python])
    found = yield from _run_apart("python", ["python", "find", "--managed-python", python])
    return found.strip()
