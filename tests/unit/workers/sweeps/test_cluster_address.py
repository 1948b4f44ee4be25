"""Addresses of clusters: which are understood, and what is said where nothing answers."""

from __future__ import annotations

import socket
import time

import pytest

from nbenv.errors import NbenvError, UsageError
from nbenv.workers.sweeps.cluster_address import ClusterAddress, is_cluster


@pytest.mark.parametrize(
    ("text", "shown", "of_client"),
    [
        ("dask://node", "dask://node:8786", "tcp://node:8786"),
        ("dask://10.0.0.1:9000", "dask://10.0.0.1:9000", "tcp://10.0.0.1:9000"),
        ("ray://head/", "ray://head:10001", "ray://head:10001"),
        ("dask://[::1]:1", "dask://[::1]:1", "tcp://[::1]:1"),
        ("tcp://node:8786", "dask://node:8786", "tcp://node:8786"),  # as Dask prints it
        ("tls://node", "tls://node:8786", "tls://node:8786"),
    ],
)
def test_an_address_has_a_port(text: str, shown: str, of_client: str) -> None:
    address = ClusterAddress.parse(text)
    assert (str(address), address.of_client) == (shown, of_client)


@pytest.mark.parametrize(
    "text",
    [
        "spark://host:7077", "dask://", "ray://:10001", "dask://host:port", "dask://host:99999",
        "ray://host/path", "ray://user@host", "dask://[::1", "ucx://host:8786", "http://host:8787/status",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no address of a cluster"):
        ClusterAddress.parse(text)


def test_a_cluster_is_told_from_an_engine_of_containers() -> None:
    assert is_cluster("dask://host")
    assert not is_cluster("podman")


def test_silence_is_an_error_at_once() -> None:
    begin = time.monotonic()
    with pytest.raises(NbenvError) as caught:
        ClusterAddress.parse("ray://127.0.0.1:1").check_reachable()
    assert time.monotonic() - begin < 10
    assert "does not answer" in caught.value.what
    assert "10001" in caught.value.todo


def test_what_listens_is_reachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ClusterAddress.parse(f"dask://127.0.0.1:{server.getsockname()[1]}").check_reachable()
