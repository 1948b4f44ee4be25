"""Take over what files beside a notebook list, as far as the notebook needs it."""

from __future__ import annotations

import re

from nbenv.adopt import special_cases
from nbenv.adopt.code.scripts import needed_by_scripts
from nbenv.adopt.findings import RANK_OF_CODE, Findings, is_exact
from nbenv.adopt.scan import Scan

__all__ = ["add_beside"]

_TOOLS = {
    "ipykernel", "jupyter", "jupyterlab", "jupyter-nbenv", "nb-conda", "nb-conda-kernels",
    "notebook", "pip", "setuptools", "wheel", "conda", "voila", "nbgrader", "jupyter-book",
    "black", "jupytext", "nbconvert", "jupyter-core", "jupyter-client", "jupyter-console",
    "nbstripout", "ruff", "isort", "coverage", "codespell", "tox", "nox", "twine", "build",
    "furo", "numpydoc", "scanpydoc", "pdoc", "autopep8", "yapf", "pyright", "hatch", "hatchling",
    "setuptools-scm", "versioneer", "bump2version", "ghp-import", "nbdime", "nbval", "nbmake",
    "rise", "jupyter-contrib-nbextensions", "jupyter-nbextensions-configurator",
}  # fmt: skip
"""Tools for servers and development: a kernel's environment needs them only if imported."""
_TOOL = re.compile(
    r"(sphinx|sphinx(contrib|ext)?-.+|.+-sphinx(-.+)?|nbsphinx.*|myst-.+|mkdocs.*|pytest(-.+)?|"
    r"flake8.*|pylint.*|mypy.*|pre-commit.*|types-.+|.+-stubs|nbqa.*|jupyterlab-.+)"
)
"""The names of whole families of such tools, with their plugins."""
_INSIDE = frozenset({
    "asttokens", "backcall", "bleach", "certifi", "cffi", "charset-normalizer", "cycler",
    "decorator", "defusedxml", "entrypoints", "executing", "fonttools", "idna", "iniconfig", "jedi",
    "kiwisolver", "markupsafe", "matplotlib-inline", "mistune", "nest-asyncio", "pandocfilters",
    "parso", "pexpect", "pickleshare", "prompt-toolkit", "ptyprocess", "pure-eval", "pycparser",
    "pyparsing", "pyrsistent", "pyzmq", "soupsieve", "stack-data", "threadpoolctl", "traitlets",
    "urllib3", "wcwidth", "webencodings", "zipp",
})  # fmt: skip
"""Packages that come with others, and that hardly anybody asks for."""
_MANY = 10
"""So many of them are in no list that somebody wrote."""
_SEVERAL = 4
"""Of fewer packages, those that are not used say little about what the list is for."""


def add_beside(scan: Scan, beside: Findings, *, alone: bool) -> None:
    """Add what files beside the notebook declare; of files for others too, only what it imports.

    Of a list for it alone, what other code around it imports, and it does not, is left out as well.

    Parameters
    ----------
    scan
        The notebook's cells; its findings are completed.
    beside
        The findings of those files.
    alone
        Whether they are about this notebook alone.
    """
    findings, needed = scan.findings, scan.findings.names()
    imported = {each.name for each in findings.requirements if each.source.rank == RANK_OF_CODE}
    recorded = any(each.source.rank == 0 for each in findings.requirements)
    unused = {each.name for each in beside.requirements} - needed
    # Where the notebook itself needs nothing, the list is all that is known.
    is_broad = _lists_dependencies(beside) or (bool(needed) and _is_for_more(beside, unused))
    mine = alone and not recorded and not is_broad
    others = needed_by_scripts(scan.local.folders[0], scan.visited) if mine and unused else set()
    for each in beside.requirements:
        is_tool = each.name not in imported and _is_tool(each.name)
        is_gone = each.name in special_cases.PYTHON_2_PACKAGES and each.name not in imported
        is_unused = each.name in unused and (not mine or each.name in others)
        if is_tool or is_gone or is_unused:
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
    if mine:
        findings.editable += beside.editable


def _lists_dependencies(beside: Findings) -> bool:
    """Return whether files list all that an environment had, and no version that is needed.

    Such a list has packages of one system, of conda alone, and of servers. With exact versions it
    is a lock of what the author had, and counts in full.
    """
    names = beside.names() & _INSIDE
    return len(names) >= _MANY and not any(is_exact(x.requirement) for x in beside.requirements)


def _is_for_more(beside: Findings, unused: set[str]) -> bool:
    """Return whether half of a list is not used here: it is for other code, or for a course.

    What the notebook needs without an import is found by itself. A lock counts in full.
    """
    if any(is_exact(each.requirement) for each in beside.requirements):
        return False
    named = {each.name for each in beside.requirements if each.name and not _is_tool(each.name)}
    return len(named) >= _SEVERAL and 2 * len(named & unused) >= len(named)


def _is_tool(name: str) -> bool:
    return name in _TOOLS or _TOOL.fullmatch(name) is not None
