"""What an address in a notebook may be: data for an installer, nothing that it obeys.

The checks return what is wrong as the end of a sentence ("it …"), empty when nothing is. They never
quote the address: it may hold a password.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

__all__ = ["direct_problem", "index_problem", "is_archive", "is_local", "without_credentials"]

_LONGEST = 2048
_DIRECT = ("https", "http", "file", "git+https", "git+http", "git+ssh", "git+file")
_ARCHIVE = re.compile(r"\.(whl|zip|tgz|tar\.(gz|bz2|xz))(\[|$)")
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!&'()*+,;=%-]*")
"""What the standard for addresses allows (RFC 3986), but for $."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")
_SECRET = re.compile(
    r"(?P<name>[?&;][\w.-]{0,40}(?:token|secret|passw|api-?_?key|access-?_?key|signature|credential"
    r"|\bauth|\bsig\b|\bkey\b)[\w.-]{0,40}=)[^\s&;#\"'<>]+",
    re.IGNORECASE,
)
"""A query that authenticates whoever knows it."""


def index_problem(url: str) -> str:
    """Return what keeps `url` from being the address of an index that a notebook records."""
    problem, parts = _split(url)
    if problem or parts is None:
        return problem
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "is no https or http address"
    return _remote_problem(parts)


def direct_problem(url: str, *, locked: bool = False) -> str:
    """Return what keeps `url` from being where a notebook's distribution comes from.

    In a lock a repository must be named with its full commit: a branch is other code tomorrow.
    """
    if url.startswith("//"):
        return "names another machine's file"
    if url.startswith(("./", "../", "/")):
        return _text_problem(url)
    problem, parts = _split(url)
    if problem or parts is None:
        return problem
    if parts.scheme not in _DIRECT:
        return "is of a kind that nbenv does not install from"
    if parts.scheme.endswith("file"):
        here = parts.netloc in ("", "localhost") and parts.path.startswith("/")
        problem = "" if here else "names no file of this machine"
    else:
        problem = _remote_problem(parts)
    return problem or (_git_problem(parts, locked) if parts.scheme.startswith("git+") else "")


def _text_problem(url: str) -> str:
    if len(url) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not url.isprintable() or " " in url:
        return "holds a space or a control character"
    if "$" in url:  # installers put environment variables there: secrets would go to that host
        return "holds a $, which an installer would replace"
    if without_credentials(url) != url:
        return "holds a user name, a password or another secret, which a notebook must not"
    return "leads out of its folder" if ".." in url.partition("#")[2] else ""


def _split(url: str) -> tuple[str, SplitResult | None]:
    problem = _text_problem(url)
    if not problem and not _ADDRESS.fullmatch(url):
        problem = "holds a character that no address has"
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # read only now
    except ValueError:
        return problem or "is no address", None
    return problem, parts


def _remote_problem(parts: SplitResult) -> str:
    user, _, host = parts.netloc.rpartition("@")
    if user and (parts.scheme != "git+ssh" or "%" in user):
        return "holds a user name, which a notebook must not"
    if not host.isascii() or not parts.hostname or parts.hostname.startswith("-"):
        return "names no host"
    return "holds an option" if user.startswith("-") else ""


def _git_problem(parts: SplitResult, locked: bool) -> str:
    path, _, revision = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
    if revision.startswith("-") or path.lstrip("/").startswith("-"):
        return "holds an option"
    return "names no full commit" if locked and not _COMMIT.fullmatch(revision) else ""


def is_archive(url: str) -> bool:
    """Whether an address is of one file that holds a distribution."""
    return bool(_ARCHIVE.search(url.partition("#")[0].partition("?")[0]))


def is_local(url: str | None) -> bool:
    """Whether an address is a path on this machine."""
    return bool(url) and str(url).startswith(("./", "../", "/", "file:"))


def without_credentials(text: str) -> str:
    """Return a text with no user name, password or secret of the addresses in it.

    The user name of an ssh address stays: it is always the same one, and needed.
    """
    return _SECRET.sub(r"\g<name>****", _USER_INFO.sub(_without_user, text))


def _without_user(found: re.Match[str]) -> str:
    user = re.split("[:@]", found[0])[0]
    return f"{user}@" if user and found.string.endswith("ssh://", 0, found.start()) else ""
