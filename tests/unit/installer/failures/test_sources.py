"""Errors about repositories and folders: which, why, what to do, and no path of uv's cache."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.uv_errors import explain_failure

FAILED = """\
   Updating https://h.invalid/a/b.git (main)
error: Git operation failed
  cause: failed to clone into: /home/me/.cache/uv/git-v2/db/a15922f6f92fb294
  cause: process didn't exit successfully: `/usr/bin/git fetch --force 'https://h.invalid/a/b.git'`
         --- stderr
         """


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("fatal: unable to access: Could not resolve host: h.invalid", "cannot be reached"),
        ("ssh: connect to host h port 22: Connection refused", "cannot be reached"),
        ("fatal: could not read Username for 'https://h.invalid'", "private, or does not exist"),
        ("git@h: Permission denied (publickey).", "private, or does not exist"),
        ("fatal: couldn't find remote ref refs/tags/v9", "no branch, tag or commit v9."),
        ("fatal: '/x' does not appear to be a git repository", "There is no repository."),
        ("remote: Repository not found.", "There is no repository."),
        ("SSL certificate problem: self-signed certificate", "not trusted"),
        ("fatal: early EOF", "git says: early EOF"),
    ],
)
def test_git(said: str, why: str) -> None:
    error = explain_failure((FAILED + said).splitlines())
    assert error.what == "The repository https://h.invalid/a/b.git cannot be used."
    assert why in error.why
    assert error.todo.endswith("nothing was changed.")
    assert "cache" not in f"{error.what}{error.why}{error.todo}"


def test_a_named_repository_without_a_branch() -> None:
    text = (
        "   Updating file:///r (v9)\nerror: Failed to download and build `a @ git+file:///r@v9`\n"
        "  cause: Git operation failed\n  cause: failed to find branch, tag, or commit `v9`"
    )
    error = explain_failure(text.splitlines())
    assert error.what == "The repository file:///r cannot be used."
    assert "no branch, tag or commit v9." in error.why


def test_there_is_no_git() -> None:
    text = (
        "  Updating https://h.invalid/a (HEAD)\nerror: Git operation failed\n"
        "  cause: Git executable not found."
    )
    assert "https://h.invalid/a needs git" in explain_failure(text.splitlines()).what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "error: Failed to download and build `pandas2==0.0.0`\n"
            "  cause: `/c/uv/sdists-v11/src` {}",
            "Failed to build `pandas2==0.0.0`.",
        ),
        ("error: `/home/me/six` {}", "/home/me/six is not a Python project."),
        (
            "  Updating file:///r (HEAD)\nerror: `/c/uv/git-v2/checkouts/1/2` {}",
            "The repository file:///r is not a Python project.",
        ),
    ],
)
def test_no_project(text: str, what: str) -> None:
    said = "does not appear to be a Python project, as neither `pyproject.toml` nor `setup.py` are"
    error = explain_failure(text.format(said).splitlines())
    assert error.what == what
    assert "neither a pyproject.toml nor a setup.py" in error.why
    assert "/c/uv" not in f"{error.what}{error.why}{error.todo}"


def test_an_address_behind_a_package() -> None:
    text = """\
error: Failed to resolve dependencies for package `dep==1.0`
  cause: Package `y` was included as a URL dependency. URL dependencies must be expressed as \
direct requirements. Consider adding `y @ https://h.invalid/y-1.whl` to your dependencies.
"""
    error = explain_failure(text.splitlines())
    assert error.what == "dep 1.0 requires a package from an address, which nobody named."
    assert "%nbenv install 'y @ https://h.invalid/y-1.whl' dep" in error.todo
