"""Tell uv of what a notebook installs without its dependencies, as ``pip install --no-deps`` does.

https://docs.astral.sh/uv/concepts/resolution/#dependency-metadata
"""

from __future__ import annotations

import email
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

from nbenv.core.requirements import absolute, is_local, parse
from nbenv.core.spec import Spec
from nbenv.home.scratch import scratch_folder
from nbenv.installer.uv import run_uv
from nbenv.progress import Steps

__all__ = ["without_dependencies"]


def without_dependencies(
    spec: Spec, interpreter: str, folder: Path, links: Sequence[str]
) -> Steps[dict[str, object]]:
    """Return uv's setting that declares that some packages depend on nothing; empty for none.

    Parameters
    ----------
    spec
        The record, which names them.
    interpreter
        A Python of the record's version. It builds what has no static metadata.
    folder
        The notebook's folder, which local paths are relative to.
    links
        Pages and folders of files, as of `nbenv.installer.index_settings.usable_links`.
    """
    direct = {each.name: each for each in map(parse, spec.requirements) if each.url}
    entries: list[dict[str, object]] = []
    for name in spec.no_deps:
        entry: dict[str, object] = {"name": name, "requires-dist": []}
        if name in direct:  # for an address or a folder, uv wants to be told the version, too
            line = _located(direct[name], folder)
            entry["version"] = yield from _version_of(line, spec, interpreter, links)
        entries.append(entry)
    return {"dependency-metadata": entries} if entries else {}


def _located(requirement: Requirement, folder: Path) -> str:
    url = str(requirement.url)
    return f"{requirement.name} @ {absolute(url, folder).as_uri() if is_local(url) else url}"


def _version_of(line: str, spec: Spec, interpreter: str, links: Sequence[str]) -> Steps[str]:
    """Return the version that an address or a folder has now, from what it installs.

    uv keeps what it built for this, so the installation itself builds nothing again.
    """
    with scratch_folder() as scratch:
        (Path(scratch) / "uv.toml").touch()
        target = Path(scratch, "target")
        command = ["pip", "install", "--no-deps", "--target", str(target), "--python", interpreter]
        indexes = spec.indexes
        yield from run_uv([*command, line], Path(scratch), indexes, find_links=links)
        (metadata,) = target.glob("*.dist-info/METADATA")
        return str(email.message_from_string(metadata.read_text(encoding="utf-8"))["Version"])
