"""Running uv: its progress, its output and its end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nbenv.errors import IndexAccessError, InstallerError, InstallerKilledError, StoppedError
from nbenv.installer import uv
from nbenv.progress import Progress, drain
from tests.support.index import LocalIndex

posix = pytest.mark.skipif(os.name != "posix", reason="the fake uv is a shell script")


def fake(path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a shell script in the place of uv, for what uv cannot be made to do."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(uv, "find_uv_bin", lambda: str(path))


# -- a run


@posix
def test_the_bytes_of_a_download_are_told_while_they_come(
    index: LocalIndex, tmp_path: Path
) -> None:
    sizes = [
        index.wheel(name, "1.0", modules={f"{name}.py": f"x = '{os.urandom(half).hex()}'"})
        .stat()
        .st_size
        for name, half in (("broad", 3_000_000), ("wide", 1_000_000))
    ]
    index.rate = 3_000_000
    seen: list[Progress] = []
    words = ["pip", "install", "broad", "wide", "--target", str(tmp_path / "installed")]
    drain(uv.run_uv(words, tmp_path, phase="install"), seen.append)
    sized = [each for each in seen if each.total]
    done = [each.done or 0 for each in sized]
    assert done == sorted(done)
    assert any(0.2 < each / sizes[0] < 0.8 for each in done)  # in the middle of the larger file
    assert sized[-1].total == pytest.approx(sum(sizes), rel=0.01)
    assert any("broad, wide" in each.message for each in sized)
    assert "Installed 2 packages" in seen[-1].message


def test_its_output_is_returned_and_its_messages_are_progress(
    index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("leaf", "1.0")
    (tmp_path / "asked.in").write_text("leaf", encoding="utf-8")
    seen: list[Progress] = []
    command = ["pip", "compile", "asked.in", "--no-header", "--no-annotate"]
    assert drain(uv.run_uv(command, tmp_path, phase="any"), seen.append) == "leaf==1.0\n"
    assert [each.phase for each in seen] == ["any"] * len(seen)
    assert "Resolved 1 package" in seen[-1].message


def test_a_failure_is_explained(index: LocalIndex, tmp_path: Path) -> None:
    index.status = 500
    (tmp_path / "asked.in").write_text("leaf", encoding="utf-8")
    with pytest.raises(IndexAccessError):
        drain(uv.run_uv(["pip", "compile", "asked.in"], tmp_path))


def test_no_index_is_passed_as_an_option(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("leaf", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "asked.in").write_text("leaf", encoding="utf-8")
    with pytest.raises(InstallerError):
        drain(uv.run_uv(["pip", "compile", "asked.in"], tmp_path))
    assert index.requests == []
    drain(uv.run_uv(["python", "find"], tmp_path))  # which knows no such option


@posix
@pytest.mark.parametrize(
    ("script", "error", "text"),
    [
        ("kill -9 $$", InstallerKilledError, "by signal 9"),
        ("kill -15 $$", StoppedError, "repaired at the next start"),
        ("exit 130", StoppedError, "Stopped"),
        ("echo 'error: so' >&2; exit 3", InstallerError, "so."),
    ],
)
def test_ends(
    script: str,
    error: type[Exception],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake(tmp_path / "uv", script, monkeypatch)
    with pytest.raises(error, match=text) as caught:
        drain(uv.run_uv(["any"], tmp_path))
    assert type(caught.value) is error


@posix
def test_an_exit_status_that_means_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "uv", "echo answer; exit 1", monkeypatch)
    assert drain(uv.run_uv(["any"], tmp_path, accepted=1)) == "answer\n"


@posix
def test_what_repeats_or_follows_an_error_is_no_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "Using Python",
        " + leaf==1.0",
        "",
        "Resolving despite existing lockfile due to addition of global exclude newer 2026-01-01",
        "Ignoring existing lockfile due to change in timestamp cutoff",
        "warning: `a-1-py3-none-any.whl` is missing an upload date, but user provided: 2020-01-16",
        "from https://user:word@h.invalid",
        "error: x",
        "y",
    ]
    script = "\n".join(f"echo '{line}' >&2" for line in lines)
    fake(tmp_path / "uv", script, monkeypatch)
    seen: list[Progress] = []
    drain(uv.run_uv(["any"], tmp_path), seen.append)
    assert [each.message for each in seen] == ["from https://h.invalid"]


@posix
def test_uv_ends_with_who_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"echo $$ > {tmp_path / 'pid'}; echo here >&2; exec sleep 60"
    fake(tmp_path / "uv", script, monkeypatch)
    steps = uv.run_uv(["any"], tmp_path)
    assert next(steps).message == "here"
    steps.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


def test_one_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(InstallerError, match="could not be started"):
        drain(uv.run_uv(["pip", "x" * 4_000_000], tmp_path))


def test_its_version() -> None:
    assert uv.uv_version().startswith("uv ")
