"""Notebooks that a browser may name, and errors as it gets them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from tornado import web

from nbenv.errors import NotebookError
from nbenv.server.base_handler import NbenvHandler, RefusedError, _find_notebook
from tests.conftest import write_notebook


def refused(contents: Any, path: str) -> int:
    with pytest.raises(web.HTTPError) as raised:
        _find_notebook(contents, path)
    return raised.value.status_code


def test_a_notebook_below_the_root(contents: Any) -> None:
    path = write_notebook(Path(contents.root_dir) / "folder" / "a.ipynb", "1")
    assert _find_notebook(contents, "folder/a.ipynb") == str(path.resolve())


def test_links_lead_where_the_server_itself_goes(contents: Any, tmp_path: Path) -> None:
    root = Path(contents.root_dir)
    outside = write_notebook(tmp_path / "outside" / "o.ipynb", "1")
    (root / "link.ipynb").symlink_to(outside)
    (root / "linked").symlink_to(outside.parent)
    for name in ("link.ipynb", "linked/o.ipynb"):
        assert _find_notebook(contents, name) == str(outside.resolve())
    (root / ".hidden").symlink_to(outside.parent)
    assert refused(contents, ".hidden/o.ipynb") == 404


def test_anything_else_is_not_there(contents: Any, tmp_path: Path) -> None:
    root = Path(contents.root_dir)
    (root / "text.txt").touch()
    (root / "folder.ipynb").mkdir()
    (root / "text.ipynb").symlink_to(root / "text.txt")
    write_notebook(tmp_path / "outside.ipynb", "1")
    for name in ("gone.ipynb", "text.txt", "folder.ipynb", "text.ipynb", "../outside.ipynb", ""):
        assert refused(contents, name) == 404, name


def test_hidden_ones_are_shown_where_the_server_shows_them(contents: Any) -> None:
    path = write_notebook(Path(contents.root_dir) / ".hidden.ipynb", "1")
    assert refused(contents, ".hidden.ipynb") == 404
    contents.allow_hidden = True
    assert _find_notebook(contents, ".hidden.ipynb") == str(path.resolve())


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root reads every file; see test_access"
)
def test_another_users(contents: Any) -> None:
    path = write_notebook(Path(contents.root_dir) / "a.ipynb", "1")
    path.chmod(0)
    assert refused(contents, "a.ipynb") == 403


def test_an_error_of_nbenvs_own_keeps_its_parts() -> None:
    def fail(first: str, *, second: str) -> None:
        raise NotebookError(first, second)

    with pytest.raises(RefusedError) as raised:
        asyncio.run(NbenvHandler.in_thread(None, fail, "What 100%.", second="Why."))  # type: ignore[arg-type]
    assert raised.value.status_code == 422
    assert raised.value.parts["kind"] == "Notebook"
    assert raised.value.parts["message"] == "What 100%.\nWhy."
    assert "What 100%." in str(raised.value)
