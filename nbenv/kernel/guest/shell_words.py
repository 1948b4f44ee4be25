"""The words of a magic's line, and whether only a shell can run that line."""

from __future__ import annotations

import os
import re
import shlex

_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*'|\\.)""", re.DOTALL)
_COMMENT = re.compile(r"(?<!\S)#")
_MARKER = r"(?:python_|platform_|sys_platform|os_name|implementation_|extra\b)"
_OPERATOR = re.compile(
    r"\||&&|(?<!\S)&(?!\S)"  # a single & may be part of an address
    rf"|;(?=\s*\S)(?!\s*{_MARKER})"  # or what follows is the marker of a requirement
    r"|[$`]|(?<![^\s=:'\"])~(?=[/\w])"  # variables, commands, homes
    r"|[*?](?=\S*(?:\.whl|\.zip|\.gz))|(?<=/)\*"
)
"""What only a shell understands, in a line without its quoted parts."""
_CONDITION = re.compile(rf";\s*{_MARKER}[^|&;]*")
_REDIRECTION = re.compile(r"[<>](?!=)")
_OF_INSTALL = re.compile(r"(?<!\S)(?:&|\d)?[<>]{1,2}(?!=)(?!\s*\d[\d.*]*(?:\s|,|$))|[<>]&\d")
"""The same of an install, where a version may follow: ``a>2``, ``a > 2``, ``'a' > file``."""
_REQUIREMENT = re.compile(
    r"(?<!\S)[A-Za-z0-9][\w.-]*(?:\[[^\]\s]*\])?(?:[<>=!~]{1,3}[\w.*+!]+,?)+(?=[\s|;&]|$)"
)
"""A requirement with a version, as people write it without quotes."""

_BACKGROUND = re.compile(r"(?<=[^\s&])\s+&\s*$")


def split(line):
    """Split a magic's line into words, as a shell would, without its comment."""
    words = []
    line = line.replace("\u00a0", " ")  # pasted from a web page: shlex takes it for a letter
    try:
        found = shlex.split(line) if os.name == "posix" else _windows_words(line)
    except ValueError:  # an unclosed quote: the command rejects the word that it is part of
        found = line.split()
    for word in found:
        if word.startswith("#"):
            break
        words.append(word)
    if words and words[-1].endswith(";"):  # as IPython's own, which hides the output
        words[-1:] = [words[-1][:-1]] if words[-1] != ";" else []
    return words


def _windows_words(line):
    """Split a line whose backslashes belong to paths; quotes are taken off, of either kind."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    return list(lexer)


def is_for_shell(line):
    """Return whether a line has a pipe, a redirection, or anything else that a shell must do."""
    plain = _QUOTED.sub(_hidden, line)
    comment = _COMMENT.search(plain)
    if comment:
        plain = plain[: comment.start()]
    redirection = _OF_INSTALL if _installs(plain) else _REDIRECTION
    return bool(_OPERATOR.search(plain) or redirection.search(_CONDITION.sub("", plain)))


def _hidden(found):
    """Return a quoted part as nothing in particular, but for what a shell sees in it too."""
    text = found.group(0)
    expands = text.startswith('"') and re.search(r"(?<!\\)[$`]", text)
    return "$" if expands else "'" * len(text)


def _installs(plain):
    return bool({"install", "add"} & set(plain.split()))


def for_shell(line):
    """Return a line with its requirements in quotes: to a shell, ``a>=1`` writes to a file.

    An ``&`` at its end is left out: IPython runs nothing in the background, and refuses it.
    """
    line = _BACKGROUND.sub("", line)
    parts = _QUOTED.split(line)
    if _installs(line):
        parts[::2] = [_REQUIREMENT.sub(_in_quotes, part) for part in parts[::2]]
    return "".join(parts)


def _in_quotes(found):
    if os.name == "posix":
        return shlex.quote(found.group(0))
    return '"{}"'.format(found.group(0))  # the only quotes that cmd.exe knows
