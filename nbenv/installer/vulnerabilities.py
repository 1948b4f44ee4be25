"""Look up known vulnerabilities with ``uv audit``, which asks the OSV database (https://osv.dev)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from nbenv.core.lock import LockedDistribution
from nbenv.home.scratch import scratch_folder
from nbenv.installer.pip_config import default_index
from nbenv.installer.scratch_project import PROJECT, write_project
from nbenv.installer.uv import run_uv
from nbenv.progress import Steps

__all__ = ["Vulnerability", "find_vulnerabilities"]


@dataclass(frozen=True)
class Vulnerability:
    """A known vulnerability of a locked version; `fixed` are the versions without it."""

    name: str
    version: str
    identifier: str
    summary: str
    fixed: tuple[str, ...] = ()


def find_vulnerabilities(
    distributions: Iterable[LockedDistribution], python: str, service: str | None = None
) -> Steps[list[Vulnerability]]:
    """Return the known vulnerabilities of locked versions.

    Parameters
    ----------
    distributions
        What to look up; those from a URL are left out, as the database knows only an index's.
    python
        The minor version that they are locked for.
    service
        The URL of another server with the API of OSV.

    Raises
    ------
    InstallerError
        The database could not be asked.
    """
    # The names in the database are those of pip's default index. ``--frozen`` keeps uv from
    # asking that index.
    registry = {"registry": default_index()}
    locked = [
        {"name": each.name, "version": each.version, "source": registry}
        for each in distributions
        if each.version
    ]
    with scratch_folder() as scratch:
        where = Path(scratch)
        names = sorted({str(each["name"]) for each in locked})
        project: dict[str, object] = {"requires-python": f"=={python}.*", "dependencies": names}
        write_project(where / "pyproject.toml", project, {})
        root = {
            "name": PROJECT,
            "version": "0",
            "source": {"virtual": "."},
            "dependencies": locked,
        }
        document = {"version": 1, "requires-python": f"=={python}.*", "package": [root, *locked]}
        (where / "uv.lock").write_text(tomli_w.dumps(document), encoding="utf-8")
        command = ["audit", "--frozen", "--output-format", "json", "--quiet"]
        command += ["--service-url", service] if service else []
        # Its exit status is 1 if it found something.
        text = yield from run_uv(command, where, phase="audit", accepted=1)
    return [_finding(each) for each in json.loads(text)["vulnerabilities"]]


def _finding(entry: dict[str, object]) -> Vulnerability:
    dependency, fixed = entry["dependency"], entry.get("fix_versions")
    assert isinstance(dependency, dict)
    return Vulnerability(
        str(dependency["name"]),
        str(dependency["version"]),
        str(entry.get("display_id") or entry["id"]),
        str(entry.get("summary") or "no description"),
        tuple(map(str, fixed)) if isinstance(fixed, list) else (),
    )
