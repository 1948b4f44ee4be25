"""``environment.yml`` for conda: packages that conda-forge has, and the rest below ``pip``.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import KERNEL, name_of, parse
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.requirements import comment_lines, index_lines, pip_line, with_extras, with_marker

__all__ = ["write"]


def write(snapshot: NotebookSnapshot) -> str:
    """Return the requirements in their locked versions; conda resolves their dependencies."""
    spec = snapshot.spec
    versions = spec.lock.versions()
    conda, pip = [f"python={spec.python}"], []
    kernel = [] if KERNEL in map(name_of, spec.requirements) else [KERNEL]
    for text in (*kernel, *spec.requirements):
        match_spec = _match_spec(parse(text), versions)
        # What is asked from an index of the notebook's may be something else on a channel.
        if match_spec and index_serving(spec.indexes, name_of(text)) is None:
            conda.append(match_spec)
        else:
            pip.append(_pinned_line(snapshot, text, versions))
    environment = {
        "name": Path(snapshot.ref.notebook).stem,
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": [*conda, *_pip_section(spec, pip)],
    }
    comments = "".join(f"{line}\n" for line in comment_lines(spec))
    return comments + yaml.safe_dump(environment, sort_keys=False, allow_unicode=True, width=1000)


def _pip_section(spec: Spec, lines: list[str]) -> list[object]:
    return ["pip", {"pip": [*index_lines(spec), *lines]}] if lines else []


def _match_spec(requirement: Requirement, versions: dict[str, str]) -> str | None:
    """Return a requirement in conda's words; None where it is not known there or has no words."""
    known = _conda_names().get(requirement.name)
    version = versions.get(requirement.name, "")
    if not known or requirement.url or requirement.extras or requirement.marker:
        return None
    return f"{known}={version}" if _is_final(version) else None


def _is_final(version: str) -> bool:
    """Return whether conda-forge numbers it as the index does: not local, not a pre-release."""
    try:
        parsed = Version(version)
    except InvalidVersion:
        return False
    return not (parsed.local or parsed.is_prerelease or parsed.is_postrelease)


def _pinned_line(snapshot: NotebookSnapshot, text: str, versions: dict[str, str]) -> str:
    requirement = parse(text)
    if requirement.url:
        return pip_line(snapshot, text)
    version = versions.get(requirement.name)
    pin = f"=={version}" if version else str(requirement.specifier)
    return with_marker(with_extras(requirement.name, requirement) + pin, requirement.marker)


@cache
def _conda_names() -> dict[str, str]:
    """Return the mapping: a package's name on PyPI → its name on conda-forge."""
    text = files("nbenv.export").joinpath("data", "conda_names.json").read_text("utf-8")
    names: dict[str, str] = json.loads(text)
    return names
