"""Reasons found in the logs of failed builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import BuildError
from nbenv.installer.failures.build_log import explain_build
from nbenv.installer.failures.uv_errors import explain_failure


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
        ("ModuleNotFoundError: No module named 'torch'", "take a wheel from its project"),
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


def test_the_error_of_code_without_a_file_is_shown() -> None:
    log = ['  File "<string>", line 1, in <module>', "RuntimeError: moon"]
    assert "RuntimeError: moon" in explain_build(["error: The build backend …", *log]).why


@pytest.mark.parametrize(
    ("headline", "projects"),
    [
        ("error: Failed to build `mine @ file:///home/me/mine`", []),
        ("error: The build backend returned an error", [Path("/home/me/mine")]),
    ],
)
def test_a_local_project_is_not_sent_to_another_version(
    headline: str, projects: list[Path]
) -> None:
    error = explain_build([headline, "  cause: boom"], projects)
    assert error.what == "The project in /home/me/mine cannot be built."
    assert error.todo == "Correct the project, then try again; nothing was changed."
    missing = "ModuleNotFoundError: No module named 'cython'"
    error = explain_build([headline, missing], projects)
    assert error.todo.startswith("Add cython to build-system.requires in its pyproject.toml")


def test_a_build_that_needs_what_cannot_be_installed() -> None:
    text = """\
error: Failed to download and build `pandas==1.0.0`
  cause: Failed to resolve requirements from `build-system.requires`
  cause: No solution found when resolving: `setuptools`, `numpy==1.14.5`
  cause: Because numpy{sys_platform != 'aix'}==1.14.5 has no usable wheels and you require numpy

hint: Wheels are required for `numpy` because building from source is disabled for `numpy`
"""
    error = explain_failure(text.splitlines())
    assert type(error) is BuildError
    assert error.what == "pandas 1.0.0 cannot be built for this Python."
    assert "building it needs numpy==1.14.5" in error.why
    assert "upgrade" not in str(error)


def test_a_build_requirement_that_no_index_has() -> None:
    text = """\
error: Failed to build `mine @ file:///home/me/mine`
  cause: Failed to resolve requirements from `build-system.requires`
  cause: No solution found when resolving: `odd`
  cause: Because odd was not found in the package registry and you require odd, we can conclude
"""
    error = explain_failure(text.splitlines())
    assert error.what == "odd was not found on the index."
    assert error.why == "The build of /home/me/mine requires it."
