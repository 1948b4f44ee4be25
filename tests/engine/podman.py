"""Podman 5 from Debian's packages, in a folder: it needs other libraries than this machine's.

It runs in a mount namespace of its own, whose root is a Debian 13 that debootstrap made: as root,
and rootless, as a user who has only the ids that ``/etc/subuid`` gives. The tests' files are at the
same paths there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.engine.kit import ROOT, Engine, debootstrap_environ

__all__ = ["USER", "Podman", "start_podman"]

USER = 4321
_HOME = Path("/home/runner")
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
for place in "${@:3}"; do
    mkdir -p "./$place"
    mount --rbind "$place" "./$place"
done
mount -t tmpfs tmpfs run
install -d -o "$2" -g "$2" "run/user/$2"
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
        self.home = folder / "tree" / _HOME.relative_to("/")
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

    def as_user(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command as a user without rights, in the home folder that is `home` here."""
        enter = ["nsenter", "--mount", "--root", "--target", self._holder.pid, f"--wdns={_HOME}"]
        drop = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        known = {
            "HOME": _HOME, "XDG_RUNTIME_DIR": f"/run/user/{USER}", "NBENV_HOME": _HOME / ".nbenv",
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8",
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
        }  # fmt: skip
        environ = ["env", "-i", *(f"{name}={value}" for name, value in known.items())]
        command = list(map(str, [*enter, *drop, *environ, *words]))
        return subprocess.run(command, capture_output=True, text=True, check=False)

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
    _add_user(tree)
    (tree / "etc" / "containers" / "containers.conf").write_text(_CONTAINERS, encoding="utf-8")
    podman = _enter(folder, tree)
    _load_base_images(engine, podman, folder)
    return podman


def _add_user(tree: Path) -> None:
    lines = {
        "passwd": f"runner:x:{USER}:{USER}::{_HOME}:/bin/sh\n", "group": f"runner:x:{USER}:\n",
        "subuid": "runner:100000:65536\n", "subgid": "runner:100000:65536\n",
    }  # fmt: skip
    for name, line in lines.items():
        path = tree / "etc" / name
        known = path.read_text(encoding="utf-8") if path.exists() else ""
        if line not in known:
            path.write_text(known + line, encoding="utf-8")
    (tree / "root").chmod(0o755)  # where the Python of these tests may be
    home = tree / _HOME.relative_to("/")
    home.mkdir(exist_ok=True)
    os.chown(home, USER, USER)


def _enter(folder: Path, tree: Path) -> Podman:
    """Start the process that holds the namespace."""
    python = Path(sys.executable).parents[1]
    places = [tempfile.gettempdir(), python, sys.base_prefix, ROOT]
    places = [each for each in places if not str(each).startswith("/usr")]
    script = folder / "inside.sh"
    script.write_text(_INSIDE, encoding="utf-8")
    words = ["unshare", "--mount", "bash", script, tree, USER, *places]
    holder = subprocess.Popen(
        list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
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
    """Give both users the images that the exports start from."""
    names = engine.base_images()
    command = ("podman", "images", "--format", "{{.Repository}}:{{.Tag}}")
    of_root, of_user = podman.ok(*command[1:]), podman.as_user(*command).stdout
    lacking = [each for each in (of_root, of_user) if not all(name in each for name in names)]
    if not lacking:
        return
    archive = folder / "base.tar"
    engine.ok("save", "-o", archive, *names)
    shutil.move(archive, folder / "tree" / "base.tar")
    (folder / "tree" / "base.tar").chmod(0o644)
    if of_root in lacking:
        podman.ok("load", "-i", "/base.tar")
    if of_user in lacking:
        loaded = podman.as_user("podman", "load", "-i", "/base.tar")
        assert loaded.returncode == 0, loaded.stderr
    (folder / "tree" / "base.tar").unlink()
