"""Resolve imported modules to packages: local modules first, then the table of import names."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.adopt.findings import (
    RANK_OF_CODE,
    Findings,
    FoundRequirement,
    Source,
    package_name,
    repository_names,
)
from nbenv.adopt.needs.dependencies import brought
from nbenv.adopt.needs.features import FEATURES, add_features, note_models
from nbenv.adopt.projects.installed_projects import add_project, leave_to_projects
from nbenv.adopt.projects.listed_beside import add_beside
from nbenv.adopt.scan import Scan
from nbenv.core.import_names import distribution_of, distributions, is_namespace

__all__ = ["settle"]

_IMPORTS = Source(RANK_OF_CODE, "imports")
_VARIANT = re.compile(
    r"-(nightly|weekly|dev|pre|unstable|gpu|cpu|cuda\w*|cu\d+|rocm\w*|binary|headless|fork|ce|ng|"
    r"reloaded|maintained|fixed|patched)"
)
"""What follows a package's name in the names of its other builds and of its forks."""
_HOSTED = {
    "google.colab": "Colab", "kaggle_datasets": "Kaggle", "kaggle_secrets": "Kaggle",
    "kaggle_web_client": "Kaggle", "mssparkutils": "Synapse", "notebookutils": "Fabric",
}  # fmt: skip
"""Modules that no index has → the service whose notebooks have them."""


def settle(scan: Scan, beside: Findings, python: str, *, alone: bool) -> None:
    """Turn what was scanned into requirements; modules that nothing explains become unknown.

    Parameters
    ----------
    scan
        The notebook's cells; its findings are completed.
    beside
        The findings of files beside the notebook.
    python
        The Python, as ``"3.11"``, whose standard library counts.
    alone
        Whether those files are about this notebook alone.
    """
    findings = scan.findings
    declared = findings.names() | beside.names()
    for module, where in _imported(scan.imports):
        _resolve_module(scan, module, where, python, declared)
    for name, why in scan.needed:
        present = declared & special_cases.alternatives(name)
        findings.add(min(present, default=name), FEATURES, why)
        if name == "cython" and special_cases.standard("distutils", python) is not True:
            findings.add("setuptools", FEATURES, "Cython builds with it")
    add_beside(scan, beside, alone=alone)
    for name, (companion, why) in special_cases.COMPANIONS.items():
        if name in findings.names():
            findings.add(companion, FEATURES, why)
    _take_what_comes(findings)
    _add_optional(scan, python)
    add_features(scan)
    _leave_to_repositories(findings)
    leave_to_projects(scan)
    note_models(scan)


def _imported(imports: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Return the modules in order; names in a ``from`` import, maybe no modules, come last."""
    return sorted(imports.items(), key=lambda each: (each[0].count("."), each[0]))


def _resolve_module(
    scan: Scan, module: str, where: list[str], python: str, declared: set[str]
) -> None:
    findings, top = scan.findings, module.partition(".")[0]
    if scan.local.has(module):
        add_project(scan, module)
        return
    own = special_cases.standard(module, python)
    if own is True:
        return
    if isinstance(own, str):
        _add_imported(findings, own, module, where)
        return
    for prefix, service in _HOSTED.items():
        if module == prefix or module.startswith(f"{prefix}."):
            findings.note(f"{prefix} exists only on {service}.")
            return
    found = (
        _declared_for(top, module, declared)
        or _meant_by_names(top, scan)
        or distribution_of(module)
        or _named_in_comment(scan, top)
    )
    if found:
        _add_imported(findings, found, module, where)
    elif scan.local.may_have(module):
        return
    elif top in special_cases.PYTHON_2:
        findings.note(
            f"{top} is a Python 2 module; this notebook was probably written for Python 2"
        )
    elif not _is_part_of_known(module, scan):
        findings.unknown.setdefault(_unknown_part(module), where)


def _unknown_part(module: str) -> str:
    """Return the top module, or the part of a namespace, that no package is known for."""
    if distribution_of(module.partition(".")[0]) is not None:
        return module
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(1, len(parts)))
    return next((name for name in names if not is_namespace(name)), module)


def _add_imported(findings: Findings, name: str, module: str, where: list[str]) -> None:
    top = module.partition(".")[0]
    for place in where:
        findings.add(name, _IMPORTS, place, top)


def _is_part_of_known(module: str, scan: Scan) -> bool:
    """Return whether a longer import explains it: ``google.cloud`` by ``google.cloud.storage``."""
    parts = [each for each in scan.imports if each.startswith(f"{module}.")]
    if any(distribution_of(each) for each in parts) or (parts and is_namespace(module)):
        return True
    above = module.rpartition(".")[0]
    return bool(above and not is_namespace(above)) and (
        above in scan.imports or above in scan.findings.unknown
    )


def _declared_for(top: str, module: str, declared: set[str]) -> str | None:
    """Return the declared one of several packages that provide a module.

    A package that is named after a namespace has one part of it: azureml-rag not ``azureml.core``.
    """
    also = set(special_cases.ALSO.get(top, "").split()) & declared
    if also:
        return min(also)
    own = str(canonicalize_name(top))
    if known := distribution_of(top):
        variants = {name for name in declared if _VARIANT.fullmatch(name.removeprefix(known))}
        return min((name for name in variants if name.startswith(known)), default=None)
    if own in declared:
        return own
    if is_namespace(top) and distribution_of(module):
        return None
    return min((name for name in declared if _is_named_after(name, own)), default=None)


def _meant_by_names(top: str, scan: Scan) -> str | None:
    """Return the one of several packages that alone has the names imported from a module."""
    package, names = special_cases.BY_NAME.get(top, ("", set()))
    return package if any(f"{top}.{name}" in scan.imports for name in names) else None


def _is_named_after(name: str, module: str) -> bool:
    """Return whether a package that the table does not know has a module's name in its own.

    That may be the singular: ``htrc-feature-reader`` has the module ``htrc_features``.
    """
    affixed = name.startswith((f"{module}-", f"{module.removesuffix('s')}-"))
    affixed = affixed or name.endswith(f"-{module}")
    affixed = affixed or name in (f"py{module}", f"{module}py")
    return affixed and name not in distributions()


def _take_what_comes(findings: Findings) -> None:
    """Leave out an imported package where another one brings an alternative to it.

    Two packages that provide the same module overwrite each other's files. One with "headless" in
    its name has less.
    """
    asked = [each.requirement for each in findings.settled()]
    come = brought(asked)
    for module, names in special_cases.ALSO.items():
        alike = {name for name in names.split() if "headless" not in name}
        if come.isdisjoint(alike):
            continue
        # A package may bring its own alternative: mlflow depends on mlflow-skinny.
        others = brought(text for text in asked if package_name(text) not in alike) & alike
        findings.requirements = [
            each
            for each in findings.requirements
            if each.module != module
            or each.source.rank < _IMPORTS.rank
            or not others - {each.name}
            or each.name in others
        ]


def _leave_to_repositories(findings: Findings) -> None:
    """Leave out an imported package that a URL without a name installs, by its repository's name.

    Both would be installed, one over the other, and the resolver may find no version for both. The
    same is true for one that another line installs in any version.
    """
    urls = [each.requirement for each in findings.requirements if not each.name]
    names = {name for url in urls for name in repository_names(url)}
    findings.requirements = [
        each
        for each in findings.requirements
        if not names & {each.name, canonicalize_name(each.module or each.name)}
        or (each.source.rank < _IMPORTS.rank and each.requirement != each.name)
    ]
    for module in list(findings.unknown):
        own = str(canonicalize_name(module.partition(".")[0]))
        if own in names or any(_is_named_after(name, own) for name in names):
            del findings.unknown[module]


def _named_in_comment(scan: Scan, top: str) -> str | None:
    """Return the package of the module's name that a commented-out line installs."""
    own = str(canonicalize_name(top))
    for install in scan.commented:
        for text in install.requirements:
            if package_name(text) == own:
                return own
    return None


def _add_optional(scan: Scan, python: str) -> None:
    findings, known = scan.findings, scan.findings.names()
    for module, where in scan.optional.items():
        if scan.local.has(module) or special_cases.standard(module, python) is True:
            continue
        name = distribution_of(module)
        if name and name not in known and name not in {each.name for each in findings.optional}:
            findings.optional.append(FoundRequirement(name, _IMPORTS, tuple(where), module))
