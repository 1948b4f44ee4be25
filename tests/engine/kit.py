"""Engines on this machine, from scripts that unpack them into a folder and install nothing.

The scripts are beside the checkout, in ``../shared/engines``, or where ``TEST_ENGINE_KIT`` says.
The engine's folder, some hundred megabytes, is kept from run to run.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.environments import interpreters
from nbenv.export.image_steps import base_images

__all__ = ["Done", "Engine", "debootstrap_environ", "reason_for_none", "start_engine"]

ROOT = Path(__file__).parents[2]
KIT = Path(os.environ.get("TEST_ENGINE_KIT") or ROOT.parent / "shared" / "engines")
FOLDER = Path(os.environ.get("TEST_ENGINE_ROOT") or Path(tempfile.gettempdir(), "nbenv-engine"))
IS_WANTED = bool(os.environ.get("TEST_ENGINES"))


def reason_for_none() -> str:
    """Return why there is no engine to test with, "" where there is one."""
    if not IS_WANTED:
        return "set TEST_ENGINES=1 to start a container engine and run images in it"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "the engine is started by root, on Linux"
    if not (KIT / "docker-up.sh").exists():
        return f"there is no kit for engines in {KIT}: name its folder in TEST_ENGINE_KIT"
    return ""


@dataclass(frozen=True)
class Done:
    """The result of a command."""

    status: int
    out: str
    err: str
    seconds: float


@dataclass
class Engine:
    """A running Docker Engine; `is_ours` says that this session started it."""

    python: str
    environ: Mapping[str, str]
    is_ours: bool
    folder: Path = FOLDER
    kit: Path = KIT

    def run(self, *words: object, folder: Path | None = None, timeout: float = 240) -> Done:
        """Run a command that may call the engine's programs."""
        start = time.monotonic()
        done = subprocess.run(
            list(map(str, words)),
            env=dict(self.environ),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - start)

    def docker(self, *words: object, folder: Path | None = None) -> Done:
        """Run a command of docker."""
        return self.run("docker", *words, folder=folder)

    def ok(self, *words: object, folder: Path | None = None) -> str:
        """Run a command of docker that has to succeed; return its output."""
        done = self.docker(*words, folder=folder)
        assert done.status == 0, done.out + done.err
        return done.out.strip()

    def base_images(self) -> tuple[str, str]:
        """Return the names of the images that the exports start from."""
        return base_images(Spec(self.python))

    def stop(self) -> None:
        """Stop the engine, if this session started it."""
        if self.is_ours:
            process = int((self.folder / "run" / "docker.pid").read_text())
            os.kill(process, 15)
            end = time.monotonic() + 30
            while Path(f"/proc/{process}").exists() and time.monotonic() < end:
                time.sleep(0.2)
            for name in ("docker0", "docker_gwbridge"):  # which it leaves behind
                subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)


def start_engine() -> Engine:
    """Start the engine, or use the one that runs there; make sure of the base images."""
    python = interpreters.default_python()
    environ = _environment()
    is_running = bool(environ) and _is_running(environ)
    if not is_running:
        _checked("bash", KIT / "docker-up.sh", FOLDER)
        environ = _environment()
    engine = Engine(python, environ, not is_running)
    _make_base_images(engine)
    return engine


def _environment() -> dict[str, str]:
    """Return the variables with which the engine's programs are found; {} before it is there."""
    script = FOLDER / "env.sh"
    if not script.exists():
        return {}
    names = ("PATH", "DOCKER_HOST", "DOCKER_CONFIG")
    shown = "; ".join(f'printf "%s\\0" "${name}"' for name in names)
    command = f". {shlex.quote(str(script))}; {shown}"
    text = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    return {**os.environ, **dict(zip(names, text.stdout.split("\0"), strict=False))}


def _is_running(environ: Mapping[str, str]) -> bool:
    command = ["docker", "info"]
    done = subprocess.run(command, env=dict(environ), capture_output=True, check=False)
    return done.returncode == 0


def _make_base_images(engine: Engine) -> None:
    """Make what the exports start from out of this machine's CPython, as no image can be pulled."""
    names = engine.base_images()
    if all(engine.docker("image", "inspect", name).status == 0 for name in names):
        return
    found = interpreters.find(engine.python)
    assert found is not None
    prefix = Path(found.executable).resolve().parents[1]
    known = ("DOCKER_HOST", "DOCKER_CONFIG")
    environ = {**debootstrap_environ(), **{name: engine.environ[name] for name in known}}
    _checked("bash", KIT / "base-image.sh", FOLDER, engine.python, prefix, environ=environ)
    for name in names:
        engine.ok("tag", f"python:{engine.python}-slim-bookworm", name)


def debootstrap_environ() -> dict[str, str]:
    """Return the environment in which debootstrap is found, in its package if need be."""
    tools = FOLDER / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    if not list(tools.glob("*.deb")):
        subprocess.run(["apt-get", "-q", "update"], capture_output=True, check=False)
        subprocess.run(["apt-get", "-q", "download", "debootstrap"], cwd=tools, check=True)
    [package] = tools.glob("debootstrap*.deb")
    _checked("dpkg", "-x", package, tools / "deb")
    path = f"{tools}/deb/usr/sbin:{_environment()['PATH']}"
    return {
        **os.environ,
        "PATH": path,
        "DEBOOTSTRAP_DIR": f"{tools}/deb/usr/share/debootstrap",
    }


def _checked(*words: object, environ: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        list(map(str, words)),
        env=dict(environ) if environ else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
