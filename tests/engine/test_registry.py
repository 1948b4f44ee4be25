"""Images that are pushed, start from a pinned base, or are built from an index with a password."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.engine.conftest import Image, make_notebook
from tests.engine.kit import Engine
from tests.support.clients import free_port
from tests.support.commands import nbenv, succeed
from tests.support.index import LocalIndex

_CONFIG = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: "{folder}"}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@pytest.fixture
def registry(engine: Engine, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a registry, from Debian's package of Docker's."""
    place = engine.folder / "registry"
    program = place / "usr" / "bin" / "docker-registry"
    if not program.exists():
        place.mkdir(exist_ok=True)
        download = ("apt-get", "-q", "download", "docker-registry")
        assert engine.run(*download, folder=place).status == 0
        [package] = place.glob("docker-registry_*.deb")
        assert engine.run("dpkg", "-x", package, place).status == 0
    port = free_port()
    config = tmp_path / "registry.yml"
    config.write_text(_CONFIG.format(folder=tmp_path / "store", port=port), encoding="utf-8")
    with subprocess.Popen(
        [program, "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            address = f"127.0.0.1:{port}"
            _wait_for(f"http://{address}/v2/")
            yield address
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.fixture
def environ(engine: Engine) -> Mapping[str, str]:
    """The variables with which the engine is found."""
    return {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}


def test_an_image_is_pushed_and_starts_from_a_pinned_base(
    engine: Engine, environ: Mapping[str, str], registry: str, image: Image, tmp_path: Path
) -> None:
    _, slim = engine.base_images()
    engine.ok("tag", slim, f"{registry}/python:1")
    engine.ok("push", f"{registry}/python:1")
    [base] = json.loads(engine.ok("inspect", "-f", "{{json .RepoDigests}}", f"{registry}/python:1"))
    assert "@sha256:" in base
    work, name = make_notebook(tmp_path / "work.ipynb"), f"{registry}/team/env:1"
    options = ("--base", base, "--tag", name, "--push", "--platform", "linux/amd64", "--json")
    built = nbenv("build", work, *options, environ=environ)
    assert built.status == 0, built.err
    labels = json.loads(engine.ok("inspect", "-f", "{{json .Config.Labels}}", name))
    assert labels["org.opencontainers.image.base.name"] == base
    with urllib.request.urlopen(f"http://{registry}/v2/team/env/tags/list", timeout=20) as answer:
        assert json.load(answer)["tags"] == ["1"]
    engine.ok("image", "rm", "-f", name, built.json["image"])
    engine.ok("run", "--rm", name, "--help")  # pulled anew

    refused = nbenv("build", work, "--tag", "127.0.0.1:9/a:1", "--push", environ=environ)
    assert refused.status == 1 and "127.0.0.1:9/a:1 could not be pushed." in refused.err
    engine.ok("image", "rm", "-f", name, base, f"{registry}/python:1", "127.0.0.1:9/a:1")


def test_an_index_with_a_password(
    engine: Engine, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc, folder = tmp_path / "netrc", tmp_path / "out"
    folder.mkdir()
    netrc.write_text("machine 127.0.0.1 login me password sesame-9f3\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with LocalIndex(tmp_path / "index") as index:
        index.wheel("leaf", "1.0", modules={"leaf.py": "HELLO = 'from the closed index'"})
        index.auth = ("me", "sesame-9f3")
        work = make_notebook(folder / "work.ipynb")
        succeed("install", work, "leaf", "--index", f"own={index.url}")
        succeed("export", work, "--format", "dockerfile", "-o", folder / "Dockerfile")
        build = ("build", "--network", "host", "-t", "closed-index", ".")
        without = engine.docker(*build, folder=folder)
        assert without.status != 0
        engine.ok(*build[:-1], "--secret", f"id=netrc,src={netrc}", ".", folder=folder)
    code = "import leaf; print(leaf.HELLO)"
    ran = engine.ok("run", "--rm", "--entrypoint", "python", "closed-index", "-c", code)
    assert ran == "from the closed index"
    history = engine.ok("history", "--no-trunc", "closed-index")
    files = "! grep -rqs sesame-9f3 /root /opt /home /etc /tmp && echo none"
    found = ("run", "--rm", "--user", "0", "--entrypoint", "sh", "closed-index", "-c", files)
    assert "sesame" not in history and engine.ok(*found) == "none"
    engine.ok("image", "rm", "-f", "closed-index")


@contextmanager
def reachable(engine: Engine, port: int) -> Iterator[str]:
    """Offer a port of this machine's own to containers; yield its address there."""
    gateway = engine.ok("network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}")

    def copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # either side has gone
            pass

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # the end of the test
                return
            own = socket.create_connection(("127.0.0.1", port))
            Thread(target=copy, args=(client, own), daemon=True).start()
            Thread(target=copy, args=(own, client), daemon=True).start()

    with socket.create_server((gateway, 0)) as listener:
        Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"{gateway}:{listener.getsockname()[1]}"


def test_an_environment_is_built_from_an_index_with_a_password(
    engine: Engine, environ: Mapping[str, str], image: Image, tmp_path: Path
) -> None:
    netrc, settings = tmp_path / "netrc", tmp_path / "pip.conf"
    with LocalIndex(tmp_path / "index") as index:
        index.wheel("leaf", "1.0", modules={"leaf.py": "HELLO = 'from the closed index'"})
        index.auth = ("me", "sesame-9f3")
        with reachable(engine, urllib.parse.urlsplit(index.url).port or 0) as address:
            host = address.partition(":")[0]
            netrc.write_text(f"machine {host} login me password sesame-9f3\n", encoding="utf-8")
            settings.write_text(f"[global]\ntrusted-host = {host}\n", encoding="utf-8")
            known = {**environ, "NETRC": str(netrc)}
            work = make_notebook(tmp_path / "work.ipynb")
            own = f"own=http://{address}/simple/"
            succeed("install", work, "leaf", "--index", own, environ=known)
            options = ("--secret", f"id=pip.conf,src={settings}", "--json")
            without = nbenv("build", work, *options, environ=known)
            assert without.status == 1
            assert without.json["error"]["what"] == "The image could not be built."
            secret = ("--secret", f"id=netrc,src={netrc}")
            built = nbenv("build", work, *options, *secret, environ=known)
            assert built.status == 0, built.err
    name = built.json["image"]
    code = "import leaf; print(leaf.HELLO)"
    ran = engine.ok("run", "--rm", "--entrypoint", "python", name, "-c", code)
    assert ran == "from the closed index"
    assert "sesame" not in engine.ok("history", "--no-trunc", name)
    engine.ok("image", "rm", "-f", name)
