"""Say why an index, or another address, could not be used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbenv.core.requirements import KERNEL
from nbenv.core.urls import without_credentials
from nbenv.errors import IndexAccessError
from nbenv.installer.reachability import proxy_for

__all__ = [
    "closed_index",
    "explain_no_index",
    "not_an_index",
    "refused_connection",
    "turned_off",
    "unreachable",
]

_TRY_AGAIN = "then try again; nothing was changed, and finished downloads are kept."
_URL = re.compile(r"(?:https?|file|ftp)://[^\s`'\")]+")
_DIRECT = re.compile(r"Failed to (?:download|fetch|build|download and build) `([\w.-]+) @ http")
_KERNELS_PAGE = re.compile(rf"/{KERNEL}/?$")
_STATUS = re.compile(r"\((\d{3}) ([A-Za-z' -]+)\)|\b(40[13]) (Unauthorized|Forbidden)")
_PACKAGE = re.compile(r"Failed to (?:download|fetch|download and build) `?([^`\s]+==[^`\s]+)`")
_CREDENTIALS = (
    "If you have some, put them into ~/.netrc, or add the index to your own configuration: set "
    "UV_INDEX to NAME=URL, UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD. They are not sent to "
    "an index that only a notebook calls NAME; nothing was changed."
)
_OFFLINE = "This machine is offline, or the index is down"


def explain_no_index(text: str) -> IndexAccessError:
    """Return the error for what uv printed when an address could not be used."""
    error, direct = _explain(text), _DIRECT.search(text)
    return _of_address(error, direct[1]) if direct else error


def _of_address(error: IndexAccessError, name: str) -> IndexAccessError:
    """Return an error in the words for an address that somebody named: no index has a part in it.

    One that is not there is not there a little later either.
    """
    why = error.why.replace("the index is down", "its server is down")
    todo = error.todo.replace("of the index", "").replace(" and the index", " and the address")
    if re.search(r"answers (404|410) ", why):
        todo = "Check the address; nothing was changed."
    where = "" if "://" in name else " from its address"
    return IndexAccessError(f"{name} cannot be downloaded{where}.", why, todo)


def _explain(text: str) -> IndexAccessError:
    if "Network connectivity is disabled" in text:
        return _offline(text)
    status = _STATUS.search(text)
    if status:
        return _refused(text, status[1] or status[3], status[2] or status[4])
    why, todo = _reason(text)
    return _error(f"{why}.", todo)


def closed_index(text: str) -> IndexAccessError:
    """Return the error for an index that wants to know who asks, or refuses that."""
    found = _STATUS.search(text)
    status = f" (it answers {found[1] or found[3]} {found[2] or found[4]})" if found else ""
    url = _URL.search(text)
    place = f"{without_credentials(url[0])} does" if url else "The index does"
    why = f"{place} not say what it has without the right ones{status}."
    name = re.search(r"[Bb]ecause (\S+) was not found in the package registry", text)
    if name and "403" in status:
        why += f" Some indexes also answer like that if they have no package named {name[1]}."
    return IndexAccessError(
        "A package index requires credentials.",
        why,
        _CREDENTIALS,
    )


def unreachable(url: str, seconds: float, *, is_index: bool = True) -> IndexAccessError:
    """Return the error for an index, or another address, that accepted no connection."""
    proxy = proxy_for(url)
    through = f" through the proxy {without_credentials(proxy)}" if proxy else ""
    url = without_credentials(url)
    error = _error(f"{url} cannot be reached{through} for {seconds:.0f} seconds. {_OFFLINE}.", "")
    return error if is_index else _of_address(error, url)


def refused_connection(url: str) -> IndexAccessError:
    """Return the error for an index that accepts no connection, and says so at once."""
    proxy = proxy_for(url)
    through = f" (asked through the proxy {without_credentials(proxy)})" if proxy else ""
    place = without_credentials(url)
    return _error(f"{place}{through} accepts no connection. {_OFFLINE}.", "")


def not_an_index(name: str, addresses: Sequence[str]) -> IndexAccessError:
    """Return the error for indexes that have not even what every notebook needs."""
    missing = f"neither {name} nor {KERNEL}" if name != KERNEL else f"no {KERNEL}"
    return IndexAccessError(
        "A package index cannot be used.",
        f"{' and '.join(addresses)} has {missing}, which every notebook needs. The address is "
        "probably wrong, or the network wants you to log in first.",
        "Correct the address where it comes from (PIP_INDEX_URL, UV_DEFAULT_INDEX, pip.conf or "
        f"uv.toml), or log in, {_TRY_AGAIN}",
    )


def turned_off() -> IndexAccessError:
    """Return the error for a machine that is configured to ask no index."""
    return IndexAccessError(
        "A package index cannot be used.",
        "This machine is configured to ask none.",
        "Unset PIP_NO_INDEX and UV_NO_INDEX, remove no-index from pip.conf and uv.toml, or name a "
        "folder of wheels with PIP_FIND_LINKS. Nothing was changed.",
    )


def _error(why: str, todo: str) -> IndexAccessError:
    todo = todo or "Check the network and the index,"
    return IndexAccessError("A package index cannot be used.", why, f"{todo} {_TRY_AGAIN}")


def _offline(text: str) -> IndexAccessError:
    package = _PACKAGE.search(text)
    missing = f"`{package[1]}`" if package else "something that is needed"
    return IndexAccessError(
        "A package index cannot be used.",
        f"The installer was told to stay offline, and {missing} is not in its cache.",
        "Unset UV_OFFLINE, then try again; nothing was changed.",
    )


def _refused(text: str, status: str, reason: str) -> IndexAccessError:
    """Word an HTTP status; it stays in the text, as whoever handles the error looks for it."""
    answer = f"{_place(text)} answers {status} ({reason}){_of_package(text)}."
    if status in ("401", "403"):
        return IndexAccessError("A package index requires credentials.", answer, _CREDENTIALS)
    if status == "407":
        todo = "Write your name and password before the host in HTTPS_PROXY,"
        return _error(f"The proxy asks for credentials: {answer}", todo)
    if status == "429":
        return _error(f"{answer} It was asked too often.", "Wait a few minutes,")
    if status.startswith("5"):
        return _error(f"{answer} The index has a problem of its own.", "Wait a little,")
    return _error(answer, "Check the address of the index,")


def _reason(text: str) -> tuple[str, str]:
    """Return the end of a sentence about what went wrong, without its period, and what to do."""
    place = _place(text)
    for pattern, reason, todo in _REASONS:
        if found := re.search(pattern, text):
            where = f"{place}{_proxy_of(text)}{_of_package(text)}"
            filled = reason.format(place=where, detail=found[0])
            return filled, todo
    return f"{place} could not be read: {_last_cause(text)}", ""


_REASONS = (
    (
        r"failed to lookup address|dns error|resolving DNS",
        "The host of {place} is unknown: this machine is offline, or the address is wrong",
        "",
    ),
    (r"Connection refused", "{place} refuses connections. " + _OFFLINE, ""),
    (
        r"[Nn]etwork is unreachable|No route to host|Host is unreachable",
        "There is no way to {place}. " + _OFFLINE,
        "",
    ),
    (r"deadline has elapsed", "{place} does not answer. " + _OFFLINE, ""),
    (
        r"invalid peer certificate: ?\S*",
        "The certificate of {place} is not trusted. A proxy of your organisation may replace it, "
        "or the index signs its own",
        "Set UV_SYSTEM_CERTS=true for this system's certificates, or SSL_CERT_FILE to the file of "
        "the right one,",
    ),
    (
        r"InvalidContentType|received corrupt message|wrong version number",
        "{place} does not speak TLS: its address may be http:// instead of https://",
        "Check the address of the index and the proxy,",
    ),
    (
        r"timed out|network timeout",
        "{place} was too slow: nothing came for a while",
        "Set UV_HTTP_TIMEOUT to more seconds, or check the network,",
    ),
    (
        r"end of file before message|connection closed|reset by peer|IncompleteBody|incomplete",
        "{place} broke off the transfer",
        "",
    ),
    (
        r"Unsupported `Content-Type`|Missing `Content-Type`|unexpected (?:JSON|HTML)",
        "{place} does not answer as a package index does. Its address may be wrong, or the network "
        "wants you to log in first",
        "Check the address of the index, and open any page in a browser,",
    ),
    (
        r"(?<=Failed to read `--find-links` directory: )[^\n]+",
        "There is no folder {detail}, where it is to look for packages",
        "Correct PIP_FIND_LINKS, UV_FIND_LINKS or find-links in pip.conf,",
    ),
)


def _last_cause(text: str) -> str:
    last = text.strip().splitlines()[-1].strip().removeprefix("cause:").strip()
    return last.rstrip(".") or "no reason is known"


def _place(text: str) -> str:
    """Return the address that was asked; of the kernel's page, which nobody named, its index."""
    found = _URL.search(text)
    return _KERNELS_PAGE.sub("/", without_credentials(found[0])) if found else "The index"


def _of_package(text: str) -> str:
    """Say which package it happened with, as whoever handles the error looks for it."""
    found = _PACKAGE.search(text)
    return f" (for `{found[1]}`)" if found else ""


def _proxy_of(text: str) -> str:
    """Return what to write of the proxy that did not connect, "" where there is none."""
    found = _URL.search(text)
    proxy = proxy_for(found[0]) if found and re.search(r"\(Connect\)|tcp connect", text) else ""
    return f" (asked through the proxy {without_credentials(proxy)})" if proxy else ""
