"""Records go into whatever a front end saves; environments follow renamed notebooks."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.server import JupyterServer

REQUIREMENTS = "requirements"


def recorded(path: Path) -> dict[str, object] | None:
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("nbenv")


def files_of_the_host() -> dict[str, tuple[int, int]]:
    """Return the size and the time of every file of the host's environment but bytecode."""
    found = {}
    for folder, _, names in os.walk(sys.prefix):
        for name in names:
            if not name.endswith(".pyc"):
                status = os.lstat(os.path.join(folder, name))
                found[os.path.join(folder, name)] = (status.st_size, status.st_mtime_ns)
    return found


def test_the_servers_environment_stays_as_it_is(server: JupyterServer, home: Path) -> None:
    before = files_of_the_host()
    write_notebook(server.root / "a.ipynb", "1")
    channel = server.channel(server.session("a.ipynb")["kernel"]["id"])
    assert channel.run("%nbenv install tabulate six").status == "ok"
    assert channel.run("import tabulate, sys; print(sys.prefix)").text.startswith(str(home))
    assert channel.run("%nbenv uninstall six").status == "ok"
    channel.close()
    assert files_of_the_host() == before


def test_a_save_records_and_repeating_it_changes_no_byte(server: JupyterServer) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")
    loaded = server.load("a.ipynb")
    channel = server.channel(server.session("a.ipynb")["kernel"]["id"])
    assert channel.run("%nbenv install tabulate").status == "ok"
    assert recorded(path) is None  # metadata goes where the cells go: at save
    assert "not saved into the notebook yet" in channel.run("%nbenv status").text
    server.save("a.ipynb", loaded)  # a front end that knows nothing of the install
    first = path.read_bytes()
    assert recorded(path)[REQUIREMENTS] == ["tabulate"]
    server.save("a.ipynb", loaded)
    assert path.read_bytes() == first
    server.save("a.ipynb", server.load("a.ipynb"))
    assert path.read_bytes() == first

    # The file goes back to what it was (a checkout): then it is right, and a save keeps it so.
    succeed("install", path, "six")
    newer = path.read_bytes()
    path.write_bytes(first)
    server.save("a.ipynb", server.load("a.ipynb"))
    assert recorded(path)[REQUIREMENTS] == ["tabulate"]
    path.write_bytes(newer)
    server.save("a.ipynb", loaded)
    assert recorded(path)[REQUIREMENTS] == ["six", "tabulate"]
    channel.close()


def test_environments_follow_renamed_and_moved_notebooks(server: JupyterServer) -> None:
    path = write_notebook(server.root / "old.ipynb", "1")
    session = server.session("old.ipynb")
    channel = server.channel(session["kernel"]["id"])
    channel.run("%nbenv install tabulate")
    prefix = channel.run("import sys; print(sys.prefix)").text
    server.save("old.ipynb", server.load("old.ipynb"))
    server.request("PUT", "api/contents/folder", {"type": "directory"})
    server.request("PATCH", "api/contents/old.ipynb", {"path": "folder/new.ipynb"})
    server.request("PATCH", "api/contents/folder", {"path": "moved"})
    time.sleep(1)
    assert channel.run("%nbenv install six").status == "ok"
    server.save("moved/new.ipynb", server.load("moved/new.ipynb"))
    assert recorded(server.root / "moved" / "new.ipynb")[REQUIREMENTS] == ["six", "tabulate"]
    channel.close()
    server.request("POST", f"api/kernels/{session['kernel']['id']}/restart")
    channel = server.channel(session["kernel"]["id"])
    assert channel.run("import six, sys; print(sys.prefix)").text == prefix
    channel.close()
    assert not path.exists()


def test_an_ordinary_kernel_moves_its_notebook(server: JupyterServer, home: Path) -> None:
    write_notebook(server.root / "plain.ipynb", "1")
    session = server.session("plain.ipynb", "python3")
    channel = server.channel(session["kernel"]["id"])
    first, second = channel.receive(
        channel.send("%nbenv install tabulate"), channel.send("print('in the old kernel')")
    )
    assert (first.status, second.status, second.text) == ("ok", "aborted", "")
    assert "Installed tabulate" in first.text
    channel.close()
    kernel = session["kernel"]
    end = time.monotonic() + 30
    while kernel["name"] != "nbenv" and time.monotonic() < end:
        time.sleep(0.2)
        kernel = server.request("GET", f"api/sessions/{session['id']}")[1]["kernel"]
    channel = server.channel(kernel["id"])
    assert channel.run("import tabulate, sys; print(sys.prefix)").text.startswith(str(home))
    channel.close()


def test_an_ordinary_kernel_with_variables_stays(server: JupyterServer) -> None:
    write_notebook(server.root / "busy.ipynb", "1")
    session = server.session("busy.ipynb", "python3")
    channel = server.channel(session["kernel"]["id"])
    channel.run("precious = 1")
    assert "Your variables stay" in channel.run("%nbenv install tabulate").text
    assert channel.run("precious").text == "1\n"
    channel.close()


def test_the_api_is_guarded_and_confined(server: JupyterServer, tmp_path: Path) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    write_notebook(tmp_path / "outside.ipynb", "1")
    status = "nbenv/api/status?path="
    assert server.request("GET", "nbenv/api/version")[0] == 200
    assert server.request("GET", f"{status}a.ipynb")[1]["recorded"] is False
    for path in ("../outside.ipynb", "..%2Foutside.ipynb", "a/../../outside.ipynb"):
        assert server.request("GET", status + path)[0] == 404, path
    for path in ("nbenv/api/version", f"{status}a.ipynb"):
        assert server.request("GET", path, token="wrong")[0] == 403
