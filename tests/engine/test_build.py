"""``nbenv build`` and ``nbenv run --on docker``, with a real engine."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from tests.engine.conftest import Image, make_notebook, outputs
from tests.engine.kit import Engine
from tests.support.commands import nbenv, succeed


@pytest.fixture
def work(image: Image, tmp_path: Path) -> Path:
    """A notebook of its own, with other cells and the same lock."""
    return make_notebook(tmp_path / "other.ipynb")


def test_an_environment_is_built_once_and_runs_notebooks(
    engine: Engine, work: Path, tmp_path: Path
) -> None:
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    built = nbenv("build", work, "--json", environ=environ)
    assert built.status == 0, built.err
    image = built.json["image"]
    again = make_notebook(tmp_path / "again" / "again.ipynb")
    known = nbenv("build", again, "--json", environ=environ)
    assert (known.json["image"], known.json["built"]) == (image, False)

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("read", encoding="utf-8")
    document = json.loads(work.read_text(encoding="utf-8"))
    document["cells"][-1]["source"] = (
        "import os\nprint(open('data/a.txt').read(), os.getuid(), rate)\n"
        "assert not os.access('other.ipynb', os.W_OK) or os.getuid() == 0\n"
        "open('here.txt', 'w').close()"
    )
    work.write_text(json.dumps(document), encoding="utf-8")
    before, out = work.read_bytes(), tmp_path / "out.ipynb"
    options = ("-p", "rate=2", "-o", out, "--mount", tmp_path / "data", "--network", "none")
    done = nbenv("run", work, "--on", "docker", "--memory", "1g", *options, environ=environ)
    assert done.status == 0, done.err
    assert f"read {os.getuid()} 2.0" in done.out
    assert out.stat().st_uid == os.getuid()
    assert outputs(out)[-1] == f"read {os.getuid()} 2.0\n"
    assert work.read_bytes() == before

    failed = nbenv("run", work, "--on", "docker", "-p", "mode=kill", "-o", out, environ=environ)
    assert failed.status == 1
    assert "The kernel was ended by SIGKILL." in failed.err and "Wrote " in failed.err
    engine.ok("image", "rm", "-f", image)


def test_what_an_engine_refuses_is_shown(engine: Engine, work: Path) -> None:
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    succeed("restore", work)
    done = nbenv("run", work, "--on", "docker", "--network", "missing", environ=environ)
    assert done.status == 1
    assert "missing" in done.err


def index(folder: Path) -> list[dict[str, object]]:
    """Return the rows of a sweep's index."""
    rows: list[dict[str, object]] = json.loads((folder / "index.json").read_text("utf-8"))["rows"]
    return rows


def test_a_sweep_in_containers(engine: Engine, image: Image, tmp_path: Path) -> None:
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    work = make_notebook(tmp_path / "Ein Wörtchen $1" / "Größe 'n [1].ipynb")
    rows, out = tmp_path / "rows.csv", tmp_path / "Ergebnis 1"
    rows.write_text("\ufeffrate,mode\r\n1,\r\n2,fail\r\n3,kill\r\n4,ü\r\n", encoding="utf-8")
    words = ("run", work, "--on", "docker", "--sweep", rows, "--jobs", "9", "-o", out)
    done = nbenv(*words, environ=environ)
    assert done.status == 1 and "2 of 4 rows done, 2 failed." in done.out, done.err
    first = index(out)
    assert [row["status"] for row in first] == ["done", "failed", "failed", "done"]
    assert [row["values"] for row in first] == [{"half": 0.5}, {}, {}, {"half": 2.0}]
    assert first[1]["error"] == "ZeroDivisionError: division by zero"
    assert first[2]["error"] == "The kernel was ended by SIGKILL."
    assert all((out / str(row["output"])).stat().st_uid == os.getuid() for row in first)

    # One that is stopped keeps what is done, leaves no container, and goes on, here as there.
    rows.write_text("rate,mode\n1,\n2,wait\n3,wait\n4,ü\n", encoding="utf-8")
    command = [sys.executable, "-m", "nbenv", *map(str, words)]
    process = subprocess.Popen(command, env=environ, text=True, stderr=-1, stdout=-1)
    end = time.monotonic() + 60
    while len(engine.ok("ps", "-q", "--filter", "name=nbenv-").split()) < 2:
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1 and "Stopped" in error
    assert engine.ok("ps", "-q", "--filter", "name=nbenv-") == ""
    assert [row["status"] for row in index(out)] == ["done", "pending", "pending", "done"]
    rows.write_text("rate,mode\n1,\n2,\n3,\n4,ü\n", encoding="utf-8")
    again = nbenv("run", work, "--sweep", rows, "--jobs", "2", "-o", out, environ=environ)
    assert again.status == 0 and "Running 2 of 4 rows" in again.err, again.err
    assert [index(out)[row] for row in (0, 3)] == [first[row] for row in (0, 3)]


def test_a_platform_without_an_emulation(engine: Engine, work: Path, tmp_path: Path) -> None:
    # A shell that is a program for another processor, as far as Linux looks at one.
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, 0x400000, 64, 0, 0, 64, 56, 0, 0, 0, 0)
    with tarfile.open(tmp_path / "base.tar", "w") as archive:
        for name in ("bin/sh", "usr/bin/env"):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(header), 0o755
            archive.addfile(member, io.BytesIO(header))
    platform = ("--platform", "linux/arm64")
    engine.ok("import", *platform, tmp_path / "base.tar", "foreign:1")
    environ = {**engine.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}
    done = nbenv("build", work, *platform, "--base", "foreign:1", environ=environ)
    engine.ok("image", "rm", "-f", "foreign:1")
    assert done.status == 1
    assert "This machine runs no programs for linux/arm64." in done.err, done.err
    assert "binfmt --install arm64" in done.err
