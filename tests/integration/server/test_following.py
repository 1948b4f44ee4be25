"""Environments follow their notebooks, as these are renamed, copied and deleted in a server."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbenv.environments import store
from tests.conftest import write_notebook, write_other_copy
from tests.integration.server.conftest import Shared
from tests.support.api import ask
from tests.support.commands import succeed
from tests.support.server import JupyterServer


def rename(server: JupyterServer, old: str, new: str) -> None:
    status, answer = server.request("PATCH", f"api/contents/{old}", {"path": new})
    assert status == 200, answer
    for session in server.request("GET", "api/sessions")[1]:  # as front ends do
        if session["path"] == old:
            body = {"path": new, "name": new.rpartition("/")[2]}
            assert server.request("PATCH", f"api/sessions/{session['id']}", body)[0] == 200


def run(server: JupyterServer, kernel: str, code: str) -> str:
    channel = server.channel(kernel)
    try:
        ran = channel.run(code)
        assert ran.status == "ok", ran.text
        return ran.text
    finally:
        channel.close()


def asked_for(server: JupyterServer, name: str) -> Any:
    record = ask(server, f"record?path={name}")["record"]
    return record and record["requirements"]


PREFIX = "import sys; print(sys.prefix)"


def test_a_renamed_notebook_and_the_next_of_its_old_name(server: JupyterServer) -> None:
    """As everybody does: Untitled gets a name, and the next Untitled is made."""
    write_notebook(server.root / "Untitled.ipynb", "1")
    first = server.session("Untitled.ipynb")["kernel"]["id"]
    run(server, first, "%nbenv install tabulate")
    prefix = run(server, first, PREFIX)
    rename(server, "Untitled.ipynb", "named.ipynb")

    _, made = server.request("POST", "api/contents/", {"type": "notebook"})
    assert made["name"] == "Untitled.ipynb"
    second = server.session("Untitled.ipynb")["kernel"]["id"]
    assert run(server, second, PREFIX) != prefix
    assert run(server, second, "%nbenv install six")
    assert run(server, first, "%nbenv install wheel")
    assert asked_for(server, "Untitled.ipynb") == ["six"]
    assert asked_for(server, "named.ipynb") == ["tabulate", "wheel"]

    server.request("POST", f"api/kernels/{first}/restart")
    assert run(server, first, PREFIX) == prefix
    assert run(server, first, "import tabulate, wheel") == ""
    status = ask(server, f"status?path=named.ipynb&kernel={first}")
    assert Path(status["environment"]).name == status["kernel"]["environment"]


def test_an_ordinary_kernel_knows_its_renamed_notebook(server: JupyterServer) -> None:
    write_notebook(server.root / "Untitled.ipynb", "1")
    kernel = server.session("Untitled.ipynb", "python3")["kernel"]["id"]
    run(server, kernel, "kept = 1")  # so that it does not move to another kernel
    rename(server, "Untitled.ipynb", "named.ipynb")
    server.request("POST", "api/contents/", {"type": "notebook"})
    assert "Installed six" in run(server, kernel, "%nbenv install six")
    assert asked_for(server, "named.ipynb") == ["six"]
    assert asked_for(server, "Untitled.ipynb") is None


def test_a_waiting_kernel_knows_its_renamed_notebook(
    server: JupyterServer, notebook: Path, tmp_path: Path
) -> None:
    succeed("install", notebook, "six", environ={"NBENV_HOME": str(tmp_path / "another")})
    (server.root / "folder").mkdir()
    write_other_copy(notebook, server.root / "folder")
    kernel = server.session("folder/work.ipynb")["kernel"]["id"]
    channel = server.channel(kernel)
    assert "Nothing was downloaded" in channel.run("1").text
    rename(server, "folder/work.ipynb", "folder/b.ipynb")
    server.request("PATCH", "api/contents/folder", {"path": "other"})
    write_notebook(server.root / "folder" / "work.ipynb", "another")
    time.sleep(1)
    assert "Restored" in channel.run("%nbenv restore").text
    assert channel.run("import six").status == "ok"
    channel.close()
    assert ask(server, "status?path=other/b.ipynb")["ready"] is True
    assert asked_for(server, "folder/work.ipynb") is None


@pytest.fixture
def quick(local: Shared) -> JupyterServer:
    """Return a server whose environments come from a local index; no kernel starts in those."""
    return local.server


def environment(server: JupyterServer, name: str) -> str | None:
    found = ask(server, f"status?path={name}")["environment"]
    return None if found is None else Path(found).name


def test_a_copy_has_an_environment_of_its_own(quick: JupyterServer) -> None:
    server = quick
    write_notebook(server.root / "folder" / "a.ipynb", "1")
    succeed("install", server.root / "folder" / "a.ipynb", "alpha")
    own = environment(server, "folder/a.ipynb")
    body = {"copy_from": "folder/a.ipynb"}
    copy = server.request("POST", "api/contents/folder", body)[1]["path"]
    assert asked_for(server, copy) == ["alpha"]
    assert environment(server, copy) is None  # made when it is needed
    succeed("install", server.root / copy, "beta")
    assert environment(server, copy) not in (None, own)
    assert asked_for(server, "folder/a.ipynb") == ["alpha"]
    assert asked_for(server, copy) == ["alpha", "beta"]


def test_a_copy_takes_nothing_of_one_that_was_there(quick: JupyterServer) -> None:
    """The first copy went by ``rm``, which no server sees."""
    server = quick
    write_notebook(server.root / "a.ipynb", "1")
    succeed("install", server.root / "a.ipynb", "alpha")
    copied = server.request("POST", "api/contents/", {"copy_from": "a.ipynb"})[1]["path"]
    succeed("install", server.root / copied, "beta")
    first = environment(server, copied)
    server.save(copied, server.load(copied))
    (server.root / copied).unlink()
    assert server.request("POST", "api/contents/", {"copy_from": "a.ipynb"})[1]["path"] == copied
    assert asked_for(server, copied) == ["alpha"]
    succeed("restore", server.root / copied)
    assert environment(server, copied) not in (None, first)


def test_a_renamed_plain_notebook_takes_nothing_of_one_that_was_there(
    quick: JupyterServer,
) -> None:
    server = quick
    write_notebook(server.root / "b.ipynb", "1")
    succeed("install", server.root / "b.ipynb", "alpha")
    state = store.read_state(str(server.root / "b.ipynb"))
    assert state is not None
    # As a running kernel's change before any save.
    store.save_state(replace(state, saved=False))
    (server.root / "b.ipynb").unlink()
    write_notebook(server.root / "a.ipynb", "plain")
    rename(server, "a.ipynb", "b.ipynb")
    server.save("b.ipynb", server.load("b.ipynb"))
    text = (server.root / "b.ipynb").read_text(encoding="utf-8")
    assert "nbenv" not in json.loads(text)["metadata"]
    assert environment(server, "b.ipynb") is None


def test_what_was_deleted_can_be_pruned(quick: JupyterServer, home: Path) -> None:
    server = quick
    for name in ("folder/deep/a.ipynb", "b.ipynb", "kept.ipynb"):
        path = write_notebook(server.root / name, "1")
        succeed("install", path, "alpha")
    kept = environment(server, "kept.ipynb")
    for name in ("folder", "b.ipynb"):
        assert server.request("DELETE", f"api/contents/{name}")[0] == 204
    end = time.monotonic() + 10
    while len(list((home / "notebooks").iterdir())) > 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert [state.environment for state in store.all_states()] == [kept]
    environments = list((home / "envs").iterdir())
    assert len(environments) == 3
    for each in environments:
        os.utime(each, (0, 0))  # fresh ones stay for a while
    succeed("prune")
    assert [path.name for path in (home / "envs").iterdir()] == [kept]
    # New ones at the old names start with nothing, and there is nothing to undo.
    for name in ("folder/deep/a.ipynb", "b.ipynb"):
        path = write_notebook(server.root / name, "1")
        assert succeed("status", path, "--json").json["recorded"] is False
        assert asked_for(server, name) is None
