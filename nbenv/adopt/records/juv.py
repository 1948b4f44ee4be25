"""juv: a PEP 723 block in the first cell that has one, and a ``uv.lock`` in the metadata.

https://github.com/manzt/juv
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from nbenv.adopt.findings import Findings, Source, package_name
from nbenv.adopt.json_values import as_list, as_mapping, as_texts, python_in
from nbenv.adopt.notebook_reader import ReadNotebook

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read", "script_block"]

_BLOCK = re.compile(r"(?m)^# /// script\s*$\s(?P<content>(?:^#(?: .*)?$\s?)+?)^# ///\s*$")


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add the block's requirements, sources and indexes, and the lock's versions."""
    cell = next((each for each in notebook.cells if _BLOCK.search(each.source)), None)
    if cell is None:
        return
    source = Source(0, f"the PEP 723 block in {cell.name}")
    try:
        script = script_block(cell.source)
    except ValueError as error:
        findings.note(f"The PEP 723 block in {cell.name} is broken: {error}.")
        return
    _add_script(script, findings, source)
    _add_lock(notebook.metadata.get("uv.lock"), findings)


def script_block(text: str) -> dict[str, object]:
    """Return the TOML of the first block of inline script metadata (PEP 723).

    https://packaging.python.org/en/latest/specifications/inline-script-metadata/

    Raises
    ------
    ValueError
        The block is not valid TOML.
    """
    found = _BLOCK.search(text)
    lines = found["content"].splitlines() if found else []
    return tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))


def _add_script(script: dict[str, object], findings: Findings, source: Source) -> None:
    tool = as_mapping(as_mapping(script.get("tool")).get("uv"))
    sources = as_mapping(tool.get("sources"))
    for text in as_texts(script.get("dependencies")):
        name = package_name(text)
        if name == "marimo":  # names itself in its files; Jupyter does not need it
            continue
        place = next((v for k, v in sources.items() if package_name(k) == name), None)
        findings.add(_with_place(text, as_mapping(place)), source)
    for index in as_list(tool.get("index")):
        if url := str(as_mapping(index).get("url", "")):
            findings.add_index(url, str(as_mapping(index).get("name") or ""), source)
    findings.suggest_python(python_in(script.get("requires-python")), source.name)
    if day := str(tool.get("exclude-newer") or "")[:10]:
        findings.as_of, findings.as_of_reason = day, f"{source.name} resolves as of {day}"
        findings.as_of_recorded = True


def _with_place(text: str, place: Mapping[str, object]) -> str:
    """Return a requirement with where uv takes it from (``tool.uv.sources``) as a URL."""
    if git := place.get("git"):
        revision = next((place[key] for key in ("rev", "tag", "branch") if key in place), "")
        return f"{text} @ git+{git}" + (f"@{revision}" if revision else "")
    if url := place.get("url") or place.get("path"):
        return f"{text} @ {url}"
    return text


def _add_lock(text: object, findings: Findings) -> None:
    """Add the versions in a ``uv.lock`` for what is asked for.

    https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
    """
    if not isinstance(text, str):
        return
    try:
        packages = as_list(tomllib.loads(text).get("package"))
    except ValueError:
        findings.note("The uv.lock in the metadata is not valid TOML; its versions are not used.")
        return
    source = Source(0, "uv.lock in the metadata")
    asked = findings.names()
    for package in map(as_mapping, packages):
        name, version = str(package.get("name", "")), package.get("version")
        if name in asked and version and "registry" in as_mapping(package.get("source")):
            findings.add_pin(f"{name}=={version}", source)
