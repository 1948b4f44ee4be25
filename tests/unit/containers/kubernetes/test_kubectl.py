"""Unit tests of ``nbenv.containers.kubernetes.kubectl``; tests/engine has a real cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.containers.kubernetes.kubectl import ClusterError, find_kubectl
from nbenv.errors import NbenvError

Says = Callable[[str], None]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Put a kubectl on PATH that runs these lines of a shell."""

    def write(lines: str) -> None:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    write("exit 0")
    return write


def test_it_is_found(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_kubectl("mine").namespace == "mine"
    monkeypatch.setenv("PATH", "/nothing")
    with pytest.raises(NbenvError, match="kubectl is not installed here"):
        find_kubectl()


def test_the_version(says: Says) -> None:
    says("""echo '{"serverVersion": {"major": "1", "minor": "29+"}}'""")
    assert find_kubectl().version() == (1, 29)
    for lines in ("echo 'Warning: old\nno route' >&2; exit 1", "echo '{}'", "echo"):
        says(lines)
        with pytest.raises(ClusterError, match="kubectl reaches no cluster"):
            find_kubectl().version()


def test_words_and_what_was_refused(says: Says) -> None:
    says('echo "$*"; cat')
    assert find_kubectl("n").ask("create", "-f", "-", given=b"x") == b"--namespace=n create -f -\nx"
    says("echo 'Error from server: no' >&2; exit 1")
    with pytest.raises(ClusterError, match="kubectl get failed") as caught:
        find_kubectl().ask("get", "pods")
    assert caught.value.why == "Error from server: no"


def test_files_arrive_whole_or_not_at_all(
    says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    (tmp_path / "a.txt").write_text("x" * 5000, encoding="utf-8")
    says(f'shift 7; cd {tmp_path}; sh -c "$1"')
    files = find_kubectl().files("p", "c", str(tmp_path), ["a.txt", "none"])
    assert files == {"a.txt": b"x" * 5000}
    assert find_kubectl().files("p", "c", str(tmp_path), ["none"]) == {}
    says(f"tar cf - -C {tmp_path} a.txt | head -c 2000")
    with pytest.raises(ClusterError, match="could not be fetched from the pod p"):
        find_kubectl().files("p", "c", "/", ["a.txt"])
