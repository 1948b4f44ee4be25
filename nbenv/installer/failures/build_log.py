"""Say why the build of a package failed, by the lines of its log that tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nbenv.core.typed.suggestions import meant_by
from nbenv.errors import BuildError
from nbenv.installer.failures.no_solution import install_it
from nbenv.installer.failures.projects import local_project
from nbenv.installer.failures.system_libraries import Missing, find_missing_library

__all__ = ["built", "explain_build", "explain_build_needs"]

_LINES = 8
"""Lines of the log that are shown below the reason."""
_NAME = re.compile(
    r"Failed to (?:download and )?build `([^`@\s=]+)|prepare metadata[^`]*`([^`@\s=]+)"
)
_FRAME = re.compile(r"^\s*(?:File \"|[\^~]+\s*$|Traceback \()")
_COMMAND = re.compile(r"^\s*\[(?:stdout|stderr)\]\s*$|^\s*cause: ")
_BUILT = re.compile(r"Failed to (?:download and )?build `([^`]+)`")
_WITHOUT_WHEEL = re.compile(r"because ([\w.-]+)(?:\{[^}]*\})?(\S+)? has no usable wheels", re.I)
_MODULE = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?")
_CORRECT = "Add {module} to build-system.requires in its pyproject.toml, then try again;"
_OTHER_VERSION = (
    "There is no wheel of it for this Python. Try another version of the package, or another "
    "Python;"
)
_UNCHANGED = "nothing was changed."
_KINDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"fatal error: ['\"]?(?P<what>[\w./+-]+\.h(?:pp)?)['\"]?(?::| file)"),
        "It needs the C header {what}, which is not on this machine.",
        "Install the system package that has it (on Debian and Ubuntu its name ends with -dev), or "
        "ask for a version that has wheels;",
    ),
    (
        re.compile(
            r"command '?(?P<what>[\w./+-]*(?:gcc|cc|clang|g\+\+|c\+\+|cl\.exe|gfortran))'? failed: "
            r"No such file|(?:error|RuntimeError): [Uu]nable to find (?P<b>a? ?compiler)"
            r"|(?P<c>Microsoft Visual C\+\+ [\d.]+ or greater is required)"
            r"|Unknown compiler\(s\)|CMAKE_(?:C|CXX)_COMPILER not set"
            r"|error: [Ll]inker `(?P<d>[^`]+)` not found"
        ),
        "It needs a compiler, which is not on this machine.",
        "Install one (Debian, Ubuntu: build-essential; macOS: xcode-select --install), or ask for "
        "a version that has wheels;",
    ),
    (
        re.compile(
            r"(?P<what>cargo|rustc|cmake|ninja|meson|swig|pkg-config|pg_config|mysql_config"
            r"|nc-config|gdal-config|llvm-config)\b[^\n]*"
            r"(?:not found|No such file|is not installed|not be found|cannot be found|required)"
            r"|Can not find Rust compiler(?P<rust>)",
            re.IGNORECASE,
        ),
        "It needs the program {what}, which is not on this machine.",
        "Install it, or ask for a version that has wheels;",
    ),
    (
        re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<what>[\w.]+)'?"),
        "It needs the module {what} to be built, and does not say so itself.",
        "nbenv builds in a clean environment, so installing {what} first does not help. Ask for a "
        "version that has wheels, or take a wheel from its project's releases by its address: "
        "NAME @ https://…/FILE.whl;",
    ),
)


def explain_build(lines: Sequence[str], projects: Sequence[Path] = ()) -> BuildError:
    """Return the error for what uv printed about a build that failed.

    `projects` are the local projects that uv was to look at.
    """
    text = "\n".join(lines)
    found = _NAME.search(text)
    name = next(filter(None, found.groups()), "") if found else ""
    log = _end_of_log(lines)
    project = local_project(text, projects)
    why, todo = _reason(text)
    if project:
        todo = _CORRECT.format(module=found[1]) if (found := _MODULE.search(text)) else todo
        todo = "Correct the project, then try again;" if todo == _OTHER_VERSION else todo
    meant = meant_by(name) if _is_misnamed(text) else ()
    if meant:
        why = (
            f"{name} on the index is a deprecated name, or another project than you may think, and "
            f"cannot be built. Did you mean {meant[0]}?"
        )
        error = BuildError(_headline(lines), why, f"{install_it(meant[0])}; {_UNCHANGED}")
        error.corrections = [(name, meant[:1])]
        return error
    headline = f"The project in {project} cannot be built." if project else _headline(lines)
    error = BuildError(headline, "\n".join(filter(None, [why, log])), f"{todo} {_UNCHANGED}")
    error.names = (name,) if name and not project else ()
    return error


def explain_build_needs(lines: Sequence[str]) -> BuildError:
    """Return the error for a build that needs packages which cannot be installed for it."""
    text = "\n".join(lines)
    package = built(lines)
    name = package.split()[0]
    needed = _WITHOUT_WHEEL.search(text)
    needs = f"{needed[1]}{needed[2] or ''}" if needed else "packages"
    error = BuildError(
        f"{package} cannot be built for this Python.",
        f"It has no wheel for it, and building it needs {needs}, which has none either: the two "
        "are older than this Python.",
        f"Ask for a newer version of {name}, or move the notebook to an older Python with nbenv "
        f"python X.Y; {_UNCHANGED}",
    )
    error.names = (name,)
    return error


def built(lines: Sequence[str], projects: Sequence[Path] = ()) -> str:
    """Return the package, or the folder of the local project, whose build failed."""
    text = "\n".join(lines)
    if project := local_project(text, projects):
        return project
    found = _BUILT.search(text)
    return found[1].replace("==", " ") if found else "a package"


def _is_misnamed(text: str) -> bool:
    """Return whether a package's build, or uv, says that another one is meant."""
    return bool(re.search(r"is often confused for|\bdeprecated, use\b", text))


def _headline(lines: Sequence[str]) -> str:
    return f"{lines[0].removeprefix('error:').strip().rstrip('.')}."


def _reason(text: str) -> tuple[str, str]:
    if missing := find_missing_library(text):
        return _missing(missing)
    for pattern, why, todo in _KINDS:
        found = pattern.search(text)
        if found:
            what = found.groupdict().get("what") or "cargo (Rust)"
            return why.format(what=what), todo.format(what=what)
    return "", _OTHER_VERSION


def _missing(missing: Missing) -> tuple[str, str]:
    named = "" if missing.found.lower() == missing.name.lower() else f" ({missing.found})"
    return (
        f"It needs {missing.name}{named}, which is not on this machine.",
        f"Install it ({missing.hint}), or ask for a version that has wheels;",
    )


def _end_of_log(lines: Sequence[str]) -> str:
    """Return the last lines that tell something: no frames of a traceback, no hints of uv's."""
    hint = next((n for n, line in enumerate(lines) if line.strip().startswith("hint:")), None)
    body = [line for line in lines[1:hint] if line.strip() and not _COMMAND.search(line)]
    kept = _without_frames(body)
    hidden = len(body) - len(kept[-_LINES:])
    above = [f"… ({hidden} more lines above)"] if hidden > 0 else []
    return "\n".join(f"  {line.strip()}" for line in [*above, *kept[-_LINES:]])


def _without_frames(body: Sequence[str]) -> list[str]:
    kept, frame = [], None
    for line in body:
        is_frame = bool(_FRAME.match(line))
        # The line below a frame quotes its source; of code in a string there is none.
        is_quoted = frame is not None and _indentation(line) > _indentation(frame)
        if not is_frame and not is_quoted:
            kept.append(line)
        frame = line if is_frame and "File" in line else None
    return kept


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
