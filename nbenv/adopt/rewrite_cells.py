"""Rewrite install lines in cells as ``%nbenv`` lines."""

from __future__ import annotations

import re
import shlex

from nbenv.adopt.conda_specs import add_match_spec
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.install_commands import Install, installs

__all__ = ["rewritten"]

_LINE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>[!%]{1,2}[ \t]*)?"
    r"(?P<command>(?:\{?sys\.executable\}?|\S*python[\d.]*)?(?:[ \t]*-m[ \t]+)?"
    r"(?:pip[\d.]*|uv[ \t]+pip|conda|mamba)[ \t]+install\b(?:[^\n\\]|\\\n|\\.)*)$",
    re.MULTILINE,
)
_CHAINED = re.compile(r"&&|\|\||;|\|")


def rewritten(source: str) -> str:
    """Return a cell's source with its install lines as ``%nbenv install``; other lines stay."""
    if source.lstrip().startswith("%%"):
        return source
    return _LINE.sub(_rewritten_line, source)


def _rewritten_line(line: re.Match[str]) -> str:
    command = line["command"]
    found = list(installs(command))
    parts = len(_CHAINED.findall(re.sub(r"([\"']).*?\1", "", command))) + 1
    if len(found) != parts or not found:
        return line[0]
    texts = [_arguments(each) for each in found]
    if any(text is None for text in texts):
        return line[0]
    return "\n".join(f"{line['indent']}%nbenv install {text}" for text in texts)


def _arguments(install: Install) -> str | None:
    """Return the arguments of ``%nbenv install``; None where it has none for this command."""
    if install.links or install.constraints or install.main_index:
        return None
    names = install.requirements
    if install.conda:
        findings = Findings()
        for text in names:
            add_match_spec(text, Source(1, "a cell"), findings)
        names = [each.requirement for each in findings.requirements]
    words = [shlex.quote(text) for text in names]
    for option, values in (("-r", install.files), ("-e", install.editable)):
        words += [f"{option} {shlex.quote(value)}" for value in values]
    indexes = Findings()
    for url in install.indexes:
        indexes.add_index(url)
    words += [f"--index {name}={url}" for name, url in indexes.indexes.items()]
    return " ".join(words) or None
