"""Podman 5 from Debian's packages, in a folder: it needs other libraries than this machine's.

It runs as root in a mount namespace of its own, whose root is a Debian 13 that debootstrap made.
The tests' files are at the same paths there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.engine.kit import Engine, debootstrap_environ

__all__ = ["Podman", "start_podman"]

_PACKAGES = "ca-certificates,podman,runc,netavark,aardvark-dns,catatonit,uidmap"
# The network is the host's, as Docker, which runs beside it, forwards nothing for others.
_CONTAINERS = """\
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
log_driver = "k8s-file"
netns = "host"
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
"""
_INSIDE = """\
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
for place in "$2" "$3"; do
    mkdir -p "./$place"
    mount --rbind "$place" "./$place"
done
mount -t tmpfs tmpfs run
pivot_root . old
cd /
umount -l old
touch /run/is-ready
exec sleep infinity
"""
_PROGRAM = """\
#!/bin/sh
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
exec nsenter --mount --root --target {process} --wdns=/ /usr/bin/podman "$@"
"""


class Podman:
    """A running podman; `environ` has its program on PATH, and no docker."""

    def __init__(self, folder: Path, holder: subprocess.Popen[bytes]) -> None:
        self._holder = holder
        self.bin = folder / "bin"
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        self.environ = {**os.environ, "PATH": path}

    def ok(self, *words: object) -> str:
        """Run a command that has to succeed; return its output."""
        done = subprocess.run(
            ["podman", *map(str, words)],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def stop(self) -> None:
        """End the namespace; its mounts go with it."""
        self._holder.terminate()
        self._holder.wait(10)


def start_podman(engine: Engine) -> Podman:
    """Unpack it, if that was not done before, and start it with the engine's base images."""
    folder = engine.folder / "podman"
    tree = folder / "tree"
    if not (folder / "is-complete").exists():
        shutil.rmtree(tree, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        words = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "trixie", str(tree)]
        done = subprocess.run(
            words, env=debootstrap_environ(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:]
        (folder / "is-complete").touch()
    for name in ("hosts", "resolv.conf"):
        (tree / "etc" / name).unlink(missing_ok=True)
        shutil.copy(Path("/etc", name), tree / "etc" / name)
    (tree / "old").mkdir(exist_ok=True)
    (tree / "etc" / "containers" / "containers.conf").write_text(_CONTAINERS, encoding="utf-8")
    podman = _enter(folder, tree)
    _load_base_images(engine, podman, folder)
    return podman


def _enter(folder: Path, tree: Path) -> Podman:
    """Start the process that holds the namespace."""
    python = Path(sys.executable).parents[1]
    script = folder / "inside.sh"
    script.write_text(_INSIDE, encoding="utf-8")
    words = ["unshare", "--mount", "bash", script, tree, tempfile.gettempdir(), python]
    holder = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    ready = Path(f"/proc/{holder.pid}/root/run/is-ready")
    end = time.monotonic() + 20
    while not ready.exists():
        assert holder.poll() is None and time.monotonic() < end, "podman's root was not entered"
        time.sleep(0.1)
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / "podman"
    program.write_text(_PROGRAM.format(process=holder.pid), encoding="utf-8")
    program.chmod(0o755)
    return Podman(folder, holder)


def _load_base_images(engine: Engine, podman: Podman, folder: Path) -> None:
    names = engine.base_images()
    if all(name in podman.ok("images", "--format", "{{.Repository}}:{{.Tag}}") for name in names):
        return
    archive = folder / "base.tar"
    engine.ok("save", "-o", archive, *names)
    shutil.move(archive, folder / "tree" / "base.tar")
    podman.ok("load", "-i", "/base.tar")
    (folder / "tree" / "base.tar").unlink()
