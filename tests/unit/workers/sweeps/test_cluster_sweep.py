"""Rows that come back from a cluster."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nbenv.errors import NbenvError, UsageError
from nbenv.workers.sweeps import client_process
from nbenv.workers.sweeps.client_process import ClientProcess
from nbenv.workers.sweeps.cluster_sweep import ClusterOptions, _follow, cluster_runner


def test_each_row_is_kept_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_process, "_PROGRAMS", tmp_path)
    row = {"event": "row", "row": 2, "status": "done", "error": "", "seconds": 1.5, "host": "h"}
    events = [
        {"event": "node", "host": "h", "python": "3.12.1", "made": True, "seconds": 2.0},
        {"event": "note", "text": "A note."},
        {**row, "notebook": base64.b64encode(b"{}").decode()},
        {"event": "end"},
    ]
    lines = "\n".join(f"print({json.dumps(each)!r})" for each in events)
    (tmp_path / "some_rows.py").write_text(lines)
    kept: list[tuple[int, Mapping[str, object], bytes]] = []

    def keep(number: int, how: Mapping[str, object], notebook: bytes) -> str:
        kept.append((number, how, notebook))
        return f"row {number}"

    with ClientProcess(sys.executable, "some", []) as process:
        shown = [each.message for each in _follow(process, 3, keep)]
    assert shown == [
        "h (Python 3.12.1): the environment made in 2.0 s.",
        "A note.",
        "1 of 3: row 2",
    ]
    how = {"status": "done", "error": "", "seconds": 1.5, "host": "h"}
    assert kept == [(2, how, b"{}")]


def test_an_address_is_checked_before_anything_else() -> None:
    with pytest.raises(UsageError):
        cluster_runner(ClusterOptions("spark://h"))
    with pytest.raises(NbenvError, match="does not answer"):
        cluster_runner(ClusterOptions("dask://127.0.0.1:1"))
