"""Archives: equal bytes for equal content, in formats that other programs read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from nbenv.environments.archive.members import Member
from nbenv.environments.archive.tar_file import check_name, write_tar
from nbenv.errors import NbenvError, UsageError

BIG = os.urandom(1 << 20) * 3
MEMBERS = {
    "bin/run": Member(content=b"#!/bin/sh\n", executable=True),
    "bin/other": Member(link="run"),
    f"lib/{'long' * 40}/ünï.py": Member(content=b"x = 1\n"),
    "lib/big.so": Member(content=BIG),
}


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz", "a.tar.zst"])
def test_tar_unpacks_what_was_written(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    assert write_tar(file, MEMBERS, "/nowhere") == []
    before = file.read_bytes()
    write_tar(file, dict(reversed(MEMBERS.items())), "/nowhere")
    assert file.read_bytes() == before
    folder = tmp_path / "there"
    folder.mkdir()
    subprocess.run(["tar", "-xf", file, "-C", folder], check=True)
    assert (folder / "lib" / "big.so").read_bytes() == BIG
    assert (folder / "lib" / ("long" * 40) / "ünï.py").read_text() == "x = 1\n"
    assert os.readlink(folder / "bin" / "other") == "run"
    assert os.access(folder / "bin" / "other", os.X_OK)


def test_a_module_with_other_content_has_another_time(tmp_path: Path) -> None:
    times = set()
    for content in (b"x = 1\n", b"x = 2\n"):
        write_tar(tmp_path / "a.tar.gz", {"m.py": Member(content=content)}, "/nowhere")
        with tarfile.open(tmp_path / "a.tar.gz") as tar:
            times.add(tar.getmember("m.py").mtime)
    assert len(times) == 2


def test_what_names_this_machine_is_found(tmp_path: Path) -> None:
    members = {"a.txt": Member(content=b"in /some/where"), "b.txt": Member(content=b"not")}
    assert write_tar(tmp_path / "a.tar.gz", members, "/some/where") == ["a.txt"]


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst"])
def test_a_full_disk_leaves_the_former_archive(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(b"former")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from nbenv.environments.archive import tar_file, members\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "import os; members = {'a': members.Member(content=os.urandom(3_000_000))}\n"
        "try:\n    tar_file.write_tar(Path(sys.argv[1]), members, '/nowhere')\n"
        "except tar_file.NbenvError as error:\n    print(error)\n"
    )
    python = shutil.which("python") or "python3"
    done = subprocess.run([python, "-c", code, file], capture_output=True, text=True)
    assert "cannot be written" in done.stdout, done.stderr
    assert file.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(NbenvError, match="cannot be written"):
        write_tar(tmp_path / "a.tar.gz", {"a": Member(source=str(tmp_path / "gone"))}, "/nowhere")
    assert list(tmp_path.iterdir()) == []


def test_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.tar.gz", "a.tgz", "a.tar.zst"):
        check_name(Path(name))
    with pytest.raises(UsageError, match="in which format"):
        check_name(Path("a.zip"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("nbenv.environments.archive.tar_file._zstd_module", lambda: None)
    with pytest.raises(UsageError, match="there is no zstd"):
        check_name(Path("a.tar.zst"))
