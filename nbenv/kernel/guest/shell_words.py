"""The words of magics and of shell commands, and the routing of pip commands to nbenv."""

from __future__ import annotations

import os
import re
import shlex
import sys

# What separates the commands of a shell line, unless it is quoted.
_PARTS = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*'|\\.)|(&&|\|\||[;|&\n])""", re.DOTALL)


def split(line):
    """Split a magic's line into words, as a shell would, without its comment."""
    words = []
    try:
        found = shlex.split(line, posix=os.name == "posix")
    except ValueError:  # an unclosed quote: the command rejects the word that it is part of
        found = line.split()
    for word in found:
        if word.startswith("#"):
            break
        words.append(word)
    return words


def route(command, hosted, target):
    """Return a shell command with its pip commands run by nbenv, all else unchanged.

    `hosted` are the words that run nbenv, and `target` the options that name the notebook.
    """
    parts, start = [], 0
    for found in _PARTS.finditer(command):
        if found.group(2):
            parts += [_routed(command[start : found.start()], hosted, target), found.group(2)]
            start = found.end()
    return "".join([*parts, _routed(command[start:], hosted, target)])


def _routed(part, hosted, target):
    own = "|".join(re.escape(each) for each in (sys.executable, shlex.quote(sys.executable)))
    pattern = (
        rf"(\s*)(?:pip3?(?:\.\d+)?|uv\s+pip|(?:python[\d.]*|{own}|\"(?:{own})\")\s+-m\s+pip)"
        r"(?=\s|$)"
    )
    found = re.match(pattern, part)
    if not found:
        return part
    words = [*hosted, "pip", *target, "--"]
    return found.group(1) + " ".join(map(shlex.quote, words)) + part[found.end() :]
