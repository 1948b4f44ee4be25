"""Find out which versions of a package an index has, for those who asked for another one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbenv.core.requirements import name_of
from nbenv.core.spec import Index
from nbenv.errors import IndexAccessError, InstallerError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.index_packages import pinned_indexes, pinned_sources, pins_of
from nbenv.installer.scratch_project import write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.progress import drain

__all__ = ["newest_versions", "refusal_of"]


def newest_versions(
    name: str,
    python: str,
    indexes: Sequence[Index] = (),
    *,
    most: int = 3,
    offline: bool = True,
    pre: bool = False,
    most_version: str = "",
) -> list[str]:
    """Return the newest versions for a Python, the newest first; none if that cannot be known.

    uv lists no versions, but says the newest one below another. It reads the page of the package,
    and no metadata: it is told that nothing depends on anything.

    Parameters
    ----------
    name
        The package.
    python
        The minor version of CPython that they are for.
    indexes
        The indexes of the notebook.
    most
        The number of versions to find.
    offline
        Whether to read the page from uv's cache, where an attempt to resolve has left it.
    pre
        Whether pre-releases count.
    most_version
        The version that none may be above, "" without a limit.
    """
    found: list[str] = []
    limit = f"<={most_version}" if most_version else ""
    with scratch_folder() as scratch:
        while len(found) < most:
            below = f"<{found[-1].partition('+')[0]}" if found else limit
            version = _newest(f"{name}{below}", python, indexes, Path(scratch), (offline, pre))
            if version is None or version in found:
                break
            found.append(version)
    return found


def refusal_of(
    url: str, name: str, python: str, indexes: Sequence[Index]
) -> IndexAccessError | None:
    """Return why an index does not answer for a package, None if it does, or has none.

    Among several indexes uv passes over one that wants credentials, and says nothing.
    """
    with scratch_folder() as scratch:
        _write_question(name, python, Path(scratch))
        command = ["lock", "--python", sys.executable, "--index-strategy", "first-index"]
        try:
            drain(run_uv(command, Path(scratch), indexes, only=url))
        except IndexAccessError as error:
            return error
        except InstallerError:
            return None
    return None


def _newest(
    requirement: str, python: str, indexes: Sequence[Index], scratch: Path, how: tuple[bool, bool]
) -> str | None:
    name = requirement.partition("<")[0]
    _write_question(requirement, python, scratch, pins_of(indexes, [name]))
    offline, pre = how
    command = ["lock", "--python", sys.executable]
    command += ["--offline"] if offline else []
    command += ["--prerelease", "allow"] if pre else []
    try:
        drain(run_uv(command, scratch, indexes))
        document = tomllib.loads((scratch / "uv.lock").read_text(encoding="utf-8"))
    except (InstallerError, OSError, ValueError):
        return None
    packages = document.get("package", [])
    return next((str(each["version"]) for each in packages if each.get("name") == name), None)


def _write_question(
    requirement: str, python: str, scratch: Path, pins: Mapping[str, Index] | None = None
) -> None:
    write_project(
        scratch / "pyproject.toml",
        # Wider than the Python that is meant: the one that uv runs with has to be within it.
        {"requires-python": ">=3", "dependencies": [requirement]},
        {
            "environments": [
                f"python_version == '{python}' and implementation_name == 'cpython' "
                "and sys_platform != 'emscripten'"
            ],
            "dependency-metadata": [{"name": name_of(requirement), "requires-dist": []}],
            "index": pinned_indexes(pins or {}),
            "sources": pinned_sources(pins or {}),
        },
    )
    (scratch / "uv.lock").unlink(missing_ok=True)
