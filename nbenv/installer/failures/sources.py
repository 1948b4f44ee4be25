"""Say why a repository, or a folder that should be a Python project, could not be used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbenv.errors import BuildError, InstallerError

__all__ = ["explain_git", "explain_hidden_address", "explain_no_project"]

_UNCHANGED = "nothing was changed."
_REPOSITORY = re.compile(
    r"git\+(?P<named>[^\s`#@]+(?:@[^\s`#@/]+/[^\s`#@]+)?)"
    r"|(?:Updating|Updated) (?P<asked>\S+)|fetch [^`]*?'(?P<fetched>[a-z]+://[^']+)'"
)
_REVISION = re.compile(
    r"failed to find (?:branch, tag, or commit|branch|tag|commit) `(?P<a>[^`]+)`"
    r"|couldn't find remote ref (?:refs/(?:tags|heads)/)?(?P<b>\S+)"
    r"|unadvertised object (?P<c>\w+)|not our ref (?P<d>\w+)"
)
_NO_HOST = re.compile(
    r"Could not resolve host|Failed to connect|Connection (?:refused|timed out)|Couldn't connect"
    r"|No route to host|unreachable|Name or service not known|Could not resolve hostname"
)
_CLOSED = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|Permission denied|terminal prompts"
    r"|Host key verification failed|returned error: 40[13]|Invalid username"
)
_CERTIFICATE = re.compile(r"SSL certificate|certificate verify|server certificate", re.IGNORECASE)
_TRY_AGAIN = re.compile(r"\btry again\b", re.IGNORECASE)
_SUBDIRECTORY = re.compile(r"has no subdirectory `([^`]+)`")


def explain_git(lines: Sequence[str]) -> InstallerError:
    """Return the error for what uv printed about a repository."""
    text = "\n".join(lines)
    place = _repository(text)
    if "Git executable not found" in text:
        error = InstallerError(
            f"{place} needs git, which is not on this machine.",
            todo=f"Install git (Debian, Ubuntu: apt install git), then try again; {_UNCHANGED}",
        )
    else:
        error = InstallerError(f"{place} cannot be used.", *_reason_of_git(text))
    error.is_passing = _TRY_AGAIN.search(error.todo) is not None
    return error


def _repository(text: str) -> str:
    found = next((each for each in _REPOSITORY.finditer(text)), None)
    return f"The repository {next(filter(None, found.groups()))}" if found else "A repository"


def _reason_of_git(text: str) -> tuple[str, str]:
    if found := _SUBDIRECTORY.search(text):
        return f"It has no folder {found[1]}.", f"Correct #subdirectory=; {_UNCHANGED}"
    if _NO_HOST.search(text):
        why = "Its host cannot be reached: this machine is offline, or the address is wrong."
        return why, f"Check the network and the address, then try again; {_UNCHANGED}"
    if _CERTIFICATE.search(text):
        why = "The certificate of its host is not trusted."
        return why, f"Name the right one in git's http.sslCAInfo, then try again; {_UNCHANGED}"
    if _CLOSED.search(text):
        return (
            "It is private, or does not exist.",
            "Check the address. If it is private, give git your credentials (gh auth login, git's "
            f"credential store, or an ssh key with git+ssh://), then try again; {_UNCHANGED}",
        )
    if found := _REVISION.search(text):
        revision = next(filter(None, found.groups()))
        if revision != "HEAD":
            why = f"It has no branch, tag or commit {revision}."
            return why, f"Name one that it has after the @; {_UNCHANGED}"
        return "It has no commit.", f"Name a repository that has a project; {_UNCHANGED}"
    if re.search(r"does not appear to be a git repository|not found|does not exist", text):
        return "There is no repository.", f"Check the address; {_UNCHANGED}"
    said = re.findall(r"(?:fatal|error|remote): (.+)", text.partition("\n")[2])
    return f"git says: {said[0].strip()}" if said else "", f"Try again; {_UNCHANGED}"


def explain_no_project(lines: Sequence[str]) -> InstallerError:
    """Return the error for a folder, an archive or a repository without a Python project."""
    text = "\n".join(lines)
    found = re.search(r"Failed to (?:download and )?build `([^`]+)`", text)
    inner = re.search(r"`([^`]+)` does not appear to be", text)
    place = found[1] if found else ""
    if not place and inner and not _is_cached(inner[1]):
        place = inner[1]
    what = place or _repository(text).replace("A repository", "What you named")
    why = "It has neither a pyproject.toml nor a setup.py."
    if "==" in place:
        return BuildError(
            f"Failed to build `{place}`.",
            f"{why} It is probably an empty name on the index.",
            f"Check the name of the package; {_UNCHANGED}",
        )
    return BuildError(
        f"{what} is not a Python project.",
        why,
        "Name the folder that has one of them (in a repository: #subdirectory=FOLDER); "
        f"{_UNCHANGED}",
    )


def explain_hidden_address(text: str) -> InstallerError:
    """Return the error for a package that requires another one from an address.

    The installer takes packages from addresses only where somebody names these.
    """
    owner = re.search(r"dependencies for package `([^`]+)`", text)
    name = owner[1].replace("==", " ") if owner else "A package"
    found = re.search(r"Consider adding `([^`]+)`", text)
    asked = found[1] if found else "it"
    error = InstallerError(
        f"{name} requires a package from an address, which nobody named.",
        f"It requires {asked}." if found else "",
        f"If you trust that address, name it, too: %nbenv install '{asked}' "
        f"{name.split()[0]}; {_UNCHANGED}",
    )
    error.also = found[1] if found else ""
    return error


def _is_cached(place: str) -> bool:
    return bool(re.search(r"[/\\](?:git|sdists|builds|archive)-v\d+[/\\]", place))
