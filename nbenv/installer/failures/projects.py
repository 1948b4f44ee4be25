"""Say what is wrong with a Python project that somebody wants to install."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nbenv.errors import BuildError
from nbenv.installer.uv_config import tomllib

__all__ = ["PROJECT_FILE", "explain_project_file", "local_project"]

PROJECT_FILE = re.compile(
    r"\A(?!(?s:.*)uv\.toml)(?s:.*?)cause: TOML parse error at line (?P<line>\d+), "
    r"column (?P<column>\d+)|pyproject\.toml`: stream did not contain valid UTF-8"
)
"""The words of uv about a ``pyproject.toml`` that it cannot use."""
_QUOTED = re.compile(r"^\s*(?:cause: )?\d+ \| (.*)$")
_POINTER = re.compile(r"^\s*\|\s*\^+\s*$")
_REMOTE = re.compile(r"Failed to (?:download and )?build `([^`]+)`")
_UNCHANGED = "nothing was changed."


def explain_project_file(lines: Sequence[str], projects: Sequence[Path]) -> BuildError:
    """Return the error for a ``pyproject.toml`` that uv cannot use.

    Parameters
    ----------
    lines
        The words of uv.
    projects
        The local projects that uv was to look at; it does not say which one it means.
    """
    text = "\n".join(lines)
    named = _REMOTE.search(text)
    remote = named[1] if named and " @ file:" not in named[1] else ""
    project = None if remote else _meant(lines, projects)
    place = f"of {remote}" if remote else f"in {project}" if project else "of a local project"
    where = PROJECT_FILE.search(text)
    if where is None or where["line"] is None:
        why = "It is not in UTF-8, as TOML files have to be."
    else:
        why = f"Line {where['line']}, column {where['column']}: {_reason(lines)}."
    todo = "Correct the file" if not remote else "Ask whoever publishes it, or name another version"
    return BuildError(
        f"The pyproject.toml {place} cannot be used.", why, f"{todo}, then try again; {_UNCHANGED}"
    )


def _meant(lines: Sequence[str], projects: Sequence[Path]) -> Path | None:
    """Return the project whose file has the line that uv quotes, or that cannot be read at all."""
    if len(projects) == 1:
        return projects[0]
    named = re.search(r"`([^`]+)[/\\]pyproject\.toml`", "\n".join(lines))
    if named:
        return Path(named[1])
    quoted = next((found[1].strip() for line in lines if (found := _QUOTED.match(line))), "")
    having = [each for each in projects if quoted and quoted in _lines_of(each / "pyproject.toml")]
    broken = [each for each in having if _is_broken(each / "pyproject.toml")]
    return next(iter([*broken, *having]), None)


def _lines_of(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return []


def _is_broken(path: Path) -> bool:
    try:
        tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return True
    return False


def _reason(lines: Sequence[str]) -> str:
    """Return what uv says below the line that it quotes."""
    pointer = next((number for number, line in enumerate(lines) if _POINTER.match(line)), None)
    if pointer is None:
        return "it does not follow the specification"
    below = [line.strip() for line in lines[pointer + 1 :]]
    end = next((n for n, line in enumerate(below) if line.startswith(("hint:", "cause:"))), None)
    reason = " ".join(below[:end]).strip().rstrip(".")
    missing = re.search(r"the required `([\w.]+)` field is not|missing field `(\w+)`", reason)
    if missing:
        return f"it does not say {missing[1] or missing[2]}, which is required"
    return reason or "it does not follow the specification"


def local_project(text: str, projects: Sequence[Path]) -> str:
    """Return the folder of the local project whose build failed, "" for other packages."""
    found = re.search(r"`[^`]+ @ file://([^`#]+)`", text)
    if found:
        return found[1]
    is_named = re.search(r"Failed to (?:download and )?build `", text)
    return str(projects[0]) if len(projects) == 1 and not is_named else ""
