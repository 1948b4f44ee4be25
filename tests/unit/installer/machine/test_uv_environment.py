"""Environment variables for uv: which settings of this machine count, and what they say."""

from __future__ import annotations

import os

import pytest

from nbenv.core.spec import Index
from nbenv.installer.machine.uv_environment import (
    own_indexes,
    uv_environment,
    uv_settings,
)

EXTRA = [Index("extra", "https://x.invalid/simple")]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_settings_of_other_projects_are_left_out(
    clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_PROJECT", "UV_PYTHON", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")
    kept = ("UV_CACHE_DIR", "UV_INDEX_TEAM_PASSWORD", "UV_OFFLINE", "PATH")
    for name in kept[:-1]:
        monkeypatch.setenv(name, "x")
    found = uv_environment(())
    assert set(kept) < set(found)
    ours = {"UV_NO_WRAP", "UV_PYTHON_DOWNLOADS"}
    assert {name for name in found if name.startswith("UV_")} <= {*kept, *ours}
    assert not {"VIRTUAL_ENV", "PYTHONPATH"} & set(found)


def test_no_colours_and_no_pip_that_comes_back(
    clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel asks its children for colours, and has nbenv's own pip on its PATH."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "PY_COLORS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PATH", os.pathsep.join(["/e/nbenv.scripts", "/e/bin", "/bin"]))
    found = uv_environment(())
    assert {name: found[name] for name in found if "COLOR" in name} == {"NO_COLOR": "1"}
    assert found["PATH"] == os.pathsep.join(["/e/bin", "/bin"])


def test_a_notebooks_indexes_come_first(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", "mine=https://user:word@m.invalid/simple")
    monkeypatch.setenv("PIP_INDEX_URL", "https://d.invalid/simple")
    default, *others = own_indexes(EXTRA)
    assert default == "https://d.invalid/simple"
    assert others == ["https://x.invalid/simple", "https://m.invalid/simple"]
    assert own_indexes() == ["https://d.invalid/simple", "https://m.invalid/simple"]


def test_any_index_may_serve_a_file_of_a_known_hash(clean: None) -> None:
    assert "UV_INDEX_STRATEGY" not in uv_environment(EXTRA)
    assert uv_environment(EXTRA, hashed=True)["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_settings_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "0")
    with uv_settings({"UV_OFFLINE": "1", "UV_LINK_MODE": "copy"}):
        assert os.environ["UV_OFFLINE"] == "1"
        assert os.environ["UV_LINK_MODE"] == "copy"
    assert os.environ["UV_OFFLINE"] == "0"
    assert "UV_LINK_MODE" not in os.environ
