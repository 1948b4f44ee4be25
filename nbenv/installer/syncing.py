"""Make an environment hold what is locked, and look into it with uv's own verbs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.installer.uv import Lines, run_uv
from nbenv.lock import LockedDistribution
from nbenv.requirements import absolute, is_local
from nbenv.spec import Spec

__all__ = ["Wanted", "fetch_python", "forget", "outdated", "pip", "sync"]


@dataclass(frozen=True)
class Wanted:
    """What an environment shall hold.

    `kept` are name → version of distributions that are installed without being locked, and shall
    stay; those named in `again` are installed also where they are there already.
    """

    distributions: Sequence[LockedDistribution]
    kept: Mapping[str, str]
    again: Sequence[str] = ()


def sync(python: str, wanted: Wanted, spec: Spec, folder: Path) -> Lines[None]:
    """Make the environment of `python` hold exactly what is wanted, hashes checked.

    Everything is downloaded and built before anything is replaced.
    """
    distributions, kept = wanted.distributions, wanted.kept
    lines = [_installable_line(locked, spec, folder) for locked in distributions]
    lines += [f"{name}=={version}" for name, version in kept.items()]
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        source = where / "lock.txt"
        source.write_text("\n".join(lines), encoding="utf-8")
        (where / "uv.toml").touch()  # no settings of the folders above
        command = ["pip", "sync", "--python", python, "--allow-empty-requirements", str(source)]
        if not kept and all(locked.hashes for locked in distributions):
            command.append("--require-hashes")
        local = [locked.name for locked in distributions if is_local(locked.url)]
        command += [f"--reinstall-package={each}" for each in (*local, *wanted.again)]
        yield from run_uv(command, where, spec.indexes, hashed=True)


def forget(names: Sequence[str], folder: Path) -> Lines[None]:
    """Take distributions out of the installer's cache."""
    yield from run_uv(["cache", "clean", *names], folder)


def _installable_line(locked: LockedDistribution, spec: Spec, folder: Path) -> str:
    if not locked.url or not is_local(locked.url):
        return " ".join((locked.requirement, *(f"--hash={digest}" for digest in locked.hashes)))
    path, hash_sign, fragment = locked.url.partition("#")
    place = absolute(path, folder).as_uri() + hash_sign + fragment
    if locked.name in spec.editable:
        return f"-e {place}"
    return " ".join((f"{locked.name} @ {place}", *(f"--hash={d}" for d in locked.hashes)))


def pip(python: str, arguments: Sequence[str], spec: Spec, folder: Path) -> Lines[str]:
    """Run one of uv's read-only ``pip`` commands (list, show, freeze, check) on an environment."""
    return (yield from run_uv(["pip", *arguments, "--python", python], folder, spec.indexes))


def outdated(python: str, spec: Spec, folder: Path) -> Lines[list[dict[str, str]]]:
    """Return name, version and latest_version of what an index has newer."""
    command = ["pip", "list", "--outdated", "--format", "json", "--python", python]
    rows = json.loads((yield from run_uv(command, folder, spec.indexes)))
    return [
        {key: str(row.get(key, "")) for key in ("name", "version", "latest_version")}
        for row in rows
    ]


def fetch_python(python: str, folder: Path) -> Lines[str]:
    """Have uv install a Python of its own; return its executable."""
    yield from run_uv(["python", "install", "--no-bin", python], folder)
    found = yield from run_uv(["python", "find", "--managed-python", python], folder)
    return found.strip()
