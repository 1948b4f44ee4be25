"""The kernels of a notebook, as the sessions of a server have them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbenv.server.session_kernels import kernels_of


class Kernels(dict[str, Any]):
    get_kernel = dict.__getitem__


def served(contents: Any, *rows: tuple[str, str, str], **kernels: Any) -> None:
    """Give a contents manager a server, with rows of a path, a type and a kernel."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE session (session_id, path, name, type, kernel_id)")
    connection.executemany("INSERT INTO session VALUES ('s', ?, '', ?, ?)", rows)
    contents.parent = SimpleNamespace(
        session_manager=SimpleNamespace(cursor=connection.cursor()), kernel_manager=Kernels(kernels)
    )


def kernel(name: str, connection_file: object = "") -> Any:
    spec = SimpleNamespace(display_name=name.title(), language="python")
    return SimpleNamespace(kernel_name=name, kernel_spec=spec, connection_file=connection_file)


def test_the_kernels_of_a_notebook(contents: Any, tmp_path: Path) -> None:
    """Also where collaboration puts a drive before the path; not those of consoles and the dead."""
    file = tmp_path / "kernel-k.json"
    file.write_text("{}", encoding="utf-8")
    os.utime(file, (50, 50))
    rows = [
        ("RTC:a.ipynb", "notebook", "k"),
        ("a.ipynb", "console", "c"),
        ("b.ipynb", "notebook", "b"),
        ("a.ipynb", "notebook", "gone"),
    ]
    known = {"k": kernel("python3", file), "c": kernel("c"), "b": kernel("b")}
    served(contents, *rows, **known)
    [found] = kernels_of(contents, os.path.join(contents.root_dir, "a.ipynb"))
    assert (found.name, found.began) == ("python3", 50)
    expected = {"name": "python3", "display_name": "Python3", "language": "python"}
    assert found.kernelspec() == expected


def test_nothing_is_known_of_other_servers(contents: Any) -> None:
    path = os.path.join(contents.root_dir, "a.ipynb")
    assert kernels_of(contents, path) == []
    contents.parent = SimpleNamespace(session_manager=object())
    assert kernels_of(contents, path) == []
    served(contents, ("a.ipynb", "notebook", "k"), k=object())
    [bare] = kernels_of(contents, path)
    assert (bare.kernelspec(), bare.began) == ({}, float("inf"))
