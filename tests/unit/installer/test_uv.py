"""Running uv: its settings, its progress, its output and its end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nbenv.core.spec import Index
from nbenv.errors import IndexAccessError, InstallerError, InstallerKilledError, StoppedError
from nbenv.installer import uv
from nbenv.progress import Progress, drain
from tests.support.index import LocalIndex

posix = pytest.mark.skipif(os.name != "posix", reason="the fake uv is a shell script")
EXTRA = [Index("extra", "https://x.invalid/simple")]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def fake(path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a shell script in the place of uv, for what uv cannot be made to do."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(uv, "find_uv_bin", lambda: str(path))


# -- settings


@pytest.mark.parametrize(
    ("name", "value", "can"),
    [
        ("UV_KEYRING_PROVIDER", "subprocess", False),
        ("UV_KEYRING_PROVIDER", "disabled", True),
        ("UV_NO_CACHE", "1", False),
        ("UV_OFFLINE", "1", True),
    ],
)
def test_where_builds_can_be_prevented(
    clean: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str, can: bool
) -> None:
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv(name, value)
    assert uv.can_prevent_builds() is can


def test_settings_of_other_projects_are_left_out(
    clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_PROJECT", "UV_PYTHON", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")
    kept = ("UV_CACHE_DIR", "UV_INDEX_TEAM_PASSWORD", "UV_OFFLINE", "PATH")
    for name in kept[:-1]:
        monkeypatch.setenv(name, "x")
    found = uv._environment(())
    assert set(kept) < set(found)
    assert {name for name in found if name.startswith("UV_")} <= {*kept, "UV_PYTHON_DOWNLOADS"}
    assert not {"VIRTUAL_ENV", "PYTHONPATH"} & set(found)


def test_no_colours_and_no_pip_that_comes_back(
    clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel asks its children for colours, and has nbenv's own pip on its PATH."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "PY_COLORS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PATH", os.pathsep.join(["/e/nbenv.scripts", "/e/bin", "/bin"]))
    found = uv._environment(())
    assert {name: found[name] for name in found if "COLOR" in name} == {"NO_COLOR": "1"}
    assert found["PATH"] == os.pathsep.join(["/e/bin", "/bin"])


def test_a_notebooks_indexes_come_first(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", "mine=https://user:word@m.invalid/simple")
    monkeypatch.setenv("PIP_INDEX_URL", "https://d.invalid/simple")
    default, *others = uv.own_indexes(EXTRA)
    assert default == "https://d.invalid/simple"
    assert others == ["https://x.invalid/simple", "https://m.invalid/simple"]
    assert uv.own_indexes() == ["https://d.invalid/simple", "https://m.invalid/simple"]


def test_any_index_may_serve_a_file_of_a_known_hash(clean: None) -> None:
    assert "UV_INDEX_STRATEGY" not in uv._environment(EXTRA)
    assert uv._environment(EXTRA, hashed=True)["UV_INDEX_STRATEGY"] == "unsafe-best-match"


# -- a run


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


def test_settings_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "0")
    with uv.uv_settings({"UV_OFFLINE": "1", "UV_LINK_MODE": "copy"}):
        assert os.environ["UV_OFFLINE"] == "1"
        assert os.environ["UV_LINK_MODE"] == "copy"
    assert os.environ["UV_OFFLINE"] == "0"
    assert "UV_LINK_MODE" not in os.environ
