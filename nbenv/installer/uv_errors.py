"""What uv says when it fails, as one error of ours."""

from __future__ import annotations

import re

from nbenv.core.requirements import without_credentials
from nbenv.errors import (
    BuildError,
    BuildRefusedError,
    HashError,
    IndexAccessError,
    InstallerError,
    ResolutionError,
)

__all__ = ["PROJECT", "explained"]

PROJECT = "nbenv-notebook"
"""The name of the throw-away project that stands for a notebook."""
_BUILD_LOG_LINES = 20


def explained(lines: list[str]) -> InstallerError:
    """Turn what uv said into one error of ours."""
    start = next((n for n, line in enumerate(lines) if line.startswith("error:")), 0)
    told = [without_credentials(line) for line in lines[start:] or ["uv said nothing"]]
    text = "\n".join(told)
    headline = told[0].removeprefix("error:").strip().rstrip(".")
    if "os error 28" in text or "os error 122" in text:  # ENOSPC, EDQUOT
        return InstallerError(
            "There is no room left on the disk.",
            _indented(told),
            "Make room (nbenv prune removes unused environments), then try again; the notebook "
            "is as it was.",
        )
    if "Hash mismatch" in text:
        return HashError(
            "A downloaded file is not the one that the notebook's lock names.",
            _indented(told),
            "Nothing was installed. The index serves another file under this name: "
            "ask who shared the notebook, or resolve anew with nbenv upgrade.",
        )
    if "building from source is disabled for" in text:
        names = re.findall(r"building from source is disabled for `([^`]+)`", text)
        return BuildRefusedError(
            f"None of the locked files of {', '.join(names) or 'a distribution'} can be installed "
            "here without building it.",
            "Building runs its code, and the notebook's lock does not say that it is built.",
            "Nothing was changed. To lock what this machine can have: nbenv upgrade NOTEBOOK "
            f"{' '.join(names)} (in a cell: %nbenv upgrade {' '.join(names)}).",
        )
    if "No solution found" in text or "not found in the package registry" in text:
        return ResolutionError(
            "These requirements cannot be met together.",
            _reason(told),
            "Loosen or correct one of them; nothing was changed.",
        )
    if "build backend" in text.lower() or "Failed to build" in text:
        return BuildError(
            f"{headline}.",
            _end_of_log(told),
            "There is no wheel of it for this Python. Try another version of it or of Python; "
            "nothing was changed.",
        )
    if re.search(r"error sending request|HTTP status|Failed to fetch|Failed to download", text):
        return IndexAccessError(
            "An index of distributions cannot be used.",
            _indented(told),
            "Check the network and the index, then try again; nothing was changed, "
            "and what is downloaded already is kept.",
        )
    return InstallerError(f"{headline}.", _indented(told[1:]), "Nothing was changed.")


def _reason(lines: list[str]) -> str:
    text = " ".join(line.strip() for line in lines)
    text = text.partition("cause:")[2].strip() or text
    text = text.replace(f"{PROJECT}==0", "this notebook").replace(PROJECT, "this notebook")
    return text.replace("your project", "this notebook").replace("your requirements", "they")


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _end_of_log(lines: list[str]) -> str:
    hint = next((n for n, line in enumerate(lines) if line.strip().startswith("hint:")), None)
    body = lines[1:hint]  # uv's hints are about its own projects
    hidden = len(body) - _BUILD_LOG_LINES
    shown = body[-_BUILD_LOG_LINES:]
    return _indented(([f"… ({hidden} lines before)"] if hidden > 0 else []) + shown)
