"""Places that uv uses, wherever it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.installer.machine import uv_places
from nbenv.installer.machine.uv_places import unusable_cache, with_absolute_places


def test_paths_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wheels").mkdir()
    here = str(tmp_path / "wheels")
    made = with_absolute_places(
        {
            "UV_CACHE_DIR": "cache",
            "UV_FIND_LINKS": "wheels,https://h.invalid/a b,gone",
            "UV_INDEX": "mine=./wheels https://user:word@h.invalid/simple",
            "UV_DEFAULT_INDEX": "wheels",
            "OTHER": "wheels",
        }
    )
    assert made == {
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_FIND_LINKS": f"{here},https://h.invalid/a b,{tmp_path / 'gone'}",
        "UV_INDEX": f"mine={here} https://user:word@h.invalid/simple",
        "UV_DEFAULT_INDEX": here,
        "OTHER": "wheels",
    }


@pytest.mark.skipif(os.name != "posix", reason="permissions differ there")
def test_a_cache_must_be_ours_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    (cache / "wheels-v6").mkdir(parents=True)
    variables = {"UV_CACHE_DIR": str(cache)}
    assert unusable_cache(variables) == ""
    assert unusable_cache({"UV_CACHE_DIR": str(tmp_path / "new" / "cache")}) == ""
    (tmp_path / "file").touch()
    assert unusable_cache({"UV_CACHE_DIR": str(tmp_path / "file" / "cache")})
    assert unusable_cache({"UV_NO_CACHE": "1", **variables}) == ""
    # As root, as which tests often run, everything can be written.
    monkeypatch.setattr(uv_places.os, "access", lambda path, _: not str(path).endswith("-v6"))
    assert unusable_cache(variables) == str(cache)
    for no in ("0", "false", "off"):  # with which uv uses it
        assert unusable_cache({"UV_NO_CACHE": no, **variables}) == str(cache)
    monkeypatch.setattr(uv_places.os, "access", lambda *_: False)
    assert unusable_cache({"XDG_CACHE_HOME": str(tmp_path)}) == str(tmp_path / "uv")
