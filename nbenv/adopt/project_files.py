"""Files beside a notebook that declare what it needs.

requirements.txt: https://pip.pypa.io/en/stable/reference/requirements-file-format/
pyproject.toml: PEP 621; pylock.toml: PEP 751; binder: https://repo2docker.readthedocs.io
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from nbenv.adopt.conda_specs import read_environment
from nbenv.adopt.findings import Findings, Source, package_name
from nbenv.adopt.json_values import as_list, as_mapping, as_texts, python_in
from nbenv.adopt.pipfile import read_pipfile
from nbenv.core.typed.requirements_file import Line, decode, logical_lines, parse_line
from nbenv.errors import RequirementError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read_beside", "read_requirements", "read_requirements_text"]

_FOLDERS = (".", "binder", ".binder")
_DEEPEST = 5
"""Files that include each other must end somewhere."""


def read_beside(folder: Path, findings: Findings) -> None:
    """Add the requirements of the files in a notebook's folder, or in its ``binder`` folder."""
    for inner in _FOLDERS:
        for name, read in _READERS.items():
            path = folder / inner / name
            if path.is_file():
                shown = name if inner == "." else f"{inner}/{name}"
                try:
                    read(path, Source(2, shown), findings)
                except (OSError, ValueError) as error:
                    findings.note(f"{shown} cannot be read: {str(error).splitlines()[0]}.")


def read_requirements(path: Path, source: Source, findings: Findings, depth: int = 0) -> None:
    """Add a requirements file, and those that it includes with ``-r``."""
    read_requirements_text(decode(path.read_bytes()), source, findings, path.parent, depth)


def read_requirements_text(
    text: str, source: Source, findings: Findings, folder: Path, depth: int = 0
) -> None:
    """Add the lines of a requirements file whose paths are relative to `folder`.

    It may be a stranger's: no variable is expanded, nothing is fetched, and what cannot be followed
    is left out.
    """
    for number, logical in logical_lines(text):
        try:
            line = parse_line(logical, f"{source.name}, line {number}")
        except RequirementError:
            plain = re.sub(r"(^|\s)-.*$", "", logical)
            line = Line("", "", plain)
        if line.requirement:
            findings.add(line.requirement, source)
        findings.editable += line.values("--editable")
        for url in line.values("--extra-index-url"):
            findings.add_index(url, source=source)
        for url in line.values("--index-url"):
            findings.add_main_index(url, source)
        for other in line.values("--requirement"):
            if depth < _DEEPEST and (folder / other).is_file():
                read_requirements(folder / other, source, findings, depth + 1)


def _parse_toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8-sig"))


def _read_pyproject(path: Path, source: Source, findings: Findings) -> None:
    """Add ``[project]`` (PEP 621), uv's indexes, and Poetry's own table.

    https://python-poetry.org/docs/dependency-specification/
    """
    document = _parse_toml(path)
    project = as_mapping(document.get("project"))
    for text in as_texts(project.get("dependencies")):
        findings.add(text, source)
    tool = as_mapping(document.get("tool"))
    for index in map(as_mapping, as_list(as_mapping(tool.get("uv")).get("index"))):
        if url := str(index.get("url", "")):
            findings.add_index(url, str(index.get("name") or ""), source)
    poetry = as_mapping(as_mapping(tool.get("poetry")).get("dependencies"))
    for name, value in poetry.items():
        if name != "python":
            findings.add(_poetry_requirement(name, value), source)
    _suggest_exact_python(project.get("requires-python") or poetry.get("python"), source, findings)


def _poetry_requirement(name: str, value: object) -> str:
    version = str(value if isinstance(value, str) else as_mapping(value).get("version", "*"))
    caret = re.match(r"^([~^]?)(\d+)(\.\d+)?(.*)$", version)
    if not caret:
        return name if version == "*" else f"{name}{version}"
    if caret[1] == "^":
        above = f"<{int(caret[2]) + 1}" if caret[2] != "0" else ""
        return f"{name}>={version[1:]}" + (f",{above}" if above else "")
    return f"{name}{'~=' if caret[1] == '~' and caret[3] else '=='}{version.lstrip('~')}"


def _read_pylock(path: Path, source: Source, findings: Findings) -> None:
    """Add the versions of a lock (PEP 751) as pins only: it lists dependencies too."""
    document = _parse_toml(path)
    for package in map(as_mapping, as_list(document.get("packages"))):
        name, version = str(package.get("name", "")), package.get("version")
        if version and package_name(name) not in findings.pins:
            findings.add_pin(f"{name}=={version}", source)
    _suggest_exact_python(document.get("requires-python"), source, findings)


def _read_environment_file(path: Path, source: Source, findings: Findings) -> None:
    read_environment(path.read_text(encoding="utf-8-sig"), source, findings)


def _read_pipfile_toml(path: Path, source: Source, findings: Findings) -> None:
    read_pipfile(_parse_toml(path), source, findings)


def _read_python_version(path: Path, source: Source, findings: Findings) -> None:
    _suggest_exact_python(path.read_text(encoding="utf-8-sig"), source, findings)


def _suggest_exact_python(value: object, source: Source, findings: Findings) -> None:
    """Take a Python version, but not a lower bound: projects rarely use their oldest one."""
    is_bound = re.match(r"\s*>=?", str(value or ""))
    findings.suggest_python(None if is_bound else python_in(value), source.name)


_READERS: dict[str, Callable[[Path, Source, Findings], None]] = {
    "requirements.txt": read_requirements,
    "pyproject.toml": _read_pyproject,
    "pylock.toml": _read_pylock,
    "environment.yml": _read_environment_file,
    "environment.yaml": _read_environment_file,
    "Pipfile": _read_pipfile_toml,
    "runtime.txt": _read_python_version,
    ".python-version": _read_python_version,
}
