"""Find the hashes of files for which an index publishes none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.pylock import filename_of, packages_of
from nbenv.core.spec import Spec
from nbenv.core.wheels.wheel_tags import is_installable
from nbenv.installer.index_packages import write_pins
from nbenv.installer.uv import run_uv
from nbenv.progress import Steps

__all__ = ["add_hashes"]


def add_hashes(
    document: Mapping[str, object],
    folder: Path,
    spec: Spec,
    links: Sequence[str],
    interpreter: str,
) -> Steps[None]:
    """Add the hashes of packages whose index publishes none, by downloading their files."""
    bare = [package for package in packages_of(document) if _has_no_hash(package)]
    if not bare:
        return
    source = folder / "unhashed.in"
    source.write_text("\n".join(f"{p['name']}=={p['version']}" for p in bare), encoding="utf-8")
    command = ["pip", "compile", "--generate-hashes", "--no-deps", "--no-header", "--no-annotate"]
    command += [f"--index-strategy={spec.index_strategy}"] if spec.index_strategy else []
    command += [f"--no-binary={each['name']}" for each in bare if not each.get("wheels")]
    command += ["--python", interpreter, str(source)]
    command += write_pins(folder, spec, [str(each["name"]) for each in bare])
    text = yield from run_uv(command, folder, spec.indexes, find_links=links)
    for line in text.replace("\\\n", " ").splitlines():
        locked = LockedDistribution.from_line(" ".join(line.split()))
        package = next(p for p in bare if p["name"] == locked.name)
        hashed = [{"hashes": dict([digest.split(":")])} for digest in locked.hashes]
        wheels = [{"name": name} for name in _wheels_of(package, spec.python)]
        # Which hash is whose is not known.
        if wheels:
            package["wheels"] = [*wheels, *({**wheels[0], **each} for each in hashed)]
        if package.get("sdist") or not wheels:
            package["sdist"], package["wheels"] = hashed, package["wheels"] if wheels else []


def _wheels_of(package: Mapping[str, object], python: str) -> list[str]:
    names = map(filename_of, _files_of(package))
    return [name for name in names if is_installable(name, python)]


def _files_of(package: Mapping[str, object]) -> list[Mapping[str, object]]:
    wheels = package.get("wheels", [])
    assert isinstance(wheels, list)
    sdist = package.get("sdist")
    return [*wheels, sdist] if isinstance(sdist, dict) else list(wheels)


def _has_no_hash(package: Mapping[str, object]) -> bool:
    files = _files_of(package)
    return bool(files) and not any(file.get("hashes") for file in files)
