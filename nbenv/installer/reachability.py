"""Notice that an index cannot be reached while the installer still waits for it.

uv tries a failing connection again, for up to half a minute. That is right for a slow network, and
too long to be told that there is none. So while uv is silent, this opens a connection of its own to
each host that uv must ask, and gives the verdict if one accepts none for some seconds. A host that
is slow to answer has accepted the connection, and is left to uv.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from nbenv.home.processes.console import no_window
from nbenv.installer import pip_config
from nbenv.installer.index_settings import bare_url, entries
from nbenv.installer.uv_config import has_settings

__all__ = [
    "PATIENCE",
    "QUIET",
    "Host",
    "Watch",
    "addresses_to_watch",
    "hosts_to_watch",
    "is_silent",
    "proxy_for",
    "repository_to_watch",
]

QUIET = 0.5
"""Seconds of silence after which a check begins: most commands have ended by then."""
PATIENCE = 3.0
"""Seconds for a connection: enough for a handshake whose first two packets get lost."""
_AGAIN = 0.5
"""The same of a host that was dead a moment ago: commands run the installer several times."""
_REMEMBERED = 60.0
"""Seconds that a dead host is remembered."""
_STEP = 0.3
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}
_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", -1))


@dataclass(frozen=True)
class Host:
    """An index or another address, or its proxy, which must accept a connection."""

    name: str
    port: int
    url: str
    """The address itself."""
    is_index: bool = True


_dead: dict[tuple[str, int], float] = {}
"""Hosts that accepted no connection, and when that was sure."""


def hosts_to_watch(variables: Mapping[str, str]) -> list[Host]:
    """Return the hosts, or their proxies, without which uv cannot succeed.

    There are none where that is not sure: where the user has configuration of uv's, which may name
    others, or decided how patient uv is.

    Parameters
    ----------
    variables
        The environment variables that uv gets.
    """
    if _has_decided(variables, "UV_NO_INDEX") or has_settings(variables):
        return []
    urls = [bare_url(entry) for entry in _in_order(variables)]
    if not variables.get("UV_INDEX_STRATEGY", "").startswith("unsafe"):
        urls = urls[:1]  # of the others, uv may need none
    return list(dict.fromkeys(host for url in urls if (host := _host(url))))


def addresses_to_watch(urls: Iterable[str], variables: Mapping[str, str]) -> list[Host]:
    """Return the hosts, or their proxies, of other addresses that uv must ask.

    Parameters
    ----------
    urls
        Addresses of files and of pages with files. Of others, such as repositories, none is
        returned: see `repository_to_watch`.
    variables
        As of `hosts_to_watch`.
    """
    if _has_decided(variables):
        return []
    asked = [url.partition("#")[0] for url in urls if url.startswith(("http://", "https://"))]
    found = (_host(bare_url(url), is_index=False) for url in asked)
    return list(dict.fromkeys(host for host in found if host))


def repository_to_watch(url: str, variables: Mapping[str, str]) -> list[Host]:
    """Return the host, or its proxy, of a repository that git is about to ask.

    There is none where git's own settings may lead elsewhere.
    """
    hosts = addresses_to_watch([url], variables)
    return [] if hosts and _has_git_settings() else hosts


def _has_git_settings() -> bool:
    """Return whether git has a proxy, or other addresses, for some of its addresses."""
    import subprocess  # seldom needed

    pattern = r"^(http\.(.*\.)?proxy|url\..*)$"
    for scope in ("--global", "--system"):
        with contextlib.suppress(OSError):
            command = ["git", "config", scope, "--get-regexp", pattern]
            flags = no_window()
            if subprocess.run(
                command, capture_output=True, check=False, creationflags=flags
            ).stdout:
                return True
    return False


def is_silent(url: str) -> bool:
    """Return whether the host of an address, or its proxy, neither accepts nor refuses."""
    host = _host(url)
    if host is None:
        return False
    over = threading.Event()
    threading.Thread(target=_try_once, args=(host, over), daemon=True).start()
    return not over.wait(PATIENCE)


def is_down(url: str) -> bool:
    """Return whether the host of an address, or its proxy, accepts no connection now."""
    host = _host(url)
    if host is None:
        return False
    try:
        return not _connects(host, time.monotonic() + PATIENCE)
    except OSError:  # its name is unknown
        return True


def _try_once(host: Host, over: threading.Event) -> None:
    with contextlib.suppress(OSError):  # refused, or unknown: who asks it is told so
        _connects(host, time.monotonic() + 2 * PATIENCE)
    over.set()


def _has_decided(variables: Mapping[str, str], *others: str) -> bool:
    """Return whether the user decided how patient uv is, or what it asks."""
    names = ("UV_HTTP_CONNECT_TIMEOUT", "UV_OFFLINE", *others)
    is_set = any(os.environ.get(name) or variables.get(name) for name in names)
    return is_set or bool(_number(os.environ.get("UV_HTTP_RETRIES", "")))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _in_order(variables: Mapping[str, str]) -> list[str]:
    """Return the indexes in the order in which uv asks them: the default one last."""
    default, *others = entries(variables)
    return [*others, default]


def _host(url: str, *, is_index: bool = True) -> Host | None:
    with contextlib.suppress(ValueError):  # a port that is no number: uv will say so
        parts = urlsplit(proxy_for(url) or url)
        port = parts.port or _PORTS.get(parts.scheme)
        if parts.hostname and port:
            return Host(parts.hostname, port, url, is_index)
    return None


def proxy_for(url: str) -> str:
    """Return the URL of the proxy through which this machine asks an address, "" for none."""
    from urllib.request import (  # type: ignore[attr-defined]  # slow; unknown to typeshed
        getproxies_environment,
        proxy_bypass_environment,
    )

    parts = urlsplit(url)
    found = getproxies_environment()
    configured = pip_config.read(os.environ).get("proxy", "")
    proxy = found.get(parts.scheme) or found.get("all") or configured
    if not proxy or proxy_bypass_environment(parts.hostname or ""):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


class Watch:
    """A check in the background; as a context manager, it ends with its block.

    Parameters
    ----------
    hosts
        Returns the hosts that must accept a connection, once that is to be checked.
    give_up
        Called once, from another thread, when one does not.
    """

    def __init__(self, hosts: Callable[[], Sequence[Host]], give_up: Callable[[], None]) -> None:
        self._hosts = hosts
        self._give_up = give_up
        self._lock = threading.Lock()
        self._over = self._is_at_work = False
        self._timer = threading.Timer(_AGAIN if _recently_dead() else QUIET, self._begin)
        self._timer.daemon = True
        self.dead: Host | None = None
        """The host that accepted no connection, once that is sure."""

    def __enter__(self) -> Watch:
        """Begin to wait for a silence."""
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give no verdict any more."""
        self.stop()

    def ignore_indexes(self) -> None:
        """Give no verdict on an index, as the installer does more than to wait for one."""
        self._is_at_work = True

    def stop(self) -> None:
        """End the check."""
        with self._lock:
            self._over = True
        self._timer.cancel()

    def _begin(self) -> None:
        self.add(self._hosts())

    def add(self, hosts: Iterable[Host]) -> None:
        """Check these hosts, too, from now on."""
        for host in hosts:
            # Of its own, as looking up a name cannot be interrupted.
            reached = threading.Event()
            threading.Thread(target=_reach, args=(host, reached), daemon=True).start()
            threading.Thread(target=self._judge, args=(host, reached), daemon=True).start()

    def _judge(self, host: Host, reached: threading.Event) -> None:
        if reached.wait(_AGAIN if (host.name, host.port) in _recently_dead() else PATIENCE):
            _dead.pop((host.name, host.port), None)
            return
        with self._lock:
            if self._over or (host.is_index and self._is_at_work):
                return
            self._over = True
            _dead[host.name, host.port] = time.monotonic()
            self.dead = host
            self._give_up()


def _recently_dead() -> set[tuple[str, int]]:
    now = time.monotonic()
    return {host for host, since in list(_dead.items()) if now - since < _REMEMBERED}


def _reach(host: Host, reached: threading.Event) -> None:
    """Try to connect until it works or the time is over."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not reached.is_set():
        with contextlib.suppress(OSError):
            if _connects(host, end):
                reached.set()
                return
        time.sleep(_STEP)


def _connects(host: Host, end: float) -> bool:
    """Return whether one of a host's addresses accepts a connection, all tried at once."""
    import socket  # slow, and seldom needed

    with contextlib.ExitStack() as stack:
        waiting = []
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host.name, host.port, type=socket.SOCK_STREAM
        ):
            with contextlib.suppress(OSError):  # IPv6, on a machine without it
                connection = stack.enter_context(socket.socket(family, kind, protocol))
                connection.setblocking(False)
                if connection.connect_ex(address) in _UNDER_WAY:
                    waiting.append(connection)
        while waiting and (left := end - time.monotonic()) > 0:
            _, done, failed = select.select([], waiting, waiting, left)
            for each in {*done, *failed}:
                if each.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    return True
                waiting.remove(each)
    return False
