"""A Kubernetes 1.20 of one node, which the kit starts on the Docker of these tests."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from tests.engine.kit import Engine

__all__ = ["Cluster", "reason_for_no_cluster", "start_cluster"]

NAMES = ("etcd", "apiserver", "kcm", "sched", "kubelet")


class Cluster:
    """The cluster, by kubectl."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.folder = engine.folder / "kubernetes"
        self.config = self.folder / "pki" / "kubeconfig"

    def ask(self, *words: object) -> str:
        done = self.engine.run("kubectl", f"--kubeconfig={self.config}", *words)
        assert done.status == 0, done.out + done.err
        return done.out

    def wait(self, ended: str, *words: object, seconds: float = 120) -> None:
        """Wait until the words print a text that holds another one."""
        end, text = time.monotonic() + seconds, ""
        while ended not in text:
            assert time.monotonic() < end, f"{ended} not within {seconds} s: {text}"
            time.sleep(1)
            text = self.engine.run("kubectl", f"--kubeconfig={self.config}", *words).out

    def stop(self) -> None:
        for name in reversed(NAMES):
            file = self.folder / "run" / f"{name}.pid"
            if file.exists():
                subprocess.run(["kill", file.read_text().strip()], check=False)
        time.sleep(2)
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):  # volumes of pods
            place = line.split()[1]
            if place.startswith(f"{self.folder}/run/kubelet"):
                subprocess.run(["umount", place], check=False)
        for name in self.engine.ok("ps", "-aq", "--filter", "name=k8s_").split():
            self.engine.docker("rm", "-f", name)
        shutil.rmtree(self.folder / "run", ignore_errors=True)


def reason_for_no_cluster(engine: Engine) -> str:
    """Return why there can be no cluster, "" where there can be one."""
    for name in ("kubectl", "gcc", "openssl", "curl"):
        if shutil.which(name) is None:
            return f"Kubernetes needs {name} here"
    return "" if (engine.kit / "kubernetes" / "up.sh").exists() else "the kit has no Kubernetes"


def start_cluster(engine: Engine) -> Cluster:
    """Start the cluster; return it when its node is ready."""
    kit, made = engine.kit / "kubernetes", Cluster(engine)
    made.folder.mkdir(exist_ok=True)
    if not (made.folder / "etcd").exists():
        _unpack_etcd(engine, made.folder)
    _make_pause(engine, kit)
    try:
        assert engine.run("bash", kit / "up.sh", engine.folder).status == 0
        assert engine.run("bash", kit / "kubelet.sh", engine.folder).status == 0
        made.wait(" Ready ", "get", "nodes", seconds=150)
        made.wait("default", "get", "serviceaccounts")
    except BaseException:
        made.stop()
        raise
    return made


def _unpack_etcd(engine: Engine, folder: Path) -> None:
    """Unpack etcd from the Debian release that the kit's Docker is from."""
    apt, debs = engine.folder / "apt" / "trixie", engine.folder / "debs"
    options = {
        "Dir::Etc::sourcelist": apt / "sources.list", "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": apt / "lists", "Dir::Cache": apt / "cache",
        "Dir::State::status": apt / "status", "Debug::NoLocking": "1",
    }  # fmt: skip
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    done = engine.run("apt-get", *words, "-q", "download", "etcd-server", folder=debs)
    assert done.status == 0, done.err
    [package] = debs.glob("etcd-server_*.deb")
    assert engine.run("dpkg", "-x", package, folder / "etcd").status == 0


def _make_pause(engine: Engine, kit: Path) -> None:
    if engine.docker("image", "inspect", "pause:local").status == 0:
        return
    program = engine.folder / "pause"
    assert engine.run("gcc", "-static", "-O2", "-o", program, kit / "pause.c").status == 0
    imported = "docker import --change 'ENTRYPOINT [\"/pause\"]' - pause:local"
    command = f"tar -C {engine.folder} -c pause | {imported}"
    assert engine.run("bash", "-o", "pipefail", "-c", command).status == 0
