"""``environment.yml`` for conda: what is known there by conda's name, the rest below ``pip``."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from nbenv.core.requirements import KERNEL, parse
from nbenv.engine.document import NotebookSnapshot
from nbenv.export.requirements import pip_line
from nbenv.progress import Steps

__all__ = ["write"]


def write(document: NotebookSnapshot) -> Steps[str]:
    """Return the environment: what was asked for, in the locked versions."""
    spec, versions = document.spec, document.spec.lock.versions()
    conda, pip = [f"python={spec.python}"], []
    for text in (KERNEL, *spec.requirements):
        known = _conda_spec(parse(text), versions)
        if known:
            conda.append(known)
        else:
            pip.append(_pinned(document, text, versions))
    environment = {
        "name": Path(document.ref.notebook).stem,
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": [*conda, *_pip_section(document, pip)],
    }
    return yaml.safe_dump(environment, sort_keys=False, allow_unicode=True, width=1000)
    yield  # no progress: nothing here takes time


def _pip_section(document: NotebookSnapshot, lines: list[str]) -> list[object]:
    if not lines:
        return []
    indexes = [f"--extra-index-url {index.url}" for index in document.spec.indexes]
    return ["pip", {"pip": [*indexes, *lines]}]


def _conda_spec(requirement: Requirement, versions: dict[str, str]) -> str | None:
    """Return what conda calls it; None where that is not known or conda could not say it."""
    known = _names().get(requirement.name)
    version = versions.get(requirement.name, "")
    if not known or requirement.url or requirement.extras or requirement.marker:
        return None
    return f"{known}={version}" if _is_released(version) else None


def _is_released(version: str) -> bool:
    try:
        parsed = Version(version)
    except InvalidVersion:
        return False
    return not (parsed.local or parsed.is_prerelease or parsed.is_postrelease)


def _pinned(document: NotebookSnapshot, text: str, versions: dict[str, str]) -> str:
    requirement = parse(text)
    if requirement.url:
        return pip_line(document, text)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    version = versions.get(requirement.name)
    pin = f"=={version}" if version else str(requirement.specifier)
    return f"{requirement.name}{extras}{pin}{marker}"


@cache
def _names() -> dict[str, str]:
    """Return the mapping: a distribution's name on PyPI → its name on conda-forge."""
    text = files("nbenv.export").joinpath("data", "conda_names.json").read_text("utf-8")
    names: dict[str, str] = json.loads(text)
    return names
