"""Resolve a notebook's requirements for every platform."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tomli_w

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.pylock import filename_of, from_pylock, is_installable
from nbenv.core.requirements import KERNEL, absolute, is_local, parse, portable, without_credentials
from nbenv.core.spec import Spec
from nbenv.errors import RequirementError
from nbenv.installer.index_guard import check_origins
from nbenv.installer.scratch_project import write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.progress import Steps

__all__ = ["ResolveOptions", "resolve_lock"]


@dataclass(frozen=True)
class ResolveOptions:
    """Which locked versions may move: all, or those of `names`; and which to pre-releases.

    With `any_index` they may also come from another index than before. `avoid` are
    ``name==version`` not to be taken, and `before` is the time, as RFC 3339 writes it, or the day,
    after which nothing counts. With `here`, every version has a file that fits this platform; of
    the names in `no_build` only wheels are taken. `locked_for` is the Python of the lock at hand,
    where that is another one than the spec's.
    """

    everything: bool = False
    names: tuple[str, ...] = ()
    pre: tuple[str, ...] = ()
    any_index: bool = False
    avoid: tuple[str, ...] = ()
    before: str = ""
    here: bool = False
    no_build: tuple[str, ...] = ()
    locked_for: str = ""


def resolve_lock(
    spec: Spec, interpreter: str, folder: Path, upgrade: ResolveOptions, *, kernel: bool = True
) -> Steps[Lock]:
    """Resolve the requirements of `spec` for every platform, its lock being the preference.

    Parameters
    ----------
    spec
        What to resolve; local paths are relative to `folder`, the notebook's.
    interpreter
        A Python of the spec's version, which builds what has no static metadata.
    upgrade
        What may leave its locked version without need.
    kernel
        Whether the lock shall hold a kernel too.
    """
    asked = replace(spec, requirements=(KERNEL, *spec.requirements)) if kernel else spec
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        document = yield from _exported(asked, interpreter, folder, where, upgrade)
        if not upgrade.any_index:
            known = replace(spec, python=upgrade.locked_for or spec.python)
            check_origins(_packages(document), known)
        yield from _with_hashes(document, where, spec, interpreter)
    return _relocated(from_pylock(document, spec.python), where, folder)


def _exported(
    spec: Spec, interpreter: str, folder: Path, scratch: Path, upgrade: ResolveOptions
) -> Steps[dict[str, object]]:
    write_project(
        scratch / "pyproject.toml",
        {
            "requires-python": f"=={spec.python}.*",
            "dependencies": [_without_path(text) for text in spec.requirements],
        },
        {
            "environments": ["implementation_name == 'cpython' and sys_platform != 'emscripten'"],
            "sources": _sources(spec, folder),
            **_limits(upgrade),
        },
    )
    if not upgrade.everything:
        _write_preferences(scratch / "uv.lock", spec, upgrade.names)
    command = ["export", "--format", "pylock.toml", "--no-emit-project", "--no-header"]
    command += [f"--prerelease-package={each}=allow" for each in upgrade.pre]
    command += ["--exclude-newer", upgrade.before] if upgrade.before else []
    text = yield from run_uv([*command, "--python", interpreter], scratch, spec.indexes)
    return tomllib.loads(text)


def _limits(upgrade: ResolveOptions) -> dict[str, object]:
    limits: dict[str, object] = {}
    if upgrade.no_build:
        limits["no-build-package"] = list(upgrade.no_build)
    if upgrade.avoid:
        limits["constraint-dependencies"] = [each.replace("==", "!=", 1) for each in upgrade.avoid]
    if upgrade.here:
        machine = platform.machine()
        limits["required-environments"] = [
            f"sys_platform == '{sys.platform}' and platform_machine == '{machine}'"
        ]
    return limits


def _without_path(text: str) -> str:
    requirement = parse(text)
    if is_local(requirement.url):
        requirement.url = None
    return str(requirement)


def _sources(spec: Spec, folder: Path) -> dict[str, object]:
    sources: dict[str, object] = {}
    for text in spec.requirements:
        requirement = parse(text)
        if requirement.url and is_local(requirement.url):
            path = absolute(requirement.url, folder)
            if not path.exists():
                raise RequirementError(
                    f"{requirement.name} is to be installed from {requirement.url}, "
                    f"but there is no {path}.",
                    todo="Copy it along with the notebook, or uninstall it.",
                )
            source: dict[str, object] = {"path": str(path)}
            if path.is_dir():
                source["editable"] = requirement.name in spec.editable
            sources[requirement.name] = source
    return sources


def _write_preferences(path: Path, spec: Spec, freed: Iterable[str]) -> None:
    """Write the locked versions as a lock of uv's, which then keeps them where it can."""
    loose = set(freed)
    packages = [
        _preference(locked)
        for locked in spec.lock.distributions
        if locked.version and locked.name not in loose
    ]
    document = {"version": 1, "requires-python": f"=={spec.python}.*", "package": packages}
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def _preference(locked: LockedDistribution) -> dict[str, object]:
    preference: dict[str, object] = {
        "name": locked.name,
        "version": locked.version,
        "source": {"registry": "https://index.invalid/simple"},
    }
    if locked.marker:
        preference["resolution-markers"] = [locked.marker]
    return preference


def _with_hashes(
    document: Mapping[str, object], folder: Path, spec: Spec, interpreter: str
) -> Steps[None]:
    """Fill in, by downloading, the hashes of distributions whose index gives none."""
    bare = [package for package in _packages(document) if _lacks_hashes(package)]
    if not bare:
        return
    source = folder / "unhashed.in"
    source.write_text("\n".join(f"{p['name']}=={p['version']}" for p in bare), encoding="utf-8")
    command = ["pip", "compile", "--generate-hashes", "--no-deps", "--no-header", "--no-annotate"]
    text = yield from run_uv([*command, "--python", interpreter, str(source)], folder, spec.indexes)
    for line in text.replace("\\\n", " ").splitlines():
        locked = LockedDistribution.from_line(" ".join(line.split()))
        package = next(p for p in bare if p["name"] == locked.name)
        hashed = [{"hashes": dict([digest.split(":")])} for digest in locked.hashes]
        if any(is_installable(filename_of(file), spec.python) for file in _files(package)):
            stem = f"{locked.name.replace('-', '_')}-0-py3-none-any.whl"
            package["wheels"] = [{"name": stem, **each} for each in hashed]
        else:
            package["sdist"], package["wheels"] = hashed, []


def _packages(document: Mapping[str, object]) -> list[dict[str, object]]:
    packages = document.get("packages", [])
    assert isinstance(packages, list)
    return packages


def _files(package: Mapping[str, object]) -> list[Mapping[str, object]]:
    wheels = package.get("wheels", [])
    assert isinstance(wheels, list)
    sdist = package.get("sdist")
    return [*wheels, sdist] if isinstance(sdist, dict) else list(wheels)


def _lacks_hashes(package: Mapping[str, object]) -> bool:
    files = _files(package)
    return bool(files) and not any(file.get("hashes") for file in files)


def _relocated(lock: Lock, scratch: Path, folder: Path) -> Lock:
    """Write local paths as the notebook records them, and no credential."""
    return Lock(tuple(_relocated_one(locked, scratch, folder) for locked in lock.distributions))


def _relocated_one(locked: LockedDistribution, scratch: Path, folder: Path) -> LockedDistribution:
    if locked.url is None:
        return locked
    url = locked.url
    if "://" not in url or url.startswith("file:"):
        path, hash_sign, fragment = url.partition("#")
        place = absolute(path, Path(os.path.realpath(scratch)))
        url = portable(place, Path(os.path.realpath(folder))) + hash_sign + fragment
    return LockedDistribution(
        locked.name, None, without_credentials(url), locked.marker, locked.hashes
    )
