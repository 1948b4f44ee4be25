"""Rewrite install lines in cells as ``%nbenv`` lines.

One that names another index instead of the default one becomes a ``%pip`` line: ``-i`` is pip's
word for it, and nbenv follows that.
"""

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
    """Return a cell's source with its install lines as nbenv's own; other lines stay."""
    if source.lstrip().startswith("%%"):
        return source
    return _LINE.sub(_rewritten_line, source)


def _rewritten_line(line: re.Match[str]) -> str:
    command = line["command"]
    found = list(installs(command))
    parts = len(_CHAINED.findall(re.sub(r"([\"']).*?\1", "", command))) + 1
    if len(found) != parts or not found:
        return line[0]
    texts = [_magic(each) for each in found]
    if any(text is None for text in texts):
        return line[0]
    return "\n".join(f"{line['indent']}{text}" for text in texts)


def _magic(install: Install) -> str | None:
    """Return the line of a magic; None where nbenv has no words for this command."""
    if install.links or install.constraints or len(install.main_index) > 1:
        return None
    words = _words(install)
    if not install.main_index:
        indexes = Findings()
        for url in install.indexes:
            indexes.add_index(url)
        named = [f"--index {name}={url}" for name, url in indexes.indexes.items()]
        return " ".join(["%nbenv install", *words, *named]) if words else None
    options = [f"-i {shlex.quote(url)}" for url in install.main_index]
    options += [f"--extra-index-url {shlex.quote(url)}" for url in install.indexes]
    return " ".join(["%pip install", *words, *options]) if words else None


def _words(install: Install) -> list[str]:
    """Return what a command installs, as words of a line."""
    names = install.requirements
    if install.conda:
        findings = Findings()
        for text in names:
            add_match_spec(text, Source(1, "a cell"), findings)
        names = [each.requirement for each in findings.requirements]
    words = [shlex.quote(text) for text in names]
    for option, values in (("-r", install.files), ("-e", install.editable)):
        words += [f"{option} {shlex.quote(value)}" for value in values]
    return words
