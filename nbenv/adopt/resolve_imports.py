"""From modules to distributions: local ones win, then the table; anything else is unknown."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.adopt.findings import Findings, FoundRequirement, Source, distribution
from nbenv.adopt.scan import Scan
from nbenv.core.import_names import distribution_of

__all__ = ["settle"]

_IMPORTS = Source(3, "imports")
_NEEDED = Source(3, "what it uses")
_SERVERS = {
    "ipykernel", "jupyter", "jupyterlab", "jupyter-nbenv", "nb-conda", "nb-conda-kernels",
    "notebook", "pip", "setuptools", "wheel", "conda", "voila", "nbgrader", "jupyter-book",
    "pre-commit", "black", "flake8", "pylint", "pytest", "jupytext", "nbconvert", "jupyter-core",
    "jupyter-client", "jupyter-console", "nbstripout", "sphinx", "ruff", "mypy", "isort",
}  # fmt: skip
"""What belongs to a server or a workshop, not into the kernel's environment, unless imported."""
_COLAB = ("google.colab", "google.colab.patches")


def settle(scan: Scan, beside: Findings, python: str, alone: bool) -> None:
    """Turn what was gathered into wishes, and what nothing explains into unknown modules."""
    findings = scan.findings
    declared = findings.names() | beside.names()
    for module, where in _imported(scan.imports):
        _settle_one(scan, module, where, python, declared)
    for name, why in scan.needed:
        present = {each for each in declared if _provides(name, each)}
        findings.want(min(present, default=name), _NEEDED, why)
    _take_beside(findings, beside, alone)
    for name, (companion, why) in special_cases.COMPANIONS.items():
        if name in findings.names():
            findings.want(companion, _NEEDED, why)
    _optional(scan, python)
    _offers(scan)
    scan.models()


def _imported(imports: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Return the modules to explain; what a ``from`` import may only take as a name comes last."""
    return sorted(imports.items(), key=lambda each: (each[0].count("."), each[0]))


def _settle_one(scan: Scan, module: str, where: list[str], python: str, declared: set[str]) -> None:
    findings, top = scan.findings, module.partition(".")[0]
    if scan.local.has(module):
        return
    own = special_cases.standard(module, python)
    if own is True:
        return
    if isinstance(own, str):
        _want(findings, own, module, where)
        return
    if module.startswith(_COLAB):
        findings.note("google.colab is only on Colab.")
        return
    found = _among(top, declared) or distribution_of(module) or _hinted(scan, top)
    if found:
        _want(findings, found, module, where)
        for start, (needed, why) in special_cases.NEEDS.items():
            if (module == start or module.startswith(f"{start}.")) and needed:
                _need(findings, needed, why or f"import {start}")
    elif scan.local.may_have(module):
        return
    elif top in special_cases.PYTHON_2:
        findings.note(f"{top} is a module of Python 2, which this notebook was written for")
    elif not _is_part_of_known(module, scan):
        findings.unknown.setdefault(top if distribution_of(top) is None else module, where)


def _want(findings: Findings, name: str, module: str, where: list[str]) -> None:
    top = module.partition(".")[0]
    marker = ' ; sys_platform == "win32"' if name in special_cases.WINDOWS_ONLY else ""
    for place in where:
        findings.want(name + marker, _IMPORTS, place, top)


def _need(findings: Findings, needed: str, why: str) -> None:
    name = distribution(needed)
    if name == "tensorflow" and {"torch", "jax"} & findings.names():
        return
    findings.want(needed, _NEEDED, why)


def _is_part_of_known(module: str, scan: Scan) -> bool:
    """Whether a longer import explains this one: ``google.cloud`` by ``google.cloud.storage``."""
    parts = (each for each in scan.imports if each.startswith(f"{module}."))
    if any(distribution_of(each) for each in parts):
        return True
    above = module.rpartition(".")[0]
    return bool(above) and (above in scan.imports or above in scan.findings.unknown)


def _among(top: str, declared: set[str]) -> str | None:
    """Return the declared one of several distributions that provide a module."""
    also = set(special_cases.ALSO.get(top, "").split()) & declared
    if also:
        return min(also)
    own = str(canonicalize_name(top))
    return own if own in declared and distribution_of(top) is None else None


def _provides(name: str, other: str) -> bool:
    return any(
        name in each.split() and other in each.split() for each in special_cases.ALSO.values()
    )


def _hinted(scan: Scan, top: str) -> str | None:
    """Return the distribution that a commented-out line names just as the module is named."""
    own = str(canonicalize_name(top))
    for install in scan.hinted:
        for text in install.requirements:
            if distribution(text) == own:
                return own
    return None


def _take_beside(findings: Findings, beside: Findings, alone: bool) -> None:
    """Take files beside the notebook: all if they are for this one, else what it imports."""
    needed = findings.names()
    imported = {each.name for each in findings.wanted if each.source.rank == _IMPORTS.rank}
    recorded = any(each.source.rank == 0 for each in findings.wanted)
    for each in beside.wanted:
        server = each.name in _SERVERS and each.name not in imported
        if server or (each.name not in needed and (recorded or not alone)):
            findings.left_out.append(each)
        else:
            findings.wanted.append(each)
    for name, pin in beside.pins.items():
        findings.pins.setdefault(name, pin)
    if any(each in findings.wanted for each in beside.wanted):
        for name, url in beside.indexes.items():
            findings.indexes.setdefault(name, url)
    findings.notes += [note for note in beside.notes if note not in findings.notes]
    if alone and not recorded:
        findings.editable += beside.editable


def _optional(scan: Scan, python: str) -> None:
    findings, known = scan.findings, scan.findings.names()
    for module, where in scan.optional.items():
        if scan.local.has(module) or special_cases.standard(module, python) is True:
            continue
        name = distribution_of(module)
        if name and name not in known and name not in {each.name for each in findings.optional}:
            findings.optional.append(FoundRequirement(name, _IMPORTS, tuple(where), module))


def _offers(scan: Scan) -> None:
    findings = scan.findings
    calls = [(call, where) for seen, where in scan.seen for call in seen.calls]
    for call, where in calls:
        for name, why in special_cases.required(call):
            _need(findings, name, f"{why}, {where}")
    known = findings.names()
    for call, where in calls:
        for name, why in special_cases.offers(call, known):
            offered = {each.name for each in findings.offered}
            if name not in known | offered:
                findings.offered.append(FoundRequirement(name, _NEEDED, (f"{why}, {where}",)))
