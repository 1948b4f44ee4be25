"""Addresses of clusters: ``dask://HOST:PORT``, ``ray://HOST:PORT``, and Dask's own ones.

A scheduler of Dask prints its address as ``tcp://`` or ``tls://``; these can be copied.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from nbenv.errors import NbenvError, UsageError

__all__ = ["ENGINES", "ClusterAddress", "is_cluster"]


@dataclass(frozen=True)
class _Engine:
    """An engine: its title, the package and the requirement of its client, and its usual port."""

    title: str
    package: str
    requirement: str
    port: int
    listens: str


ENGINES = {
    "dask": _Engine("Dask", "distributed", "distributed", 8786, "the scheduler"),
    "ray": _Engine("Ray", "ray", "ray[client]", 10001, "the Ray client server of the head node"),
}
_SCHEMES = {
    "dask": ("dask", "tcp"),
    "tcp": ("dask", "tcp"),
    "tls": ("dask", "tls"),
    "ray": ("ray", "ray"),
}
"""Scheme → the engine, and the protocol of its client."""
_PATIENCE = 5.0
"""Seconds to wait until something answers."""


def is_cluster(where: str) -> bool:
    """Return whether a place to run is a cluster, not an engine of containers."""
    return "://" in where


@dataclass(frozen=True)
class ClusterAddress:
    """The address of a cluster.

    Parameters
    ----------
    name
        A key of `ENGINES`.
    host, port
        Where it listens.
    protocol
        The protocol of the engine's client: ``tcp``, ``tls`` or ``ray``.
    """

    name: str
    host: str
    port: int
    protocol: str

    @classmethod
    def parse(cls, text: str) -> ClusterAddress:
        """Read an address; a port that is left out is the usual one.

        Raises
        ------
        UsageError
            It is no such address.
        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        known = _SCHEMES.get(parts.scheme)
        extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if known is None or not host or extra:
            raise UsageError(
                f"{text} is no address of a cluster.",
                todo="Write dask://HOST:8786 or ray://HOST:10001; for a Dask cluster with TLS "
                "tls://HOST:8786.",
            )
        name, protocol = known
        return cls(name, host, port or ENGINES[name].port, protocol)

    @property
    def engine(self) -> _Engine:
        """Its engine: the name, the packages, and the usual port."""
        return ENGINES[self.name]

    @property
    def place(self) -> str:
        """The host and the port; one of IPv6 is in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def of_client(self) -> str:
        """The address as the engine's own client takes it."""
        return f"{self.protocol}://{self.place}"

    def __str__(self) -> str:
        return self.of_client if self.protocol == "tls" else f"{self.name}://{self.place}"

    def check_reachable(self) -> None:
        """Raise `NbenvError` at once if nothing listens there: engines try for minutes."""
        try:
            socket.create_connection((self.host, self.port), timeout=_PATIENCE).close()
        except OSError as error:
            raise NbenvError(
                f"{self} does not answer.",
                f"{error.strerror or error}.".capitalize(),
                f"Check that the cluster is running, and that {self.engine.listens} is reachable "
                f"from here (usual port: {self.engine.port}).",
            ) from None
