"""Notebooks whose kernels run behind a gateway, with a home and a folder of their own."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_notebook
from tests.support.api import ask, events, start, stop
from tests.support.gateway import KernelGateway
from tests.support.index import LocalIndex
from tests.support.server import Channel, JupyterServer

pytest.importorskip("kernel_gateway", reason="needs jupyter-kernel-gateway")

PREFIX = "import sys; print(sys.prefix)"
SIX = "import six; print(six.__version__)"


@dataclass
class Behind:
    """A server and the gateway that has its kernels."""

    folder: Path
    server: JupyterServer
    gateway: KernelGateway

    @property
    def root(self) -> Path:
        return self.server.root

    def notebook(self, name: str, record: object = None) -> Path:
        """Write a notebook as Jupyter does, with a record if one is given."""
        path = write_notebook(self.root / name, SIX)
        document = json.loads(path.read_text(encoding="utf-8"))
        document["metadata"]["kernelspec"] = {"name": "nbenv", "display_name": "nbenv"}
        if record is not None:
            document["metadata"]["nbenv"] = record
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def status(self, name: str, kernel: str) -> dict[str, Any]:
        return ask(self.server, f"status?path={name}&kernel={kernel}")


def recorded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("nbenv")


def wait_until(is_so: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def behind(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Two machines, which all tests here share."""
    folder = tmp_path_factory.mktemp("behind")
    root = folder / "front" / "root"
    root.mkdir(parents=True)
    with KernelGateway(folder / "there") as gateway:
        environ = {"NBENV_HOME": str(folder / "front" / "home"), **gateway.for_server}
        with JupyterServer(root, environ) as server:
            yield Behind(folder, server, gateway)


@pytest.fixture
def run(behind: Behind) -> Iterator[Callable[[str], tuple[str, Channel]]]:
    """Start the kernels of notebooks, and end them after the test."""
    sessions: list[str] = []

    def start(name: str) -> tuple[str, Channel]:
        session = behind.server.session(name)
        sessions.append(session["id"])
        return session["kernel"]["id"], behind.server.channel(session["kernel"]["id"])

    yield start
    for session in sessions:
        behind.server.request("DELETE", f"api/sessions/{session}")


@pytest.fixture(scope="module")
def made(behind: Behind) -> Any:
    """Return the record of a notebook that got six there; its environment is kept."""
    path = behind.notebook("made.ipynb")
    session = behind.server.session("made.ipynb")
    channel = behind.server.channel(session["kernel"]["id"])
    assert channel.run("%nbenv install six==1.16.0").status == "ok"
    behind.server.save("made.ipynb", behind.server.load("made.ipynb"))
    behind.server.request("DELETE", f"api/sessions/{session['id']}")
    return recorded(path)


def test_changes_come_back_and_are_saved(behind: Behind, run: Any) -> None:
    path, server = behind.notebook("changes.ipynb"), behind.server
    kernel, channel = run("changes.ipynb")
    prefix = channel.run(PREFIX).text.strip()
    assert Path(prefix).parent == behind.gateway.home / "envs"
    assert channel.run("%nbenv install six==1.16.0").status == "ok"
    assert channel.run(SIX).text == "1.16.0\n"
    status = behind.status("changes.ipynb", kernel)
    assert (status["saved"], status["ready"], status["kernel"]["state"]) == (False, True, "running")
    assert recorded(path) is None  # until a page saves, though it knows of no record
    server.save("changes.ipynb", server.load("changes.ipynb"))
    assert recorded(path)["requirements"] == ["six==1.16.0"]
    assert channel.run("%nbenv install six==1.17.0").status == "ok"
    assert channel.run("%nbenv undo").status == "ok"
    server.save("changes.ipynb", server.load("changes.ipynb"))
    assert recorded(path)["requirements"] == ["six==1.16.0"]
    assert channel.run("!pip uninstall -y six").status == "ok"
    server.save("changes.ipynb", server.load("changes.ipynb"))
    assert recorded(path)["requirements"] == []
    assert not (behind.folder / "front" / "home" / "envs").exists()


def test_a_restart_is_of_the_newest_record(behind: Behind, run: Any, made: Any) -> None:
    behind.notebook("restarted.ipynb", made)
    kernel, channel = run("restarted.ipynb")
    assert channel.run(SIX).text == "1.16.0\n"
    assert channel.run("%nbenv install six==1.17.0").status == "ok"
    assert behind.server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
    wait_until(lambda: behind.status("restarted.ipynb", kernel)["ready"])  # no cell is needed
    assert channel.run(SIX).text == "1.17.0\n"
    assert behind.status("restarted.ipynb", kernel)["requirements"] == ["six==1.17.0"]


def test_a_restart_ends_what_ran(behind: Behind, run: Any, made: Any) -> None:
    behind.notebook("ended.ipynb", made)
    server = behind.server
    kernel, channel = run("ended.ipynb")
    assert channel.run("import time").status == "ok"
    channel.send("time.sleep(600)")
    job = start(server, "ended.ipynb", "install", "six==1.15.0")["id"]  # waits behind the cell
    time.sleep(0.5)
    assert server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
    last = events(server, job)[-1]
    assert (last["type"], "restarted" in last["message"]) == ("error", True)
    channel.send("import time; time.sleep(600)")
    channel.close()  # the connection stays for the cell, which ends with the next restart
    wait_until(lambda: behind.gateway.connections(kernel) == 1)
    assert server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
    wait_until(lambda: behind.gateway.connections(kernel) == 0)


def test_a_page_that_is_closed_loses_nothing(behind: Behind, run: Any, made: Any) -> None:
    path = behind.notebook("closed.ipynb", made)
    kernel, channel = run("closed.ipynb")
    channel.run("1")
    channel.send("%nbenv install six==1.17.0")
    channel.close()
    wait_until(lambda: recorded(path)["requirements"] == ["six==1.17.0"])
    again = behind.server.channel(kernel)
    assert again.run(SIX).text == "1.17.0\n"
    status = behind.status("closed.ipynb", kernel)
    assert (status["saved"], status["ready"]) == (True, True)


def test_a_page_that_comes_back_gets_what_it_missed(behind: Behind, run: Any, made: Any) -> None:
    behind.notebook("back.ipynb", made)
    _, channel = run("back.ipynb")
    channel.run("1")
    asked = channel.send("import time; time.sleep(1); print('missed')")
    channel.close()
    time.sleep(2)
    channel.open()
    assert channel.receive(asked, timeout=20)[0].text == "missed\n"
    assert channel.run("2").text == "2\n"


def test_a_page_that_connects_twice_at_once_is_answered(
    behind: Behind, run: Any, made: Any
) -> None:
    """Chromium does at each start and restart: it refuses the answer without a subprotocol."""
    behind.notebook("twice.ipynb", made)
    kernel, channel = run("twice.ipynb")
    for restarts in range(3):
        if restarts:
            assert behind.server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
        channel.close()
        for _ in range(2):
            channel.open()
            channel.close()
        channel.open()
        for _ in range(5):
            assert channel.run(SIX, timeout=30).text == "1.16.0\n"
        wait_until(lambda: behind.gateway.connections(kernel) == 1)


def test_the_other_machine_asks_its_own_approval(behind: Behind, run: Any, made: Any) -> None:
    path, server = behind.notebook("asked.ipynb", {**made, "requirements": ["six"]}), behind.server
    kernel, channel = run("asked.ipynb")
    ran = channel.run(SIX)
    assert ran.status == "error"
    assert "is not on this machine yet" in ran.text
    status = behind.status("asked.ipynb", kernel)
    assert (status["approved"], status["kernel"]["state"]) == (False, "waiting")
    digest = status["kernel"]["error"]["digest"]
    for agreed in ("", "0" * 32):
        refused = done(server, "asked.ipynb", "restore", digest=agreed)[-1]
        assert (refused["kind"], refused["digest"]) == ("ApprovalNeeded", digest)
    assert done(server, "asked.ipynb", "restore", digest=digest)[-1]["type"] == "result"
    assert channel.run(SIX).text == "1.16.0\n"
    status = behind.status("asked.ipynb", kernel)
    known = (status["approved"], status["ready"], status["kernel"]["state"])
    assert known == (True, True, "running")
    assert recorded(path)["requirements"] == ["six"]
    home = behind.folder / "front" / "home"
    assert not any((home / "approvals").glob("*"))
    assert not (home / "envs").exists()


def test_the_panel_changes_the_other_environment(behind: Behind, run: Any, made: Any) -> None:
    path, server = behind.notebook("panel.ipynb", made), behind.server
    body = {"path": "panel.ipynb", "verb": "undo", "words": []}
    code, refusal = server.request("POST", "nbenv/api/jobs", body)  # its kernel does not run
    assert (code, "Start the kernel" in refusal["todo"]) == (422, True)
    kernel, channel = run("panel.ipynb")
    other = server.channel(kernel)  # of another page: each event counts once
    failing = channel.send("import six, time; time.sleep(2); 1 / 0")  # which aborts cells alone
    *told, last = done(server, "panel.ipynb", "install", "six==1.17.0")
    assert channel.receive(failing)[0].status == "error"
    assert {each["type"] for each in told} == {"progress"}
    assert len({each["message"] for each in told}) == len(told)
    assert (last["type"], last["restart"][0]["old"]) == ("result", "1.16.0")
    assert done(server, "panel.ipynb", "install", "no such thing")[-1]["type"] == "error"
    assert done(server, "panel.ipynb", "undo")[-1]["type"] == "result"
    server.save("panel.ipynb", server.load("panel.ipynb"))
    assert recorded(path)["requirements"] == ["six==1.16.0"]

    # Cancelling stops no cell; and what a page began goes on when all pages are closed.
    sleeping = channel.send("time.sleep(3); print('slept')")
    job = start(server, "panel.ipynb", "install", "six==1.15.0")["id"]
    time.sleep(0.5)
    assert stop(server, job)["done"]
    assert channel.receive(sleeping)[0].text == "slept\n"
    channel.run("1")
    assert behind.status("panel.ipynb", kernel)["requirements"] == ["six==1.16.0"]
    start(server, "panel.ipynb", "install", "six==1.17.0")
    time.sleep(0.5)  # a job that its page leaves before the kernel hears of it ends with an error
    for each in (channel, other):
        each.close()
    wait_until(lambda: recorded(path)["requirements"] == ["six==1.17.0"])


def done(server: JupyterServer, path: str, verb: str, *words: str, **more: object) -> Any:
    """Run a job as a page does; return its events."""
    return events(server, start(server, path, verb, *words, **more)["id"])


def test_a_colleagues_change_and_a_rename_meanwhile(behind: Behind, run: Any, made: Any) -> None:
    path = behind.notebook("before.ipynb", made)
    kernel, channel = run("before.ipynb")
    assert channel.run(SIX).text == "1.16.0\n"
    behind.server.request("PATCH", "api/contents/before.ipynb", {"path": "after.ipynb"})
    path = path.with_name("after.ipynb")
    assert channel.run("%nbenv install six==1.17.0").status == "ok"
    behind.server.save("after.ipynb", behind.server.load("after.ipynb"))
    assert recorded(path)["requirements"] == ["six==1.17.0"]
    behind.notebook("after.ipynb", made)  # a checkout
    assert "six==1.16.0" in channel.run("%nbenv status").text
    assert behind.status("after.ipynb", kernel)["kernel"]["behind"]
    assert behind.server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
    assert channel.run(SIX).text == "1.16.0\n"
    assert not behind.status("after.ipynb", kernel)["kernel"]["behind"]
    assert recorded(path) == made


@pytest.mark.parametrize("length", [200_000, 3_000_000])
def test_large_records(behind: Behind, run: Any, made: Any, length: int) -> None:
    large = {**made, "of a later version": secrets.token_hex(length // 2)}
    path = behind.notebook(f"large-{length}.ipynb", large)
    kernel, channel = run(path.name)
    assert channel.run(SIX).text == "1.16.0\n"
    assert channel.run("import os; print('KERNEL_NBENV' in os.environ)").text == "False\n"
    assert channel.run("%nbenv install six==1.17.0").status == "ok"
    behind.server.save(path.name, behind.server.load(path.name))
    assert recorded(path)["requirements"] == ["six==1.17.0"]
    assert recorded(path)["of a later version"] == large["of a later version"]
    assert behind.status(path.name, kernel)["ready"]


def test_a_strangers_record_reaches_nobody(behind: Behind, run: Any, made: Any) -> None:
    with LocalIndex(behind.folder / "strangers") as index:
        hostile = {**made, "indexes": [{"name": "theirs", "url": index.url, "default": True}]}
        behind.notebook("hostile.ipynb", hostile)
        kernel, channel = run("hostile.ipynb")
        assert channel.run("1").status == "error"
        assert channel.run("%nbenv install six").status == "error"
        assert index.requests == []
    behind.notebook("odd.ipynb", {**made, "lock": ["six @ file:///etc/passwd; \n x"]})
    _, channel = run("odd.ipynb")
    assert "cannot be used" in channel.run("1").text
    assert behind.status("hostile.ipynb", kernel)["kernel"]["state"] == "waiting"
