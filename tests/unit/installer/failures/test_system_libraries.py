"""Libraries and programs that the logs of failed builds name."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.installer.failures.system_libraries import find_missing_library

LOGS = Path(__file__).with_name("build_logs.txt").read_text(encoding="utf-8").splitlines()
"""What a log misses, "-" for what the system has nothing to do with, and lines of real logs."""


@pytest.mark.parametrize("line", LOGS)
def test_what_a_log_misses(line: str) -> None:
    name, _, log = line.partition(" | ")
    found = find_missing_library("before\n  {}\nafter".format(log.replace(r"\n", "\n")))
    if name == "-":
        assert found is None, found
    else:
        assert found is not None
        assert name in found.name


def test_the_usual_packages_are_named() -> None:
    found = find_missing_library("Error: pg_config executable not found.")
    assert found is not None
    assert found.found == "pg_config"
    assert found.hint == (
        "Debian, Ubuntu: libpq-dev; Fedora: libpq-devel; Homebrew: libpq; conda: libpq"
    )


def test_long_logs_take_no_time() -> None:
    log = "error: " + "a" * 100_000 + "\n" + "not found " * 10_000 + "pkg-config " * 5_000
    assert find_missing_library(log) is None
