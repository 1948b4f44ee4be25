"""Turn what uv prints when it fails into one error of nbenv's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.urls import without_credentials
from nbenv.errors import BuildRefusedError, HashError, InstallerError
from nbenv.installer.failures.build_log import built, explain_build, explain_build_needs
from nbenv.installer.failures.no_index import closed_index, explain_no_index, turned_off
from nbenv.installer.failures.no_solution import explain_no_solution, unknown_name
from nbenv.installer.failures.projects import PROJECT_FILE, explain_project_file
from nbenv.installer.failures.sources import (
    explain_git,
    explain_hidden_address,
    explain_no_project,
)

__all__ = ["explain_failure"]


@dataclass(frozen=True)
class _Said:
    """The words of uv: the reason, and what it fetched last; and the projects it looked at."""

    lines: tuple[str, ...]
    fetched: tuple[str, ...] = ()
    projects: tuple[Path, ...] = ()

    @property
    def text(self) -> str:
        """The reason as one text."""
        return "\n".join(self.lines)


_Explain = Callable[[_Said], InstallerError]


def explain_failure(lines: Sequence[str], projects: Sequence[Path] = ()) -> InstallerError:
    """Return the error that fits the lines of uv's standard error.

    uv has one exit status for most failures and no output for programs, so its words are all there
    is. An unknown failure becomes a plain `InstallerError` with those words. `projects` are the
    local projects that uv was to look at: it does not always name them.
    """
    start = next((n for n, line in enumerate(lines) if line.startswith("error:")), 0)
    shown = [without_credentials(line) for line in lines[start:] or ["uv printed no reason"]]
    fetched = [without_credentials(line) for line in lines[:start] if "Updating " in line][-1:]
    said = _Said(tuple(shown), tuple(fetched), tuple(projects))
    for pattern, explain in _CAUSES:
        if pattern.search(said.text):
            return explain(said)
    return InstallerError(f"{_headline(shown)}.", _indented(shown[1:]), "Nothing was changed.")


# -- the known causes


def _full_disk(said: _Said) -> InstallerError:
    error = InstallerError(
        "There is no space left on the disk.",
        _indented(said.lines),
        "Free some disk space (nbenv prune removes unused environments), then try again; the "
        "notebook is unchanged.",
    )
    error.is_passing = True
    return error


def _wrong_hash(said: _Said) -> InstallerError:
    return HashError(
        "A downloaded file is not the one that the notebook's lock names.",
        _indented(said.lines),
        "Nothing was installed. The index serves another file under this name: ask the person who "
        "shared the notebook, or resolve again with nbenv upgrade.",
    )


def _refused_build(said: _Said) -> InstallerError:
    if _OF_BUILD.search(said.text):
        return explain_build_needs(said.lines)
    names = list(dict.fromkeys(_REFUSED.findall(said.text)))
    error = BuildRefusedError(
        f"None of the locked files of {', '.join(names) or 'a package'} can be installed here "
        "without a build.",
        "A build runs the package's code, and the notebook's lock does not allow one.",
        "Nothing was changed. To lock files that can be installed here: nbenv upgrade NOTEBOOK "
        f"{' '.join(names)} (in a cell: %nbenv upgrade {' '.join(names)}).",
    )
    error.names = tuple(names)
    return error


def _conflict(said: _Said) -> InstallerError:
    error = explain_no_solution(said.text)
    if error.unknown and _OF_BUILD.search(said.text):
        return unknown_name(error.unknown, f"The build of {built(said.lines, said.projects)}")
    return error


def _git(said: _Said) -> InstallerError:
    return explain_git([*said.lines, *said.fetched])


def _no_project(said: _Said) -> InstallerError:
    return explain_no_project([*said.lines, *said.fetched])


def _broken_project(said: _Said) -> InstallerError:
    return explain_project_file(said.lines, said.projects)


def _address_behind_package(said: _Said) -> InstallerError:
    return explain_hidden_address(said.text)


def _failed_build(said: _Said) -> InstallerError:
    return explain_build(said.lines, said.projects)


def _broken_index(said: _Said) -> InstallerError:
    return explain_no_index(said.text)


def _closed_index(said: _Said) -> InstallerError:
    return closed_index(said.text)


def _turned_off(said: _Said) -> InstallerError:
    return turned_off()


_OF_BUILD = re.compile(r"Failed to (?:resolve|install) requirements from ")
_REFUSED = re.compile(
    r"(?<=building from source is disabled for `)[^`]+"
    r"|(?<=Wheels are required for `)[^`]+(?=` because building from source is disabled)"
)
_CAUSES: tuple[tuple[re.Pattern[str], _Explain], ...] = (
    (re.compile(r"os error (28|122)"), _full_disk),  # ENOSPC, EDQUOT
    (
        re.compile(r"Git operation failed|Git executable not found|has no subdirectory `"),
        _git,
    ),
    (re.compile(r"does not appear to be a Python project"), _no_project),
    (PROJECT_FILE, _broken_project),
    (re.compile(r"was included as a URL dependency"), _address_behind_package),
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
