"""Errors about a scheduler that does not answer, or not securely; without Dask."""

from __future__ import annotations

import itertools
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.workers.conftest import WORKERS, load_file


@pytest.fixture
def rows() -> Iterator[ModuleType]:
    """The program, with what is beside it."""
    load_file(WORKERS / "clients" / "job.py", "job")
    yield load_file(WORKERS / "clients" / "dask_rows.py", "_nbenv_test_dask_rows")
    for name in ("job", "_nbenv_test_dask_rows"):
        del sys.modules[name]


def caused(*errors: Exception) -> Exception:
    """Return the first of some errors, each raised from the next one."""
    for outer, inner in itertools.pairwise(errors):
        outer.__cause__ = inner
    return errors[0]


def test_the_innermost_reason_is_named(rows: Any) -> None:
    error = caused(OSError("Exception while trying to call"), OSError("Connection reset by peer."))
    found = rows.not_answering("tcp://h:1", error)
    assert str(found) == "No Dask scheduler answers at tcp://h:1: Connection reset by peer."
    assert "begins with tls://" in found.todo
    assert str(rows.not_answering("tcp://h:1", TimeoutError())).endswith("h:1: TimeoutError.")
    assert "authority" in rows.not_answering("tls://h:1", OSError("closed")).todo


def test_a_certificate_is_named_behind_other_errors(rows: Any) -> None:
    error = caused(OSError("timed out"), OSError("closed"), ssl.SSLError("unknown authority"))
    found = rows.not_answering("tls://h:1", error)
    assert str(found).startswith("There is no secure connection to tls://h:1: ")
    assert "unknown authority" in str(found)
    assert "TLS__CA_FILE" in found.todo


def test_a_file_of_a_certificate_that_is_not_there_is_named(rows: Any, tmp_path: Path) -> None:
    there = tmp_path / "ca.pem"
    there.touch()
    names = {"tls_ca_file": str(there), "tls_client_cert": "-----BEGIN\nit itself"}
    known = SimpleNamespace(**names, tls_client_key=None)
    assert rows.missing_file(known) == ""
    known.tls_client_key = str(tmp_path / "key.pem")
    assert rows.missing_file(known) == f"there is no file {tmp_path / 'key.pem'}"
