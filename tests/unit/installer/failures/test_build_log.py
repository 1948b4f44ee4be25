"""Reasons found in the logs of failed builds."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.build_log import explain_build


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("error: command 'gcc' failed: No such file or directory", "It needs a compiler"),
        ("error: command '/usr/bin/cc' failed: No such file or directory", "build-essential"),
        ("error: Microsoft Visual C++ 14.0 or greater is required.", "It needs a compiler"),
        ("x.c:1:10: fatal error: Python.h: No such file or directory", "python3-dev"),
        ("x.c:1:10: fatal error: 'libpq-fe.h' file not found", "libpq-dev"),
        ("Error: pg_config executable not found.", "PostgreSQL's client library (pg_config)"),
        ("error: can't find Rust compiler; cargo, is not installed", "It needs Rust"),
        ("ModuleNotFoundError: No module named 'setuptools'", "the module setuptools"),
        ("RuntimeError: moon", "There is no wheel of it for this Python."),
    ],
)
def test_the_reason(line: str, words: str) -> None:
    error = explain_build(["error: Failed to build `a==1`", "  cause: odd", "  [stderr]", line])
    assert error.what == "Failed to build `a==1`."
    assert words in str(error)
    assert line.strip() in error.why
    assert error.todo.endswith("nothing was changed.")


def test_a_deprecated_name_is_told_as_that() -> None:
    lines = [
        "error: Failed to build `sklearn==0.0.post12`",
        "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'",
    ]
    error = explain_build(lines)
    assert "Did you mean scikit-learn?" in error.why
    assert "%nbenv install scikit-learn" in error.todo


def test_frames_of_a_traceback_are_left_out() -> None:
    log = ["Traceback (most recent call last):", '  File "/scratch/x.py", line 3, in f', "    f()"]
    error = explain_build(["error: Failed to build `a==1`", *log, "ValueError: moon"])
    assert error.why.splitlines() == ["  … (3 more lines above)", "  ValueError: moon"]


def test_a_local_project_is_not_sent_to_another_version() -> None:
    lines = ["error: Failed to build `mine @ file:///home/me/mine`", "  cause: boom"]
    assert explain_build(lines).todo == "Correct the project, then try again; nothing was changed."
