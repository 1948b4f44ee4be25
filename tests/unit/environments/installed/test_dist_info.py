"""The contents of a ``.dist-info`` folder, also of a broken one."""

from __future__ import annotations

from pathlib import Path

from nbenv.environments.installed.dist_info import own_modules, rows_of


def test_a_record_that_cannot_be_read_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(tmp_path) == []
    (tmp_path / "RECORD").write_bytes(b'"a,b",x,1\n\n\xff.py,,2\n')
    assert rows_of(tmp_path) == [["a,b", "x", "1"], ["\ufffd.py", "", "2"]]


def test_theown_modules_of_a_distribution() -> None:
    rows = [
        ["google/cloud/storage/__init__.py"], ["google/cloud/storage/blob.py"], ["alone.py"],
        ["fast.cpython-311-x86_64-linux-gnu.so"], ["plain/part.py"], ["plain/data.txt"],
        ["../../../bin/tool"], ["a-1.dist-info/RECORD"], [""],
    ]  # fmt: skip
    assert own_modules(rows) == ["alone", "fast", "google.cloud.storage", "plain.part"]
    assert own_modules([["only/data.txt"]]) == ["only"]
