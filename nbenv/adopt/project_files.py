"""Files beside a notebook that say what it needs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from nbenv.adopt.conda_specs import read_environment
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.install_commands import pip_install
from nbenv.adopt.json_values import as_list, as_mapping, as_texts, minor
from nbenv.adopt.records.jupyterlab_requirements import read_pipfile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read_beside", "read_requirements"]

_FOLDERS = (".", "binder", ".binder")


def read_beside(folder: Path, findings: Findings) -> None:
    """Take what the files in a notebook's folder, or in its ``binder`` folder, ask for."""
    for inner in _FOLDERS:
        for name, read in _FILES.items():
            path = folder / inner / name
            if path.is_file():
                shown = name if inner == "." else f"{inner}/{name}"
                try:
                    read(path, Source(2, shown), findings)
                except (OSError, ValueError) as error:
                    findings.note(f"{shown} cannot be read: {str(error).splitlines()[0]}.")


def read_requirements(path: Path, source: Source, findings: Findings, depth: int = 0) -> None:
    """Take a requirements file, and those that it names (pip's format)."""
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\\\n", " ")
    requirements_text(text, source, findings, path.parent, depth)


def requirements_text(
    text: str, source: Source, findings: Findings, folder: Path, depth: int = 0
) -> None:
    """Take the lines of a requirements file; what they name is relative to `folder`."""
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if line.startswith("-"):
            option = pip_install(re.sub(r"^(-\w)(?=\S)", r"\1 ", line).split())
            findings.editable += option.editable
            for url in [*option.indexes, *option.main_index]:
                findings.index(url)
            for other in option.files:
                if depth < 5 and (folder / other).is_file():
                    read_requirements(folder / other, source, findings, depth + 1)
        elif line:
            findings.want(re.sub(r"\s+--(hash|config-settings?)[= ].*$", "", line), source)


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8-sig"))


def _pyproject(path: Path, source: Source, findings: Findings) -> None:
    """Take ``[project]`` (PEP 621), uv's groups and indexes, and Poetry's own table."""
    document = _toml(path)
    project = as_mapping(document.get("project"))
    for text in as_texts(project.get("dependencies")):
        findings.want(text, source)
    tool = as_mapping(document.get("tool"))
    for index in map(as_mapping, as_list(as_mapping(tool.get("uv")).get("index"))):
        if url := str(index.get("url", "")):
            findings.indexes.setdefault(str(index.get("name") or "index"), url)
    poetry = as_mapping(as_mapping(tool.get("poetry")).get("dependencies"))
    for name, value in poetry.items():
        if name != "python":
            findings.want(_poetry(name, value), source)
    _take_python(project.get("requires-python") or poetry.get("python"), source, findings)


def _poetry(name: str, value: object) -> str:
    version = str(value if isinstance(value, str) else as_mapping(value).get("version", "*"))
    caret = re.match(r"^([~^]?)(\d+)(\.\d+)?(.*)$", version)
    if not caret:
        return name if version == "*" else f"{name}{version}"
    if caret[1] == "^":
        above = f"<{int(caret[2]) + 1}" if caret[2] != "0" else ""
        return f"{name}>={version[1:]}" + (f",{above}" if above else "")
    return f"{name}{'~=' if caret[1] == '~' and caret[3] else '=='}{version.lstrip('~')}"


def _pylock(path: Path, source: Source, findings: Findings) -> None:
    """Take the versions of a PEP 751 lock; it lists dependencies too, so it only pins."""
    from nbenv.adopt.findings import FoundRequirement, distribution

    document = _toml(path)
    for package in map(as_mapping, as_list(document.get("packages"))):
        name, version = str(package.get("name", "")), package.get("version")
        if name and version:
            findings.pins.setdefault(
                distribution(name), FoundRequirement(f"{name}=={version}", source)
            )
    _take_python(document.get("requires-python"), source, findings)


def _environment(path: Path, source: Source, findings: Findings) -> None:
    read_environment(path.read_text(encoding="utf-8-sig"), source, findings)


def _pipfile(path: Path, source: Source, findings: Findings) -> None:
    read_pipfile(_toml(path), source, findings)


def _runtime(path: Path, source: Source, findings: Findings) -> None:
    _take_python(path.read_text(encoding="utf-8-sig"), source, findings)


def _take_python(value: object, source: Source, findings: Findings) -> None:
    python = minor(value) if not re.match(r"\s*>=?", str(value or "")) else None
    if python and not findings.python:
        findings.python, findings.python_source = python, source.name


_FILES: dict[str, Callable[[Path, Source, Findings], None]] = {
    "requirements.txt": read_requirements,
    "pyproject.toml": _pyproject,
    "pylock.toml": _pylock,
    "environment.yml": _environment,
    "environment.yaml": _environment,
    "Pipfile": _pipfile,
    "runtime.txt": _runtime,
    ".python-version": _runtime,
}
