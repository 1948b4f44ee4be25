"""Turn what uv prints when it fails into one error of nbenv's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nbenv.core.urls import without_credentials
from nbenv.errors import BuildRefusedError, HashError, InstallerError
from nbenv.installer.failures.build_log import explain_build
from nbenv.installer.failures.no_index import closed_index, explain_no_index, turned_off
from nbenv.installer.failures.no_solution import explain_no_solution
from nbenv.installer.failures.sources import explain_git, explain_no_project

__all__ = ["explain_failure"]

_Explain = Callable[[Sequence[str]], InstallerError]


def explain_failure(lines: Sequence[str]) -> InstallerError:
    """Return the error that fits the lines of uv's standard error.

    uv has one exit status for most failures and no output for programs, so its words are all there
    is. An unknown failure becomes a plain `InstallerError` with those words.
    """
    start = next((n for n, line in enumerate(lines) if line.startswith("error:")), 0)
    shown = [without_credentials(line) for line in lines[start:] or ["uv printed no reason"]]
    fetched = [without_credentials(line) for line in lines[:start] if "Updating " in line][-1:]
    text = "\n".join(shown)
    for pattern, explain in _CAUSES:
        if pattern.search(text):
            is_source = explain in (explain_git, explain_no_project)
            return explain([*shown, *fetched] if is_source else shown)
    return InstallerError(f"{_headline(shown)}.", _indented(shown[1:]), "Nothing was changed.")


# -- the known causes


def _full_disk(lines: Sequence[str]) -> InstallerError:
    return InstallerError(
        "There is no space left on the disk.",
        _indented(lines),
        "Free some disk space (nbenv prune removes unused environments), then try again; the "
        "notebook is unchanged.",
    )


def _wrong_hash(lines: Sequence[str]) -> InstallerError:
    return HashError(
        "A downloaded file is not the one that the notebook's lock names.",
        _indented(lines),
        "Nothing was installed. The index serves another file under this name: ask the person who "
        "shared the notebook, or resolve again with nbenv upgrade.",
    )


def _refused_build(lines: Sequence[str]) -> InstallerError:
    names = _REFUSED.findall("\n".join(lines))
    error = BuildRefusedError(
        f"None of the locked files of {', '.join(names) or 'a package'} can be installed here "
        "without a build.",
        "A build runs the package's code, and the notebook's lock does not allow one.",
        "Nothing was changed. To lock files that can be installed here: nbenv upgrade NOTEBOOK "
        f"{' '.join(names)} (in a cell: %nbenv upgrade {' '.join(names)}).",
    )
    error.names = tuple(names)
    return error


def _conflict(lines: Sequence[str]) -> InstallerError:
    return explain_no_solution("\n".join(lines))


def _failed_build(lines: Sequence[str]) -> InstallerError:
    return explain_build(lines)


def _broken_index(lines: Sequence[str]) -> InstallerError:
    return explain_no_index("\n".join(lines))


def _closed_index(lines: Sequence[str]) -> InstallerError:
    return closed_index("\n".join(lines))


def _turned_off(lines: Sequence[str]) -> InstallerError:
    return turned_off()


_REFUSED = re.compile(r"building from source is disabled for `([^`]+)`")
_CAUSES: tuple[tuple[re.Pattern[str], _Explain], ...] = (
    (re.compile(r"os error (28|122)"), _full_disk),  # ENOSPC, EDQUOT
    (
        re.compile(r"Git operation failed|Git executable not found|has no subdirectory `"),
        explain_git,
    ),
    (re.compile(r"does not appear to be a Python project"), explain_no_project),
    (re.compile(r"Hash mismatch"), _wrong_hash),
    (re.compile(r"building from source is disabled for"), _refused_build),
    (
        re.compile(r"lack of valid authentication credentials|returned a 403 Forbidden"),
        _closed_index,
    ),
    (re.compile(r"index lookups were disabled"), _turned_off),
    (re.compile(r"No solution found|not found in the package registry"), _conflict),
    (re.compile(r"(?i:build backend)|Failed to build"), _failed_build),
    (
        re.compile(
            r"error sending request|HTTP status|Failed to fetch|Failed to download|`Content-Type`"
            r"|unexpected (?:JSON|HTML) from|Failed to read `--find-links`"
        ),
        _broken_index,
    ),
)
"""Patterns, tried in this order: what a failed build prints may mention a failed download."""


# -- the words


def _headline(lines: Sequence[str]) -> str:
    return lines[0].removeprefix("error:").strip().rstrip(".")


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)
