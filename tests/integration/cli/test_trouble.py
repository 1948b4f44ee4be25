"""Bad input and failures: one clear message, nothing changed, nothing lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import write_other_copy
from tests.integration.cli.test_verbs import environment, installed, record
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex


@pytest.fixture
def stocked(index: LocalIndex, notebook: Path) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("old-fashioned", "1.0", requires=["leaf<2"])
    index.wheel("other", "1.0")
    succeed("install", notebook, "other")
    return index


@contextmanager
def unchanged(notebook: Path) -> Iterator[None]:
    """Check that the block leaves a notebook and its environment unchanged."""
    before = notebook.read_bytes(), installed(notebook)
    yield
    assert (notebook.read_bytes(), installed(notebook)) == before
    assert succeed("status", notebook, "--json").json["ready"]


def test_no_such_distribution(notebook: Path, stocked: LocalIndex) -> None:
    with unchanged(notebook):
        assert "no-such-thing was not found" in fail("install", notebook, "no-such-thing", "-q")


def test_a_conflict_names_both_sides(notebook: Path, stocked: LocalIndex) -> None:
    with unchanged(notebook):
        message = fail("install", notebook, "old-fashioned", "leaf>=2", "-q")
    assert "old-fashioned" in message
    assert "leaf>=2" in message
    assert "leaf<2" in message


@pytest.mark.parametrize("static", [True, False])
def test_a_failing_build_shows_the_end_of_its_log(
    notebook: Path, stocked: LocalIndex, static: bool
) -> None:
    stocked.sdist("broken", "1.0", fails="the compiler is missing", static=static)
    with unchanged(notebook):
        message = fail("install", notebook, "broken", "-q")
    assert "the compiler is missing" in message
    assert "no wheel of it for this Python" in message
    assert len(message.splitlines()) < 40


def test_no_wheel_for_this_python(notebook: Path, stocked: LocalIndex) -> None:
    stocked.wheel("elsewhere", "1.0", tag="cp38-cp38-win32")
    with unchanged(notebook):
        assert "elsewhere" in fail("install", notebook, "elsewhere", "-q")


@pytest.mark.parametrize("status", [403, 500])
def test_an_index_that_refuses(notebook: Path, stocked: LocalIndex, status: int) -> None:
    with unchanged(notebook):
        stocked.status = status
        assert "nothing was changed" in fail("install", notebook, "leaf", "-q")
        stocked.status = None


def test_an_index_that_is_down(notebook: Path, stocked: LocalIndex) -> None:
    with unchanged(notebook):
        stocked.close()
        assert "nothing was changed" in fail("install", notebook, "leaf", "-q")


def test_a_lock_whose_hash_does_not_match(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    text = shared.read_text(encoding="utf-8")
    digest = next(line for line in record(shared)["lock"] if "other" in line).rpartition(":")[2]
    shared.write_text(text.replace(digest, "0" * 64), encoding="utf-8")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    message = fail("restore", shared, "-q")
    assert "not the one that the notebook's lock names" in message
    assert "other" in message
    assert installed(shared) == {}


def test_an_index_that_serves_other_bytes(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.corrupt.add("other-1.0-py3-none-any.whl")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))
    assert "not the one" in fail("restore", notebook, "-q")


def test_a_python_that_is_not_here(notebook: Path, stocked: LocalIndex) -> None:
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(re.sub('"python": "3[.0-9]*"', '"python": "3.99"', text), encoding="utf-8")
    message = fail("restore", notebook, "-q", environ={"UV_PYTHON_INSTALL_MIRROR": stocked.url})
    assert "is not on this machine" in message
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in message
    assert "instead of 3.99; the same versions" in message
    assert "restore --fallback NAME" in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not json", "not JSON"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "worksheets": [], "metadata": {}}', "format 3"),
        ('{"nbformat": 4, "metadata": {}}'.encode("utf-16"), "not UTF-8"),
        (b'{"nbformat": 4, "metadata": {"language_info": {"name": "R"}}}', "in R"),
        (b'{"nbformat": 4, "metadata": {"nbenv": {"version": 9}}}', "newer nbenv"),
        (b'{"nbformat": 4, "metadata": {"nbenv": {"version": 1}}}', "python"),
        (b'{"nbformat": 4, "metadata": {"nbenv": []}}', "not an object"),
        (
            b'{"nbformat": 4, "metadata": {"nbenv": {"version": 1, "python": "3.11", '
            b'"lock": ["--index-url https://example.invalid"]}}}',
            r"lock[0]",
        ),
    ],
)
def test_notebooks_that_cannot_be_used(
    content: bytes, reason: str, tmp_path: Path, index: LocalIndex
) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    for words in (["install", path, "leaf"], ["status", path], ["restore", path], ["run", path]):
        assert reason in fail(*words, "-q"), words
    assert path.read_bytes() == content
    assert index.requests == []


def test_no_notebook(tmp_path: Path) -> None:
    assert "There is no notebook" in fail("install", tmp_path / "none.ipynb", "leaf")
    assert "Which notebook?" in fail("install", "leaf", status=2)
    assert "There is no command" in fail("frobnicate", status=2)


def test_a_read_only_notebook(notebook: Path, stocked: LocalIndex) -> None:
    notebook.chmod(0o444)
    with unchanged(notebook):
        assert "read-only" in fail("install", notebook, "leaf", "-q")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(notebook: Path, stocked: LocalIndex) -> None:
    notebook.parent.chmod(0o555)
    with unchanged(notebook):
        assert "read-only" in fail("install", notebook, "leaf", "-q")
    notebook.parent.chmod(0o755)


def test_a_home_that_cannot_be_written(notebook: Path, index: LocalIndex, tmp_path: Path) -> None:
    place = tmp_path / "a-file"
    place.touch()
    message = fail("install", notebook, "leaf", environ={"NBENV_HOME": str(place / "home")})
    assert "NBENV_HOME" in message


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nbenv", *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_two_at_once(notebook: Path, stocked: LocalIndex) -> None:
    stocked.stall = 1.0
    first = start("install", notebook, "leaf")
    time.sleep(0.8)
    second = nbenv("install", notebook, "old-fashioned", "leaf<2")
    assert first.wait(60) == 0
    assert second.status == 0
    assert "Waiting for another change" in second.err
    assert record(notebook)["requirements"] == ["leaf<2", "old-fashioned", "other"]
    assert succeed("status", notebook, "--json").json["drift"] == []


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("delay", [0.3, 1.0, 1.6])
def test_stopped_in_the_middle(
    notebook: Path, stocked: LocalIndex, kind: signal.Signals, delay: float
) -> None:
    before = notebook.read_bytes()
    stocked.stall = 0.5
    running = start("install", notebook, "leaf", "old-fashioned", "leaf<2")
    time.sleep(delay)
    os.killpg(running.pid, kind)
    _, told = running.communicate(timeout=60)
    stocked.stall = 0
    assert "Traceback" not in told
    if notebook.read_bytes() == before:
        succeed("install", notebook, "other")
        assert installed(notebook) == {"ipykernel": "7.0", "other": "1.0"}
    assert succeed("status", notebook, "--json").json["drift"] == []


def test_an_environment_that_lost_its_python(notebook: Path, stocked: LocalIndex) -> None:
    python = Path(environment(notebook).python)
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert succeed("status", notebook, "--json").json["ready"] is False
    succeed("restore", notebook)
    assert installed(notebook) == {"ipykernel": "7.0", "other": "1.0"}


def test_credentials_are_neither_recorded_nor_told(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("secret-thing", "1.0")
        private.auth = ("me", "hunter2")
        done = nbenv("install", notebook, "secret-thing", "--index", f"private={private.url}")
        assert done.status == 1
        environ = {"UV_INDEX_PRIVATE_USERNAME": "me", "UV_INDEX_PRIVATE_PASSWORD": "hunter2"}
        url = private.url_with_auth
        done = nbenv(
            "install", notebook, "secret-thing", "--index", f"private={url}", environ=environ
        )
        assert done.status == 0, done.err
        (entry,) = record(notebook)["indexes"]
        assert entry == {"name": "private", "url": private.url, "packages": ["secret-thing"]}
        assert "hunter2" not in notebook.read_text(encoding="utf-8") + done.out + done.err


def test_unknown_keys_are_kept(notebook: Path, stocked: LocalIndex) -> None:
    document = json.loads(notebook.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"]["mine"] = {"a": 1}
    notebook.write_text(json.dumps(document, indent=1), encoding="utf-8")
    succeed("install", notebook, "leaf")
    assert record(notebook)["mine"] == {"a": 1}
