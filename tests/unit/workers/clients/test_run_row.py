"""The run of a row on a worker, without a cluster: unpacking, variables, reasons."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.workers.conftest import WORKERS, load_file


@pytest.fixture
def run_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(tmp_path / "cache"))
    return load_file(WORKERS / "clients" / "run_row.py", "_nbenv_test_run_row")


def packed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in (WORKERS / "worker").glob("*.py"):
            archive.write(path, f"bundle/{path.name}")
        archive.writestr("name.txt", "some.ipynb")
    return buffer.getvalue()


def test_a_payload_is_unpacked_once(run_row: ModuleType, tmp_path: Path) -> None:
    folder = run_row._unpacked(packed(), "d" * 64)
    assert Path(folder) == tmp_path / "cache" / "sweeps" / ("d" * 32)
    assert Path(folder, "name.txt").read_text() == "some.ipynb"
    assert run_row._unpacked(packed(), "d" * 64) == folder
    assert os.listdir(tmp_path / "cache" / "sweeps") == ["d" * 32]


def test_payloads_that_nobody_used_for_long_are_removed(
    run_row: ModuleType, tmp_path: Path
) -> None:
    old = run_row._unpacked(packed(), "a" * 64)
    os.utime(old, (0, 0))
    new = run_row._unpacked(packed(), "b" * 64)
    assert not os.path.exists(old)
    assert os.path.exists(new)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("noise\nnbenv: ValueError: x\nmore noise\n", "ValueError: x"),
        ("Killed\n", "Killed"),
        ("", "Its process ended with status 9."),
    ],
)
def test_the_reason_is_what_the_runner_said(
    run_row: ModuleType, tmp_path: Path, said: str, reason: str
) -> None:
    (tmp_path / "said.txt").write_text(said)
    assert run_row._reason(str(tmp_path / "said.txt"), 9) == reason


def test_commands_that_install_are_answered_in_the_environment(
    run_row: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "payload" / "programs" / "site"
    site.mkdir(parents=True)
    skips = WORKERS.parent / "export" / "data" / "nbenv_image.py"
    (site / "nbenv_image.py").write_bytes(skips.read_bytes())
    monkeypatch.setenv("PYTHONPATH", "/of/the/worker")
    scratch = tmp_path / "scratch it"
    scratch.mkdir()
    environ = run_row._environ(str(scratch), str(tmp_path / "payload"), sys.executable)
    assert environ["PYTHONPATH"] == str(site)
    done = subprocess.run(
        ["sh", "-c", "pip install nothing && uv pip install nothing"],
        env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Skipped: pip install nothing" in done.stdout
    assert "Skipped: uv pip install nothing" in done.stdout
