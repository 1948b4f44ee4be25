"""Check and clean the URLs in a notebook: they are data for an installer, never instructions to it.

The checks return the end of a sentence ("its URL …") that says what is wrong, or an empty string.
They never quote the URL, which may hold a password.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container
from urllib.parse import SplitResult, unquote, urlsplit

__all__ = [
    "direct_problem",
    "index_name",
    "index_problem",
    "is_archive",
    "is_local",
    "origin_of",
    "shown_path",
    "unused_name",
    "without_credentials",
]

_LONGEST = 2048
_DIRECT = ("https", "http", "file", "git+https", "git+http", "git+ssh", "git+file")
_ARCHIVE = re.compile(r"\.(whl|zip|tgz|tar\.(gz|bz2|xz))(\[|$)")
_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!&'()*+,;=%-]*")
"""The characters that RFC 3986 allows in a URL, except for $."""
_DRIVE = re.compile(r"/[A-Za-z][:|]/")
_ON_DRIVE = re.compile(r"[A-Za-z][:|]")
_MOST_ENCODED = 4
_OPTION = "contains what git would take for an option"
_TOO_ENCODED = "is percent-encoded too many times"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")
_SECRET = re.compile(
    r"(?P<name>[?&;][\w.-]{0,40}(?:token|secret|passw|api-?_?key|access-?_?key|signature|credential"
    r"|\bauth|\bsig\b|\bkey\b)[\w.-]{0,40}=)[^\s&;#\"'<>]+",
    re.IGNORECASE,
)
"""A query parameter that lets in anyone who knows it."""


def index_problem(url: str) -> str:
    """Return why a notebook may not record `url` as an index, empty if it may.

    Only https and http are accepted: a path would mean something else on each machine.
    """
    problem, parts = _split(url)
    if problem or parts is None:
        return problem
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "is not an https or http URL"
    return _remote_problem(parts)


def index_name(url: str) -> str:
    """Return a name for an index that was given without one: the words of its host and path."""
    words = [word for word in without_credentials(url).partition("://")[2].split("/") if word]
    if not words:
        return "index"
    host = words[0].partition(":")[0].replace(".", "-")
    return "-".join([host, *(word for word in words[1:] if word != "simple")])


def unused_name(name: str, taken: Container[str]) -> str:
    """Return a name for an index that no other one has, with a number where that is needed."""
    names = (f"{name}-{count}" if count > 1 else name for count in itertools.count(1))
    return next(each for each in names if each not in taken)


def direct_problem(url: str, *, locked: bool = False) -> str:
    """Return why a notebook may not name `url` as the source of a package, empty if it may.

    Parameters
    ----------
    url
        The part of a direct reference after the ``@`` (PEP 508), or a path.
    locked
        Whether it stands in a lock. There a repository must be named with its full commit: a
        branch or a tag may be other code tomorrow.
    """
    if url.startswith(("./", "../", "/")):
        return _text_problem(url) or _path_problem(url.partition("#")[0])
    problem, parts = _split(url)
    if problem or parts is None:
        return problem
    # ``FILE:`` is a path to an installer, too, and everything here asks how a URL begins.
    if parts.scheme not in _DIRECT or not url.startswith(parts.scheme):
        return "has a scheme that nbenv does not install from"
    if parts.scheme.endswith("file"):
        here = parts.netloc in ("", "localhost") and parts.path.startswith("/")
        problem = _path_problem(parts.path, drive=True) if here else "names no file on this machine"
    else:
        problem = _remote_problem(parts)
    return problem or (_git_problem(parts, locked) if parts.scheme.startswith("git+") else "")


def _text_problem(url: str) -> str:
    if len(url) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not url.isprintable() or " " in url:
        return "contains a space or a control character"
    # Installers expand ${NAME} from the environment: a secret of this user would reach the host.
    if "$" in url:
        return "contains a $, which installers expand"
    if without_credentials(url) != url:
        return "contains a user name, a password or another secret, which must not be in a notebook"
    return _fragment_problem(url.partition("#")[2])


def _decoded(text: str) -> str | None:
    """Return a text without its percent-encoding, None if it was encoded absurdly often."""
    for _ in range(_MOST_ENCODED):
        plain = unquote(text)
        if plain == text:
            return text
        text = plain
    return None


def _path_problem(path: str, *, drive: bool = False) -> str:
    """Return why a notebook may not name a path, on every platform, empty if it may.

    Windows opens ``//host/share`` in all its spellings by sending that host the user's login, as
    soon as somebody looks whether the file exists. `drive` allows the one of ``file:///C:/…``.
    """
    plain = _decoded(path)
    if plain is None:
        return _TOO_ENCODED
    if "\\" in plain or "//" in plain or "/??" in plain:
        return "names a file on another machine, or could on some platform"
    if not plain.isprintable():
        return "contains a control character"
    if drive and _DRIVE.match(plain):
        plain = plain[3:]
    if any(_ON_DRIVE.match(part) for part in plain.split("/")):
        return "names a drive, where only a path is expected"
    return ""


def _fragment_problem(fragment: str) -> str:
    # ``#subdirectory=../..`` would build what lies beside the archive, ``=/…`` anything.
    plain = _decoded(fragment)
    for value in [] if plain is None else plain.split("&"):
        name, _, path = value.partition("=")
        absolute = name == "subdirectory" and path.startswith("/")
        if ".." in value or absolute or _path_problem(path):
            return "leads out of its folder"
    return _TOO_ENCODED if plain is None else ""


def _split(url: str) -> tuple[str, SplitResult | None]:
    problem = _text_problem(url)
    if not problem and not _URL.fullmatch(url):
        problem = "contains a character that no URL may contain"
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # urlsplit checks them only when they are read
    except ValueError:
        return problem or "is not a URL", None
    return problem, parts


def _remote_problem(parts: SplitResult) -> str:
    # git over ssh needs its user name, which is the same for everybody; a % might hide anything.
    user, _, host = parts.netloc.rpartition("@")
    if user and (parts.scheme != "git+ssh" or "%" in user):
        return "contains a user name, which must not be in a notebook"
    if not host.isascii() or not parts.hostname or parts.hostname.startswith("-"):
        return "names no host"
    return _OPTION if user.startswith("-") else ""


def _git_problem(parts: SplitResult, locked: bool) -> str:
    # What begins with a dash would be read by git, or by ssh, as an option: it could run a program.
    path, _, revision = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
    if revision.startswith("-") or path.lstrip("/").startswith("-"):
        return _OPTION
    return "does not name a full commit" if locked and not _COMMIT.fullmatch(revision) else ""


def is_archive(url: str) -> bool:
    """Return whether a URL names one wheel or one archive of sources."""
    return bool(_ARCHIVE.search(url.partition("#")[0].partition("?")[0]))


def is_local(url: str | None) -> bool:
    """Return whether a URL is a path on this machine."""
    return bool(url) and str(url)[:5].lower().startswith(("./", "../", "/", "file:"))


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL (RFC 6454), in the same form for the same origin.

    "" for what names no host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname and port else ""


def without_credentials(text: str) -> str:
    """Return a text without the user names, passwords and secrets of the URLs in it.

    The user name of an ssh URL stays: it is needed, and the same for everybody.
    """
    return _SECRET.sub(r"\g<name>****", _USER_INFO.sub(_without_user, text))


def _without_user(found: re.Match[str]) -> str:
    user = re.split("[:@]", found[0])[0]
    return f"{user}@" if user and found.string.endswith("ssh://", 0, found.start()) else ""


def shown_path(url: str) -> str:
    """Return a URL for people: of a folder that is only dots, the path with a slash at its end."""
    path = url[2:] if url in ("./.", "./..") else url
    return f"{path}/" if path in (".", "..") or path.endswith("/..") else path
