"""Settings of uv's for one command."""

from __future__ import annotations

import os

import pytest

from nbenv.installer.uv_settings import uv_settings


def test_settings_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "0")
    with uv_settings({"UV_OFFLINE": "1", "UV_LINK_MODE": "copy"}):
        assert os.environ["UV_OFFLINE"] == "1"
        assert os.environ["UV_LINK_MODE"] == "copy"
    assert os.environ["UV_OFFLINE"] == "0"
    assert "UV_LINK_MODE" not in os.environ
