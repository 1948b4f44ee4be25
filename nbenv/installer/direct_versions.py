"""Check the versions of what comes from folders, files and addresses against what else is asked.

uv takes a package from its source whatever version the other requirements of that name, and the
constraints, allow: https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement

from nbenv.core.requirements import may_apply, parse, text_of
from nbenv.core.spec import Spec
from nbenv.core.urls import without_credentials
from nbenv.errors import RequirementError
from nbenv.installer.uv_config import tomllib

__all__ = ["check_direct_versions", "versions_in"]


def versions_in(lock: Path) -> dict[str, str]:
    """Return the versions of the packages in a ``uv.lock`` that come from no index.

    A project that finds out its version when it is built has none there.
    """
    if not lock.exists():
        return {}
    packages = tomllib.loads(lock.read_text(encoding="utf-8")).get("package", [])
    return {
        each["name"]: each["version"]
        for each in packages
        if "version" in each and "registry" not in each.get("source", {})
    }


def check_direct_versions(spec: Spec, versions: Mapping[str, str]) -> None:
    """Refuse a record that asks for a version of what has another one at the address it names.

    Parameters
    ----------
    spec
        The record.
    versions
        The versions that are at the addresses; names without one are passed over.

    Raises
    ------
    RequirementError
        One is not allowed; the message names both requirements.
    """
    asked = [parse(text) for text in spec.requirements]
    limits = [*asked, *map(parse, spec.constraints)]
    for direct in (each for each in asked if each.url and each.name in versions):
        version = versions[direct.name]
        for limit in (each for each in limits if each.name == direct.name):
            if _are_together(direct, limit, spec.python) and not limit.specifier.contains(
                version, prereleases=True
            ):
                source = without_credentials(text_of(direct))
                raise RequirementError(
                    f"{source} and {text_of(limit)} exclude each other.",
                    f"{without_credentials(direct.url or '')} is {direct.name} {version}.",
                    "Nothing was changed. Leave one of them out.",
                )


def _are_together(direct: Requirement, limit: Requirement, python: str) -> bool:
    """Return whether both may count in one environment."""
    markers = {str(each.marker) for each in (direct, limit) if each.marker}
    return len(markers) < 2 and may_apply(limit, python)
