"""Notebooks in text, as jupytext's contents manager saves them in a real server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat

from nbenv.notebook.metadata import KERNELSPEC
from tests.support.commands import succeed
from tests.support.server import JupyterServer


def write_text(path: Path, form: str, **metadata: object) -> Path:
    """Write a notebook in text as jupytext does."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    notebook.metadata = {"kernelspec": dict(KERNELSPEC), **metadata}
    jupytext.write(notebook, path, fmt=form)
    return path


def requirements(path: Path) -> object:
    return (jupytext.read(path).metadata.get("nbenv") or {}).get("requirements")


def test_a_save_records_in_the_header(server: JupyterServer) -> None:
    path = write_text(server.root / "a.py", "py:percent")
    loaded = server.load("a.py")
    channel = server.channel(server.session("a.py")["kernel"]["id"])
    assert channel.run("%nbenv install tabulate").status == "ok"
    assert requirements(path) is None
    assert "not saved into the notebook yet" in channel.run("%nbenv status").text
    server.save("a.py", loaded)  # a front end that knows nothing of the install
    assert requirements(path) == ["tabulate"]
    assert "not saved" not in channel.run("%nbenv status").text
    first = path.read_bytes()
    server.save("a.py", loaded)
    server.save("a.py", server.load("a.py"))
    assert path.read_bytes() == first
    channel.close()

    status = server.request("GET", "nbenv/api/status?path=a.py")[1]
    assert (status["requirements"], status["saved"]) == (["tabulate"], True)
    server.request("PATCH", "api/contents/a.py", {"path": "b.py"})
    assert "tabulate" in succeed("list", server.root / "b.py").out


def test_without_a_header_it_says_that_nothing_is_kept(server: JupyterServer) -> None:
    path = server.root / "plain.py"
    path.write_text("import os\n", encoding="utf-8")
    channel = server.channel(server.session("plain.py")["kernel"]["id"])
    unkept = "Nothing is kept in plain.py: it has no notebook header."
    way = "jupytext --set-kernel nbenv plain.py"
    for line in ("%nbenv install tabulate", "%nbenv status"):
        text = channel.run(line).text
        assert unkept in text
        assert way in text
    # An editor saves it, and it is no notebook.
    body = {"type": "file", "format": "text", "content": "import sys\n"}
    assert server.request("PUT", "api/contents/plain.py", body)[0] == 200
    assert path.read_text(encoding="utf-8") == "import sys\n"
    server.save("plain.py", server.load("plain.py"))  # jupytext keeps it without a header
    assert path.read_text(encoding="utf-8") == "import sys\n"

    subprocess.run([sys.executable, "-m", "jupytext", "--set-kernel", "nbenv", path], check=True)
    server.save("plain.py", server.load("plain.py"))
    assert requirements(path) == ["tabulate"]
    channel.close()


def test_a_pair_opens_after_an_install_in_a_terminal(server: JupyterServer) -> None:
    formats = {"jupytext": {"formats": "ipynb,py:percent"}}
    text = write_text(server.root / "pair.py", "py:percent", **formats)
    succeed("status", text)
    jupytext.write(jupytext.read(text), server.root / "pair.ipynb")
    text.touch()
    succeed("install", server.root / "pair.ipynb", "tabulate")
    assert server.load("pair.ipynb")["metadata"]["nbenv"]["requirements"] == ["tabulate"]
    assert "tabulate" in succeed("status", text).out
    server.save("pair.py", server.load("pair.py"))
    assert requirements(server.root / "pair.ipynb") == ["tabulate"]
