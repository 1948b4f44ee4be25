"""The check that tells of a dead index in time, and leaves a slow one alone."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.installer import reachability
from nbenv.installer.reachability import (
    Host,
    Watch,
    addresses_to_watch,
    hosts_to_watch,
    is_silent,
    proxy_for,
    repository_to_watch,
)

BOTH = {"UV_DEFAULT_INDEX": "https://a.invalid/simple", "UV_INDEX": "b=http://b.invalid:8080/x"}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "QUIET", 0.05)
    monkeypatch.setattr(reachability, "PATIENCE", 0.4)
    monkeypatch.setattr(reachability, "has_settings", lambda _: False)
    monkeypatch.setattr(reachability, "_dead", {})
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_index_that_is_asked_first_is_watched() -> None:
    assert [host.name for host in hosts_to_watch(BOTH)] == ["b.invalid"]
    every = hosts_to_watch({**BOTH, "UV_INDEX_STRATEGY": "unsafe-best-match"})
    assert [(host.name, host.port) for host in every] == [("b.invalid", 8080), ("a.invalid", 443)]


def test_what_the_user_decided_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hosts_to_watch({**BOTH, "UV_OFFLINE": "1"}) == []
    assert hosts_to_watch({"UV_DEFAULT_INDEX": "file:///wheels"}) == []
    monkeypatch.setenv("UV_HTTP_RETRIES", "9")
    assert hosts_to_watch(BOTH) == []


def test_a_proxy_is_watched_in_the_place_of_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "proxy.invalid:3128")
    assert proxy_for("http://b.invalid/") == "http://proxy.invalid:3128"
    assert [host.name for host in hosts_to_watch(BOTH)] == ["proxy.invalid"]
    monkeypatch.delenv("http_proxy")
    monkeypatch.setenv("PIP_PROXY", "http://pips.invalid:3128")
    assert proxy_for("http://b.invalid/") == "http://pips.invalid:3128"
    monkeypatch.setenv("no_proxy", "b.invalid")
    assert [host.name for host in hosts_to_watch(BOTH)] == ["b.invalid"]


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        yield server


def verdict(port: int) -> Host | None:
    given = threading.Event()
    with Watch(lambda: [Host("127.0.0.1", port, "http://x/")], given.set) as watch:
        given.wait(1)
    return watch.dead


def test_a_host_that_accepts_and_says_nothing_is_alive() -> None:
    with listening() as server:
        assert verdict(server.getsockname()[1]) is None


def test_a_host_that_refuses_is_dead() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    assert verdict(port) is not None


def test_a_host_that_drops_packets_is_dead() -> None:
    with listening() as server, contextlib.ExitStack() as stack:
        for _ in range(4):  # more than its queue takes
            full = stack.enter_context(socket.socket())
            full.setblocking(False)
            full.connect_ex(server.getsockname())
        assert verdict(server.getsockname()[1]) is not None


def test_no_verdict_comes_after_the_end() -> None:
    given = threading.Event()
    with Watch(lambda: [Host("127.0.0.1", 1, "http://x/")], given.set) as watch:
        watch.stop()
        assert not given.wait(0.6)
    assert watch.dead is None


def test_addresses_and_repositories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    urls = ["./here", "git+https://g.invalid/x", "https://me:sesame@a.invalid/x.whl#sha256=1"]
    [host] = addresses_to_watch(urls, {})
    assert (host.name, host.port, host.is_index) == ("a.invalid", 443, False)
    assert "sesame" not in host.url
    assert addresses_to_watch(urls, {"UV_OFFLINE": "1"}) == []
    assert [host.name for host in repository_to_watch("https://g.invalid/x", {})] == ["g.invalid"]
    text = '[url "https://mirror.invalid/"]\ninsteadOf = https://g.invalid/\n'
    (tmp_path / "gitconfig").write_text(text, encoding="utf-8")
    assert repository_to_watch("https://g.invalid/x", {}) == []


@pytest.mark.parametrize("is_index", [True, False])
def test_an_installer_at_work_is_stopped_for_addresses_alone(is_index: bool) -> None:
    given = threading.Event()
    host = Host("127.0.0.1", 1, "http://x/", is_index)
    watch = Watch(lambda: [host], given.set)
    watch.ignore_indexes()
    with watch:
        assert given.wait(5) is not is_index


def test_a_dead_host_is_not_waited_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "_AGAIN", 0.01)
    assert verdict(1)
    monkeypatch.setattr(reachability, "PATIENCE", 60)
    monkeypatch.setattr(reachability, "QUIET", 60)
    assert verdict(1)


def test_only_silence_is_silent() -> None:
    with listening() as server:
        assert not is_silent(f"http://127.0.0.1:{server.getsockname()[1]}/")
        for _ in range(4):  # more than its queue takes
            full = socket.socket()
            full.setblocking(False)
            full.connect_ex(server.getsockname())
        assert is_silent(f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert not is_silent("http://127.0.0.1:1/")
    assert not is_silent("file:///x")
