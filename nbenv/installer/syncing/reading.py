"""Uv's commands that change nothing of an environment: what is installed, what is outdated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from nbenv.core.spec import Index, Spec
from nbenv.home.scratch import scratch_folder
from nbenv.installer.index_packages import pins_of
from nbenv.installer.uv import run_uv
from nbenv.progress import Steps

__all__ = ["fetch_python", "find_outdated", "forget_cached", "run_pip"]

Row = dict[str, str]


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


def find_outdated(python: str, spec: Spec) -> Steps[list[Row]]:
    """Return the ``name``, ``version`` and ``latest_version`` of what an index has newer.

    What an index of the record lists is looked up there alone, and no other is asked for it.
    """
    command = ["pip", "list", "--format", "json", "--python", python]
    names: list[str] = []
    if spec.indexes:
        installed = json.loads((yield from _run_apart("pip", command)))
        names = sorted(str(row["name"]) for row in installed)
    command += ["--outdated"]
    command += [f"--exclude-newer={spec.exclude_newer}"] if spec.exclude_newer else []
    pins = pins_of(spec.indexes, names)
    found: list[Row] = []
    for index in (None, *dict.fromkeys(pins.values())):
        left_out = [f"--exclude={name}" for name in names if pins.get(name) != index]
        only = index.url if index else ""
        printed = yield from _run_apart("resolve", [*command, *left_out], spec.indexes, only)
        found += json.loads(printed)
    return [
        {key: str(row.get(key, "")) for key in ("name", "version", "latest_version")}
        for row in sorted(found, key=lambda row: str(row["name"]))
    ]


def fetch_python(python: str) -> Steps[str]:
    """Have uv install a Python (``"3.11"``) of its own; return the path of its executable."""
    yield from _run_apart("python", ["python", "install", "--no-bin", python])
    found = yield from _run_apart("python", ["python", "find", "--managed-python", python])
    return found.strip()
