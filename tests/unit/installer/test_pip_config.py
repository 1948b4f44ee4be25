"""pip's configuration on this machine, passed on to uv."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.installer import pip_config
from tests.integration.cli.test_verbs import installed
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex
from tests.support.wheels import make_wheel


def test_sections_and_variables(tmp_path: Path) -> None:
    path = tmp_path / "pip.conf"
    path.write_text(
        "[global]\ntimeout = 5\nindex-url = https://a.invalid/simple\n"
        "[install]\nindex_url = https://b.invalid/simple\n",
        encoding="utf-8",
    )
    options = pip_config.read({"PIP_CONFIG_FILE": str(path), "PIP_TIMEOUT": "7"})
    assert options["index-url"] == "https://b.invalid/simple"
    assert options["timeout"] == "7"


def test_everything_that_uv_has_a_name_for() -> None:
    options = {
        "cert": "/c.pem",
        "proxy": "http://proxy.invalid",
        "trusted-host": "a.invalid\nb.invalid",
        "no-index": "true",
        "find-links": "/a /b",
        "retries": "4",
    }
    assert pip_config.as_uv_environment(options) == {
        "SSL_CERT_FILE": "/c.pem",
        "HTTPS_PROXY": "http://proxy.invalid",
        "HTTP_PROXY": "http://proxy.invalid",
        "UV_INSECURE_HOST": "a.invalid b.invalid",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": "/a,/b",
        "UV_HTTP_RETRIES": "4",
    }


def test_paths_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wheels").mkdir()
    found = pip_config.as_uv_environment(
        {"find-links": "./wheels gone", "cert": "c.pem", "index-url": "wheels"}
    )
    assert found == {
        "UV_FIND_LINKS": f"{tmp_path / 'wheels'},{tmp_path / 'gone'}",
        "SSL_CERT_FILE": str(tmp_path / "c.pem"),
        "UV_DEFAULT_INDEX": str(tmp_path / "wheels"),
    }


def test_the_main_index_stands_before_extra_ones() -> None:
    extra = {"extra-index-url": "https://x.invalid/simple"}
    variables = pip_config.as_uv_environment({**extra, "index-url": "https://m.invalid/simple"})
    assert variables["UV_INDEX"] == "https://m.invalid/simple https://x.invalid/simple"
    first, second = pip_config.as_uv_environment(extra)["UV_INDEX"].split()
    assert first.startswith("https://")
    assert second == "https://x.invalid/simple"


@pytest.mark.skipif(os.name != "posix", reason="pip.conf has another place there")
def test_found_by_pip_found_by_nbenv(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(tmp_path / "links", "linked", "1.0")
    with LocalIndex(tmp_path / "extra") as extra:
        extra.wheel("extra-thing", "1.0")
        index.wheel("both", "1.0")
        extra.wheel("both", "2.0")
        fail("install", notebook, "extra-thing")
        path = tmp_path / "pip.conf"
        path.write_text(
            f"[global]\nindex-url = {index.url}\nextra-index-url =\n    {extra.url}\n"
            f"find-links = {tmp_path / 'links'}\n",
            encoding="utf-8",
        )
        monkeypatch.delenv("PIP_INDEX_URL")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
        succeed("install", notebook, "extra-thing", "both", "linked")
    assert installed(notebook) == {
        "both": "2.0",
        "extra-thing": "1.0",
        "ipykernel": "7.0",
        "linked": "1.0",
    }


def test_an_index_without_hashes(notebook: Path, index: LocalIndex) -> None:
    index.without_hashes = True
    index.wheel("bare", "1.0")
    succeed("install", notebook, "bare")
    assert "--hash=sha256:" in notebook.read_text(encoding="utf-8")


def test_no_index_but_folders(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(tmp_path / "one", "ipykernel", "7.0")
    make_wheel(tmp_path / "two", "linked", "1.0")
    index.wheel("on-the-index", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "true")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path / 'one'} {tmp_path / 'two'}")
    succeed("install", notebook, "linked")
    fail("install", notebook, "on-the-index")
    assert installed(notebook) == {"ipykernel": "7.0", "linked": "1.0"}
    assert index.requests == []
