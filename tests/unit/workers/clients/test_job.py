"""The words between nbenv and the programs that hand rows to a cluster."""

from __future__ import annotations

import base64
import json
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.workers.conftest import WORKERS, load_file


@pytest.fixture
def job() -> ModuleType:
    return load_file(WORKERS / "clients" / "job.py", "_nbenv_test_job")


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_a_row_that_was_run_brings_its_notebook(
    job: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    job.tell_done(3, {"seconds": 1.5, "host": "h", "notebook": zlib.compress(b"{}"), "error": ""})
    event = printed(capsys)
    assert (event["event"], event["row"], event["status"], event["seconds"]) == (
        "row",
        3,
        "done",
        1.5,
    )
    assert base64.b64decode(event["notebook"]) == b"{}"


def test_a_row_that_failed_brings_what_it_had(
    job: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    error = RuntimeError("short")
    error.nbenv_row = {"error": "ValueError: x", "notebook": b"", "seconds": 2}  # type: ignore[attr-defined]
    job.tell_failed(1, error)
    assert printed(capsys)["error"] == "ValueError: x"
    job.tell_failed(1, KeyError("a\nworker died"))
    event = printed(capsys)
    assert (event["status"], event["notebook"]) == ("failed", "")
    assert "worker died" in event["error"]


def test_a_cluster_error_is_the_last_event(
    job: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(address: str) -> dict[str, str]:
        raise job.ClusterError(f"{address} is none.", "Look.")

    monkeypatch.setattr(sys, "argv", ["program", "versions", "tcp://x"])
    monkeypatch.setattr(job.signal, "signal", lambda *given: None)
    assert job.main(None, fail) == 1
    assert printed(capsys) == {"event": "failed", "error": "tcp://x is none.", "todo": "Look."}


def test_a_job_is_read_from_its_files(job: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "payload").write_bytes(b"zip")
    (tmp_path / "source").write_text("code")
    known = {"address": "a", "retries": 1, "patience": 2, "rows": [], "digest": "d",
             "payload": str(tmp_path / "payload"), "source": str(tmp_path / "source")}  # fmt: skip
    (tmp_path / "job.json").write_text(json.dumps(known))
    read = job.Job(str(tmp_path / "job.json"))
    assert (read.payload, read.source, read.digest) == (b"zip", "code", "d")
