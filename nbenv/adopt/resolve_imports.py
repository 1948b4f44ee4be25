"""Resolve imported modules to packages: local modules first, then the table of import names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.adopt.findings import Findings, FoundRequirement, Source, package_name
from nbenv.adopt.needs.arguments import argument_needs
from nbenv.adopt.needs.rules import ImpliedNeed, Surroundings, call_needs, import_needs
from nbenv.adopt.needs.rules import settled as settled_needs
from nbenv.adopt.scan import Scan
from nbenv.core.import_names import distribution_of, distributions

__all__ = ["settle"]

_IMPORTS = Source(3, "imports")
_FEATURES = Source(3, "features that the code uses")
_TOOLS = {
    "ipykernel", "jupyter", "jupyterlab", "jupyter-nbenv", "nb-conda", "nb-conda-kernels",
    "notebook", "pip", "setuptools", "wheel", "conda", "voila", "nbgrader", "jupyter-book",
    "pre-commit", "black", "flake8", "pylint", "pytest", "jupytext", "nbconvert", "jupyter-core",
    "jupyter-client", "jupyter-console", "nbstripout", "sphinx", "ruff", "mypy", "isort",
}  # fmt: skip
"""Tools for servers and development: a kernel's environment needs them only if imported."""
_COLAB = ("google.colab", "google.colab.patches")


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
        present = {each for each in declared if _are_alternatives(name, each)}
        findings.add(min(present, default=name), _FEATURES, why)
        if name == "cython" and special_cases.standard("distutils", python) is not True:
            findings.add("setuptools", _FEATURES, "Cython builds with it")
    _add_beside(findings, beside, alone=alone)
    for name, (companion, why) in special_cases.COMPANIONS.items():
        if name in findings.names():
            findings.add(companion, _FEATURES, why)
    _add_optional(scan, python)
    _add_features(scan)
    scan.note_models()


def _imported(imports: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Return the modules in order; names in a ``from`` import, maybe no modules, come last."""
    return sorted(imports.items(), key=lambda each: (each[0].count("."), each[0]))


def _resolve_module(
    scan: Scan, module: str, where: list[str], python: str, declared: set[str]
) -> None:
    findings, top = scan.findings, module.partition(".")[0]
    if scan.local.has(module):
        return
    own = special_cases.standard(module, python)
    if own is True:
        return
    if isinstance(own, str):
        _add_imported(findings, own, module, where)
        return
    if module.startswith(_COLAB):
        findings.note("google.colab exists only on Colab.")
        return
    found = _declared_for(top, declared) or distribution_of(module) or _named_in_comment(scan, top)
    if found:
        _add_imported(findings, found, module, where)
    elif scan.local.may_have(module):
        return
    elif top in special_cases.PYTHON_2:
        findings.note(
            f"{top} is a Python 2 module; this notebook was probably written for Python 2"
        )
    elif not _is_part_of_known(module, scan):
        findings.unknown.setdefault(top if distribution_of(top) is None else module, where)


def _add_imported(findings: Findings, name: str, module: str, where: list[str]) -> None:
    top = module.partition(".")[0]
    marker = ' ; sys_platform == "win32"' if name in special_cases.WINDOWS_ONLY else ""
    for place in where:
        findings.add(name + marker, _IMPORTS, place, top)


def _is_part_of_known(module: str, scan: Scan) -> bool:
    """Return whether a longer import explains it: ``google.cloud`` by ``google.cloud.storage``."""
    parts = (each for each in scan.imports if each.startswith(f"{module}."))
    if any(distribution_of(each) for each in parts):
        return True
    above = module.rpartition(".")[0]
    return bool(above) and (above in scan.imports or above in scan.findings.unknown)


def _declared_for(top: str, declared: set[str]) -> str | None:
    """Return the declared one of several packages that provide a module."""
    also = set(special_cases.ALSO.get(top, "").split()) & declared
    if also:
        return min(also)
    own = str(canonicalize_name(top))
    if distribution_of(top) is not None:
        return None
    if own in declared:
        return own
    return min((name for name in declared if _is_named_after(name, own)), default=None)


def _is_named_after(name: str, module: str) -> bool:
    """Return whether a package that the table does not know has a module's name in its own."""
    affixed = name.startswith(f"{module}-") or name.endswith(f"-{module}")
    affixed = affixed or name in (f"py{module}", f"{module}py")
    return affixed and name not in distributions()


def _are_alternatives(name: str, other: str) -> bool:
    """Return whether two packages provide the same module."""
    return any(
        name in each.split() and other in each.split() for each in special_cases.ALSO.values()
    )


def _named_in_comment(scan: Scan, top: str) -> str | None:
    """Return the package of the module's name that a commented-out line installs."""
    own = str(canonicalize_name(top))
    for install in scan.commented:
        for text in install.requirements:
            if package_name(text) == own:
                return own
    return None


def _add_beside(findings: Findings, beside: Findings, *, alone: bool) -> None:
    """Add what files beside the notebook declare; of files for several, only what it imports."""
    needed = findings.names()
    imported = {each.name for each in findings.requirements if each.source.rank == _IMPORTS.rank}
    recorded = any(each.source.rank == 0 for each in findings.requirements)
    for each in beside.requirements:
        is_tool = each.name in _TOOLS and each.name not in imported
        is_gone = each.name in special_cases.PYTHON_2_PACKAGES and each.name not in imported
        if is_tool or is_gone or (each.name not in needed and (recorded or not alone)):
            findings.left_out.append(each)
        else:
            findings.requirements.append(each)
    for name, pin in beside.pins.items():
        findings.pins.setdefault(name, pin)
    if any(each in findings.requirements for each in beside.requirements):
        for name, url in beside.indexes.items():
            findings.add_index(url, name)
            sources = beside.index_sources.get(url, set())
            findings.index_sources.setdefault(url, set()).update(sources)
        findings.main_indexes |= beside.main_indexes
    findings.notes += [note for note in beside.notes if note not in findings.notes]
    if alone and not recorded:
        findings.editable += beside.editable


def _add_optional(scan: Scan, python: str) -> None:
    findings, known = scan.findings, scan.findings.names()
    for module, where in scan.optional.items():
        if scan.local.has(module) or special_cases.standard(module, python) is True:
            continue
        name = distribution_of(module)
        if name and name not in known and name not in {each.name for each in findings.optional}:
            findings.optional.append(FoundRequirement(name, _IMPORTS, tuple(where), module))


def _add_features(scan: Scan) -> None:
    """Add what imports and calls need besides, and offer what calls may need."""
    findings = scan.findings
    present = [each.requirement for each in findings.settled()]
    named = findings.names()
    for choice, need in settled_needs(_needs(scan), present):
        found = FoundRequirement(choice, _FEATURES, (need.why,))
        if need.offered:
            findings.offered.append(found)
        else:
            findings.add(choice, _FEATURES, need.why)
            findings.speculative |= {package_name(choice)} - named


def _needs(scan: Scan) -> Iterator[ImpliedNeed]:
    around = _surroundings(scan)
    for module in sorted(around.imported):
        yield from import_needs(module)
    for name, text in around.texts.items():
        if name == "os.environ['KERAS_BACKEND']" or name.endswith(".plotting.backend"):
            yield ImpliedNeed((text,), name)
    for facts, where in scan.code:
        for call in (*facts.calls, *facts.properties):
            for need in (*call_needs(call, around), *argument_needs(call, around)):
                yield replace(need, why=f"{need.why}, {where}")


def _surroundings(scan: Scan) -> Surroundings:
    texts = {name: text for facts, _ in scan.code for name, text in facts.texts.items()}
    aliases = {name: module for facts, _ in scan.code for name, module in facts.aliases.items()}
    imported = {module for module in scan.imports if not scan.local.has(module)}
    imported |= {module for module in aliases.values() if module.endswith(".*")}
    imported |= {"plotting_backend"} if _has_plotting_backend(scan, texts) else set()
    return Surroundings(aliases, frozenset(imported), texts)


def _has_plotting_backend(scan: Scan, texts: dict[str, str]) -> bool:
    """Return whether pandas is told to draw by another package than matplotlib."""
    calls = (call for facts, _ in scan.code for call in facts.calls)
    return any(name.endswith("plotting.backend") for name in texts) or any(
        "plotting.backend" in call.texts for call in calls
    )
