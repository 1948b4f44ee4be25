"""Recognise what people type in the place of a package although it is none: files, Python, options.

An index may have something of that name, which nobody means and anybody may have put there.
"""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from nbenv.core.urls import is_archive, without_credentials
from nbenv.errors import RequirementError

__all__ = ["dash_problem", "problem_of_name"]

_PYTHON = re.compile(
    r"\s*c?python(?P<joined>-?3(?:\.\d+)?)?(?![\w.\[-])\s*"
    r"(?P<rest>(?:[=<>!~@^:(\s]*v?\d.*|[=<>!~@^\s]*)?)",
    re.IGNORECASE,
)
_MINOR = re.compile(r"3\.\d+")
_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)(?!\s*(?:\[[^]]*\])?\s*@)")
_OURS = ("nbenv", "jupyter-nbenv")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""What word processors, chats and keyboards put in the place of ``-`` and ``--``."""
_FILE = re.compile(
    r"(?:.*[/\\])?(?:[^/\\]+\.txt|(?:requirements|constraints)[\w-]*\.in"
    r"|(?:environment|env|conda)[\w-]*\.ya?ml|(?:pyproject|pylock[\w.-]*)\.toml"
    r"|(?:poetry|uv|pdm)\.lock|pipfile(?:\.lock)?|setup\.(?:py|cfg))",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[^=<>~!;@\[\]]+\.(?:txt|in|ya?ml|toml|lock|cfg|ipynb)", re.IGNORECASE)
_ADOPTED = re.compile(r".*\.ya?ml|.*pipfile|.*pylock[\w.-]*\.toml", re.IGNORECASE)
_PROJECT = re.compile(r"(?:.*[/\\])?setup\.(?:py|cfg)", re.IGNORECASE)
_PAGE = re.compile(r"(?:[\w.\[\],-]+\s*@\s*)?(?P<url>https?://[^\s;]+)", re.IGNORECASE)
_LOGIN = re.compile(r"(?P<login>(?:git\+)?[\w-]+@[\w.-]+):(?!\d+/|/)(?P<path>[\w./~-]+)")
_REPOSITORY = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)+(?:@[\w./-]+)?/?")


def problem_of_name(text: str, *, is_there: bool = False) -> RequirementError | None:
    """Return the error for a text that stands where a package should, None for a likely package.

    Parameters
    ----------
    text
        What was typed.
    is_there
        Whether it is the path of a file or a folder.
    """
    if problem := dash_problem(text):
        return RequirementError(f"{text!r} is no option and no requirement.", problem)
    if problem_of_python := _python(text):
        return problem_of_python
    found = _NAME.match(text)
    if found and canonicalize_name(found[1]) in _OURS and "/" not in text:
        return RequirementError(
            f"{found[1]} is not installed into a notebook: it works from outside of it.",
            "%nbenv is there already, and nbenv itself belongs to the environment of the server.",
            "Leave it out; nothing was changed.",
        )
    if _FILE.fullmatch(text) or (is_there and _LISTED.fullmatch(text)):
        return _file(text)
    return None if is_there else _repository(text) or _page(text)


def dash_problem(text: str) -> str:
    """Return the question about an option that begins with a typographic dash, "" for others."""
    found = re.fullmatch(rf"\s*([{_DASHES}][-{_DASHES}]?)([A-Za-z][^\s]*)\s*", text)
    if not found:
        return ""
    flag, equals, _ = found[2].partition("=")
    dashes = "-" if len(flag) == 1 and len(found[1]) == 1 else "--"
    shown = f"{dashes}{flag}" + ("=…" if equals else "")
    return f"It begins with a typographic dash ({found[1][0]}). Did you mean {shown}?"


def _python(text: str) -> RequirementError | None:
    found = _PYTHON.fullmatch(text.partition(";")[0])
    if not found:
        return None
    minor = _MINOR.search(found["joined"] or "") or _MINOR.search(found["rest"])
    version = minor[0] if minor else "VERSION"
    error = RequirementError(
        "Python is not a package: each notebook has one, and moves to another by a command.",
        todo=f"To move this one: %nbenv python {version} (in a terminal: nbenv python NOTEBOOK "
        f"{version}); nothing was changed.",
    )
    error.corrections, error.python = [(text, ())], minor[0] if minor else ""
    return error


def _file(text: str) -> RequirementError:
    folder = ""
    todo = f"To install what it lists: %pip install -r {text}, or %nbenv install -r {text}"
    if _ADOPTED.fullmatch(text):
        todo = "%nbenv adopt reads it if it lies beside the notebook."
    if _PROJECT.fullmatch(text):
        folder = re.sub(r"[^/\\]+$", "", text) or "."
        todo = f"To install the project: %nbenv install {folder}"
    error = RequirementError(f"{text} is the name of a file, not of a package.", todo=todo)
    error.corrections = [(text, (folder,))] if folder else ()
    return error


def _repository(text: str) -> RequirementError | None:
    if not _REPOSITORY.fullmatch(text):
        return None
    first = text.partition("/")[0]
    has_host = "." in first
    address = text.rstrip("/") if has_host else f"HOST/{text.rstrip('/')}"
    error = RequirementError(
        f"There is no folder {text}.",
        "Paths are relative to the current folder.",
        f"If you mean a repository, give its address: git+https://{address}",
    )
    error.corrections = [(text, (f"git+https://{address}",))] if has_host else ()
    return error


def _page(text: str) -> RequirementError | None:
    """Return the error for the address of a page or a repository, as people copy it."""
    if found := _LOGIN.fullmatch(text):
        login = found["login"].removeprefix("git+")
        return _no_file(text, text, f"git+ssh://{login}/{found['path']}")
    found = _PAGE.match(text)
    if not found or is_archive(found["url"]):
        return None
    shown = without_credentials(found["url"].partition("#")[0])
    return _no_file(text, shown, f"git+{shown}")


def _no_file(text: str, address: str, repository: str) -> RequirementError:
    error = RequirementError(
        f"{address} is not the address of a package.",
        "That ends with the name of a file: .whl, .tar.gz or .zip.",
        f"If you mean a repository: {repository}",
    )
    error.corrections = [(text, (repository,))]
    return error
