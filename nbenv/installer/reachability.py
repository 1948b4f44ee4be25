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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from nbenv.installer.index_settings import bare_url, entries
from nbenv.installer.uv_config import has_settings

__all__ = ["PATIENCE", "QUIET", "Host", "Watch", "hosts_to_watch", "proxy_for"]

QUIET = 1.0
"""Seconds of silence after which a check begins: most commands have ended by then."""
PATIENCE = 3.0
"""Seconds for a connection: enough for a handshake whose first two packets get lost."""
_STEP = 0.3
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}
_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", -1))


@dataclass(frozen=True)
class Host:
    """An index or its proxy, which must accept a connection, and the address of the index."""

    name: str
    port: int
    url: str


def hosts_to_watch(variables: Mapping[str, str]) -> list[Host]:
    """Return the hosts, or their proxies, without which uv cannot succeed.

    There are none where that is not sure: where the user has configuration of uv's, which may name
    others, or decided how patient uv is.

    Parameters
    ----------
    variables
        The environment variables that uv gets.
    """
    decided = ("UV_HTTP_CONNECT_TIMEOUT", "UV_OFFLINE", "UV_NO_INDEX")
    if any(os.environ.get(name) or variables.get(name) for name in decided):
        return []
    if _number(os.environ.get("UV_HTTP_RETRIES", "")) or has_settings(variables):
        return []
    urls = [bare_url(entry) for entry in _in_order(variables)]
    if not variables.get("UV_INDEX_STRATEGY", "").startswith("unsafe"):
        urls = urls[:1]  # of the others, uv may need none
    return list(dict.fromkeys(host for url in urls if (host := _host(url))))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _in_order(variables: Mapping[str, str]) -> list[str]:
    """Return the indexes in the order in which uv asks them: the default one last."""
    default, *others = entries(variables)
    return [*others, default]


def _host(url: str) -> Host | None:
    with contextlib.suppress(ValueError):  # a port that is no number: uv will say so
        parts = urlsplit(proxy_for(url) or url)
        port = parts.port or _PORTS.get(parts.scheme)
        if parts.hostname and port:
            return Host(parts.hostname, port, url)
    return None


def proxy_for(url: str) -> str:
    """Return the URL of the proxy through which this machine asks an address, "" for none."""
    from urllib.request import (  # type: ignore[attr-defined]  # slow; unknown to typeshed
        getproxies_environment,
        proxy_bypass_environment,
    )

    parts = urlsplit(url)
    found = getproxies_environment()
    proxy = found.get(parts.scheme) or found.get("all") or ""
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
        self._over = False
        self._timer = threading.Timer(QUIET, self._begin)
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

    def stop(self) -> None:
        """End the check, as the installer is no longer silent."""
        with self._lock:
            self._over = True
        self._timer.cancel()

    def _begin(self) -> None:
        for host in self._hosts():
            # Of its own, as looking up a name cannot be interrupted.
            reached = threading.Event()
            threading.Thread(target=_reach, args=(host, reached), daemon=True).start()
            threading.Thread(target=self._judge, args=(host, reached), daemon=True).start()

    def _judge(self, host: Host, reached: threading.Event) -> None:
        if reached.wait(PATIENCE):
            return
        with self._lock:
            if self._over:
                return
            self._over = True
            self.dead = host
            self._give_up()


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
