"""Addresses of clusters: ``dask://HOST:PORT`` and ``ray://HOST:PORT``."""

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
_PATIENCE = 5.0
"""Seconds to wait until something answers."""


def is_cluster(where: str) -> bool:
    """Return whether a place to run is a cluster, not an engine of containers."""
    return "://" in where


@dataclass(frozen=True)
class ClusterAddress:
    """The address of a cluster: a key of `ENGINES`, the host, and the port."""

    name: str
    host: str
    port: int

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
        known = ENGINES.get(parts.scheme)
        extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if known is None or not host or extra:
            raise UsageError(
                f"{text} is no address of a cluster.",
                todo="Write dask://HOST:8786 or ray://HOST:10001.",
            )
        return cls(parts.scheme, host, port or known.port)

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
        return f"{'tcp' if self.name == 'dask' else self.name}://{self.place}"

    def __str__(self) -> str:
        return f"{self.name}://{self.place}"

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
