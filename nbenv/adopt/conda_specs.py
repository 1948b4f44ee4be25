"""Conda's package names and versions, translated to those of Python package indexes.

Environment files: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
Match specifications: https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
"""

from __future__ import annotations

import re

import yaml
from packaging.utils import canonicalize_name

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.install_commands import pip_install
from nbenv.adopt.json_values import python_in
from nbenv.adopt.system.system_packages import of_conda
from nbenv.core.import_names import distributions
from nbenv.core.typed.suggestions import confused_with

__all__ = ["add_match_spec", "read_environment"]

_NAMES = {
    "pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "opencv": "opencv-python",
    "py-opencv": "opencv-python", "matplotlib-base": "matplotlib", "tensorflow-gpu": "tensorflow",
    "tensorflow-base": "tensorflow", "pytables": "tables", "msgpack-python": "msgpack",
    "python-graphviz": "graphviz", "pyqt": "pyqt5", "dask-core": "dask", "seaborn-base": "seaborn",
    "python-igraph": "igraph", "r-irkernel": "", "ipython_genutils": "ipython-genutils",
    "beautifulsoup4": "beautifulsoup4", "faiss-cpu": "faiss-cpu", "py-xgboost": "xgboost",
    "xgboost-gpu": "xgboost", "fastai": "fastai", "python-louvain": "python-louvain",
    "geopandas-base": "geopandas", "gdal": "gdal", "basemap": "basemap", "wordcloud": "wordcloud",
    "astropy-base": "astropy", "jupyter-dash": "jupyter-dash", "jax-cpu": "jax", "scikit-learn":
    "scikit-learn", "lightgbm": "lightgbm", "ta-lib": "ta-lib", "prophet": "prophet",
    "poppler": "", "tesseract": "", "ffmpeg": "", "graphviz": "", "git": "", "python-dateutil":
    "python-dateutil", "pymc-base": "pymc", "arviz-base": "arviz", "polars-lts-cpu": "polars",
    "pystan": "pystan", "transformers": "transformers", "rdkit": "rdkit", "openssl": "",
    "cudatoolkit": "", "cudnn": "", "cython": "cython", "pyside2": "pyside2",
    "blas": "", "mkl": "", "nodejs": "", "make": "", "sqlite": "", "proj": "", "geos": "",
}  # fmt: skip
"""Conda's name → the index's; empty for what is no Python package."""
_ENTRY = re.compile(r"^([\w.-]+)\s*(.*)$")


def read_environment(text: str, source: Source, findings: Findings) -> None:
    """Add the dependencies in the text of an ``environment.yml``, those for pip unchanged."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        findings.note(f"{source.name} is not valid YAML ({str(error).splitlines()[0]}).")
        return
    entries = document.get("dependencies") if isinstance(document, dict) else None
    if isinstance(document, dict) and (variables := document.get("variables")):
        names = ", ".join(map(str, variables)) if isinstance(variables, (dict, list)) else "some"
        findings.note(f"{source.name} sets variables, which nbenv does not: {names}")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, str):
            add_match_spec(entry, source, findings)
        elif isinstance(entry, dict):
            _add_pip_section([str(line) for line in entry.get("pip") or ()], source, findings)


def _add_pip_section(lines: list[str], source: Source, findings: Findings) -> None:
    """Add requirements; a line may also be an option, as in pip's requirements files."""
    for line in lines:
        if line.startswith("-"):
            option = pip_install(line.split())
            findings.editable += option.editable
            for url in option.indexes:
                findings.add_index(url, source=source)
            for url in option.main_index:
                findings.add_main_index(url, source)
        else:
            findings.add(line, source)


def add_match_spec(text: str, source: Source, findings: Findings) -> None:
    """Add one of conda's match specifications, such as ``numpy=1.21=py38h_0``."""
    found = _ENTRY.match(text.rpartition("::")[2].strip())
    if not found:
        return
    name, version = found[1].lower(), _specifier(found[2])
    if name == "python":
        findings.suggest_python(python_in(found[2]), source.name)
        return
    known = _NAMES.get(name, canonicalize_name(name))
    if known and (name in _NAMES or known in distributions()):
        findings.add(known + version, source)
    elif system := of_conda(name):
        findings.add_system([system], source.name)
    elif confused_with(found[1]):  # the name of a module, by mistake
        findings.add(found[1] + version, source)
    else:
        findings.conda_only.setdefault(source.name, []).append(name)


def _specifier(text: str) -> str:
    """Return the version of a match specification as a version specifier (PEP 440)."""
    text = text.strip().strip("[]'\"")
    if not text:
        return ""
    pinned = re.match(r"^(==?)\s*v?(\d[\w.]*)(\.\*)?(=\S+)?$", text)
    if pinned:
        exact = pinned[1] == "==" or bool(pinned[4])
        return f"=={pinned[2]}" if exact else f"=={pinned[2]}.*"
    spaced = re.match(r"^(\d[\w.]*)(\s+\S+)?$", text)
    if spaced:
        return f"=={spaced[1]}"
    parts = [part.strip() for part in text.split(",")]
    good = [part for part in parts if re.match(r"^(>=|<=|>|<|!=|~=|==)\s*\d[\w.]*(\.\*)?$", part)]
    return ",".join(good)
