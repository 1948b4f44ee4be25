"""``pylock.toml`` (PEP 751), its URLs filled in from the index at export."""

from __future__ import annotations

from collections.abc import Mapping

import tomli_w

from nbenv import installer
from nbenv.errors import LockError
from nbenv.lock import LockedDistribution
from nbenv.operations.changing import obtain
from nbenv.operations.consent import check_approved
from nbenv.operations.document import Document
from nbenv.operations.progress import Progress, Steps, told
from nbenv.spec import Spec

__all__ = ["write"]

Package = dict[str, object]


def write(document: Document) -> Steps[str]:
    """Return the lock in the standard's form: the same versions, markers and hashes."""
    check_approved(document, False)  # to learn where its files are, hosts must be asked
    spec, folder = document.spec, document.target.folder
    found = yield from obtain(spec.python, False, folder)
    yield Progress("resolve", "Asking the index where the locked files are …")
    steps = installer.locate(spec, found.executable, folder)
    packages = yield from told("resolve", steps)
    by_key = {_key(package): package for package in packages}
    pylock = {
        "lock-version": "1.0",
        "requires-python": f"=={spec.python}.*",
        "environments": ["implementation_name == 'cpython' and sys_platform != 'emscripten'"],
        "created-by": "nbenv",
        "packages": [_package(locked, by_key, spec) for locked in spec.lock.distributions],
    }
    return tomli_w.dumps(pylock)


def _key(package: Mapping[str, object]) -> tuple[str, str]:
    return str(package["name"]), str(package.get("version", ""))


def _package(
    locked: LockedDistribution, located: Mapping[tuple[str, str], Package], spec: Spec
) -> Package:
    package = located.get((locked.name, locked.version or "")) or _direct(locked, located)
    if package is None:
        raise LockError(
            f"No index has {locked.requirement} any more, so its files cannot be named.",
            todo="Export requirements-locked instead, or lock anew with nbenv upgrade.",
        )
    kept: Package = {
        key: package[key]
        for key in ("name", "version", "vcs", "archive", "directory")
        if key in package
    }
    marker = {"marker": locked.marker} if locked.marker else {}
    wheels = [file for file in _files(package, "wheels") if _is_locked(file, locked)]
    sdist = [file for file in _files(package, "sdist") if _is_locked(file, locked)]
    if locked.version and not wheels and not sdist:
        raise LockError(
            f"The index has other files of {locked.requirement} than those that are locked.",
            todo="Lock anew with nbenv upgrade, or ask who runs the index.",
        )
    files = {"wheels": wheels} if wheels else ({"sdist": sdist[0]} if sdist else {})
    return {**kept, **marker, **files}


def _direct(
    locked: LockedDistribution, located: Mapping[tuple[str, str], Package]
) -> Package | None:
    if locked.version:
        return None
    return next((package for key, package in located.items() if key[0] == locked.name), None)


def _files(package: Package, kind: str) -> list[Mapping[str, object]]:
    files = package.get(kind, [])
    return files if isinstance(files, list) else [files]  # type: ignore[list-item]


def _is_locked(file: Mapping[str, object], locked: LockedDistribution) -> bool:
    hashes = file.get("hashes")
    return isinstance(hashes, dict) and any(
        f"{kind}:{digest}" in locked.hashes for kind, digest in hashes.items()
    )
