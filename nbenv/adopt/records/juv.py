"""juv: a PEP 723 block in the first cell that has one, and a ``uv.lock`` in the metadata."""

from __future__ import annotations

import re
import sys

from nbenv.adopt.findings import Findings, FoundRequirement, Source, distribution
from nbenv.adopt.json_values import as_list, as_mapping, as_texts, minor
from nbenv.adopt.notebook_reader import ReadNotebook

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read", "script_block"]

_BLOCK = re.compile(r"(?m)^# /// script\s*$\s(?P<content>(?:^#(?: .*)?$\s?)+?)^# ///\s*$")


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Take the block's requirements, sources and indexes, and the lock's versions."""
    cell = next((each for each in notebook.cells if _BLOCK.search(each.source)), None)
    if cell is None:
        return
    source = Source(0, f"the PEP 723 block in {cell.name}")
    try:
        script = script_block(cell.source)
    except ValueError as error:
        findings.note(f"The PEP 723 block in {cell.name} is broken: {error}.")
        return
    _take(script, findings, source)
    _take_lock(notebook.metadata.get("uv.lock"), findings)


def script_block(text: str) -> dict[str, object]:
    """Return the TOML of the first PEP 723 block; raise `ValueError` when it is none."""
    found = _BLOCK.search(text)
    lines = found["content"].splitlines() if found else []
    return tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))


def _take(script: dict[str, object], findings: Findings, source: Source) -> None:
    tool = as_mapping(as_mapping(script.get("tool")).get("uv"))
    sources = as_mapping(tool.get("sources"))
    for text in as_texts(script.get("dependencies")):
        name = distribution(text)
        if name == "marimo":
            continue
        place = next((v for k, v in sources.items() if distribution(k) == name), None)
        findings.want(_located(text, as_mapping(place)), source)
    for index in as_list(tool.get("index")):
        if url := str(as_mapping(index).get("url", "")):
            findings.indexes.setdefault(str(as_mapping(index).get("name") or "index"), url)
    findings.python = minor(script.get("requires-python"))
    findings.python_source = source.name
    if day := str(tool.get("exclude-newer") or "")[:10]:
        findings.as_of, findings.as_of_reason = day, f"{source.name} resolves as of {day}"


def _located(text: str, place: object) -> str:
    where = as_mapping(place)
    if git := where.get("git"):
        revision = next((where[k] for k in ("rev", "tag", "branch") if k in where), "")
        return f"{text} @ git+{git}" + (f"@{revision}" if revision else "")
    if url := where.get("url") or where.get("path"):
        return f"{text} @ {url}"
    return text


def _take_lock(text: object, findings: Findings) -> None:
    """Take the versions of a ``uv.lock`` (https://docs.astral.sh/uv/) for what is asked for."""
    if not isinstance(text, str):
        return
    try:
        packages = as_list(tomllib.loads(text).get("package"))
    except ValueError:
        findings.note("The uv.lock in the metadata is not TOML; its versions are not used.")
        return
    source = Source(0, "uv.lock in the metadata")
    asked = findings.names()
    for package in map(as_mapping, packages):
        name, version = str(package.get("name", "")), package.get("version")
        if name in asked and version and "registry" in as_mapping(package.get("source")):
            findings.pins[name] = FoundRequirement(f"{name}=={version}", source)
