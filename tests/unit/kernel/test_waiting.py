"""The waiting kernel with a real client: its answers, and when it ends."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from nbenv.environments.readiness import Readiness, check_readiness
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.home import paths, private_files, variables
from nbenv.home.locks import locked
from nbenv.home.process_identity import ProcessIdentity
from nbenv.kernel import waiting
from nbenv.kernel.channels import Channels
from nbenv.kernel.guest import boot
from nbenv.notebook.metadata import write_metadata
from tests.support.environments import read
from tests.support.kernels import Kernel
from tests.unit.kernel.conftest import Make

MESSAGE = "Nothing was downloaded.\nAgree with %nbenv restore."


class Serving:
    """A waiting kernel that serves in a thread, and its client."""

    def __init__(self, connection: str, notebook: Path) -> None:
        channels = Channels(connection)
        self.kernel = waiting.WaitingKernel(channels, str(notebook), MESSAGE)
        self.client = BlockingKernelClient()
        self.client.load_connection_file(connection)
        self.client.start_channels()
        self.cells = Kernel(None, self.client)  # type: ignore[arg-type]  # it is a thread of ours
        self.became: str | None = ""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        found = self.kernel.serve()
        self.became = found and found.environment

    def ended(self) -> str | None:
        """Return what it became, once it has ended."""
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.became

    def stop(self) -> None:
        if self._thread.is_alive():
            self.client.shutdown()
            self.ended()
        self.client.stop_channels()


RECORD: dict[str, object] = {
    "version": 1,
    "python": "3.11",
    "requirements": ["six"],
    "lock": [f"six==1.0 --hash=sha256:{'0' * 64}"],
}


@pytest.fixture
def unapproved(notebook: Path) -> Path:
    """Return a notebook whose record nobody approved on this machine."""
    write_metadata(str(notebook), {"nbenv": RECORD})
    return notebook


@pytest.fixture
def serving(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.setattr(waiting, "_TICK", 20)
    monkeypatch.setenv(variables.HANDED_OVER, "")
    connection, _ = write_connection_file(str(tmp_path / "x.json"), key=b"secret")
    serving = Serving(connection, notebook)
    serving.client.wait_for_ready(timeout=10)
    yield serving
    serving.stop()


# -- what a cell is answered


def test_a_cell_fails_with_the_reason(serving: Serving) -> None:
    assert serving.cells.run("import pandas") == ("error", MESSAGE + "\n")
    assert serving.cells.run("%nbenv list\nimport pandas") == ("error", MESSAGE + "\n")
    assert serving.cells.run("%matplotlib inline") == ("error", MESSAGE + "\n")
    assert serving.cells.run(" ") == ("ok", "")
    assert serving.cells.run("1", silent=True) == ("error", "")  # told to its sender alone


def test_the_reason_is_said_once_to_cells_that_are_run_together(serving: Serving) -> None:
    client = serving.client
    cells = ["import pandas", "1", "%nbenv --help", "2"]
    asked = [client.execute(code) for code in cells]
    told = {}
    for _ in cells:
        reply = client.get_shell_msg(timeout=20)
        told[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert [told[each] for each in asked] == ["error", "aborted", "ok", "aborted"]
    asked = [client.execute(code, stop_on_error=False) for code in ("1", "2")]
    statuses = [client.get_shell_msg(timeout=20)["content"]["status"] for _ in asked]
    assert statuses == ["error", "error"]


def test_a_command_is_run(serving: Serving) -> None:
    status, text = serving.cells.run("# what can it do?\n%nbenv --help")
    assert status == "ok"
    assert "install" in text


def test_a_command_that_fails(serving: Serving) -> None:
    status, text = serving.cells.run("%nbenv frobnicate")
    assert status == "error"
    assert "frobnicate" in text
    assert serving.cells.run("1")[0] == "error"  # it goes on


def test_clients_get_every_reply(serving: Serving) -> None:
    client = serving.client
    info = client.kernel_info(reply=True, timeout=5)["content"]
    assert (info["banner"], info["language_info"]["name"]) == (MESSAGE, "python")
    assert client.complete("imp", reply=True, timeout=5)["content"]["matches"] == []
    assert client.inspect("x", reply=True, timeout=5)["content"]["found"] is False
    assert client.history(reply=True, timeout=5)["content"]["history"] == []
    assert client.comm_info(reply=True, timeout=5)["content"]["comms"] == {}


# -- before anyone approved the record

STRANGERS = [
    "install six", "install -e ./evil --notebook other.ipynb", "export -o out.txt",
    "export --format dockerfile", "git-config --global", "approvals --revoke all", "approvals",
    "prune", "unpack x.nbpack", "run x.ipynb", "pip install six", "pip list", "undo", "adopt",
    "redo", "record",
    "python 3.12", "upgrade", "uninstall six", "verify x.ipynb", "pack -o x", "audit", "outdated",
    "kernelspec", "restore --python 3.12", "restore --fallback newest",
    "restore --dry-run --fallback newest", "envs --sizes", "git-merge a b c d",
    "status\n%nbenv undo",
]  # fmt: skip


@pytest.mark.parametrize("line", STRANGERS)
def test_a_strangers_cell_changes_nothing(
    unapproved: Path, serving: Serving, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(unapproved.parent)
    before = {each: each.read_bytes() for each in unapproved.parent.rglob("*.ipynb")}
    status, text = serving.cells.run(f"%nbenv {line}")
    assert status == "error"
    assert "has to wait: nobody has approved" in text or "Unknown option" in text
    assert {each: each.read_bytes() for each in unapproved.parent.rglob("*.ipynb")} == before
    assert not Path("out.txt").exists()


@pytest.mark.parametrize(
    "line", ["status", "list", "envs", "doctor", "restore --dry-run --no-sizes"]
)
def test_a_strangers_cell_may_look(unapproved: Path, serving: Serving, line: str) -> None:
    _, text = serving.cells.run(f"%nbenv {line}")
    assert "has to wait" not in text


@pytest.mark.parametrize(
    "line", ["export other.ipynb -o out.txt --help", "install other.ipynb ./x -- -h", "-h prune"]
)
def test_help_is_help_alone(
    unapproved: Path, serving: Serving, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(unapproved.parent)
    status, text = serving.cells.run(f"%nbenv {line}")
    assert (status, "Usage" in text or "usage" in text) == ("ok", True)
    assert not Path("out.txt").exists()


def test_restore_agrees_to_what_the_message_showed(
    unapproved: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(boot.load("command"), "run", lambda words, own, _: given.append(own))
    serving.kernel._digest = shown = "0" * 32
    serving.cells.run("%nbenv restore")
    serving.cells.run("import six")
    serving.cells.run("%nbenv restore")
    target = ["--unapproved", "--notebook", str(unapproved)]
    assert given == [target, [f"--agreed={shown}", *target]]


def test_what_changed_behind_the_message_is_shown_before_it_is_restored(
    unapproved: Path, serving: Serving
) -> None:
    serving.kernel._digest = read(unapproved).digest
    serving.cells.run("import six")
    write_metadata(str(unapproved), {"nbenv": {**RECORD, "requirements": ["other"]}})
    status, text = serving.cells.run("%nbenv restore")
    assert status == "error"
    assert "has changed since it was shown" in text
    assert "other" in text
    assert serving.kernel._digest == read(unapproved).digest


# -- when it ends


def test_a_shutdown_ends_it(serving: Serving) -> None:
    assert serving.client.shutdown(reply=True, timeout=5)["content"]["status"] == "ok"
    assert serving.ended() is None


def test_it_becomes_what_was_restored_elsewhere(
    serving: Serving, notebook: Path, make_ready: Make
) -> None:
    environment = make_ready(notebook)
    assert serving.ended() == environment


def test_cells_wait_for_a_change_and_go_to_the_next_kernel(
    serving: Serving, notebook: Path, tmp_path: Path, make_ready: Make
) -> None:
    state = {"notebook": str(notebook), "environment": "work-1", "value": None, "saved": True}
    with locked("work-1"):
        private_files.write_json(paths.state_path(paths.key(str(notebook))), state)
        time.sleep(0.2)
        identifier = serving.client.execute("import pandas")
        with pytest.raises(queue.Empty):  # no answer yet
            serving.client.get_shell_msg(timeout=0.3)
        environment = make_ready(notebook)
    assert serving.ended() == environment
    [message] = boot.load("handover").read(str(tmp_path / "x.json.waiting"))["requests"]
    assert identifier.encode() in b"".join(message)


def begun_by(notebook: Path, **other: object) -> Path:
    """Write the note of a server that changes the environment, this process by default."""
    begun = Path(paths.begun_path(paths.key(str(notebook))))
    private_files.write_json(str(begun), {**ProcessIdentity.own().to_dict(), **other})
    time.sleep(0.1)
    return begun


def test_a_job_of_the_server_makes_cells_wait(serving: Serving, notebook: Path) -> None:
    begun = begun_by(notebook)
    identifier = serving.client.execute("1")
    with pytest.raises(queue.Empty):
        serving.client.get_shell_msg(timeout=0.3)
    begun.unlink()
    assert serving.cells.reply(identifier) == "error"


def test_a_cancelled_job_is_told_below_the_first_cell_that_waits(
    serving: Serving, notebook: Path
) -> None:
    begun = begun_by(notebook)
    cells = [serving.client.execute(code) for code in "123"]
    time.sleep(0.3)
    begun.unlink()
    assert [serving.cells.reply(each) for each in cells] == ["error", "aborted", "aborted"]


@pytest.mark.parametrize(
    "other",
    [
        {"created": ProcessIdentity.own().created - 60},  # the number was given to this process
        {"created": ProcessIdentity.own().created + 60},
        {"created": None},  # written by a former version
        {"machine": "another"},  # of the container before this one
        {"process": 2**22 + 1},
        {"process": True},
    ],
)
def test_the_note_of_a_killed_server_makes_nothing_wait(
    serving: Serving, notebook: Path, other: dict[str, object]
) -> None:
    begun_by(notebook, **other)
    assert serving.cells.run("1") == ("error", MESSAGE + "\n")


def test_a_server_that_is_killed_makes_nothing_wait_any_more(
    serving: Serving, notebook: Path
) -> None:
    server = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = ProcessIdentity.of(server.pid)
    assert identity is not None
    begun_by(notebook, **identity.to_dict())
    identifier = serving.client.execute("1")
    with pytest.raises(queue.Empty):
        serving.client.get_shell_msg(timeout=0.3)
    server.kill()  # it is not waited for: a zombie runs no job
    assert serving.cells.reply(identifier) == "error"
    server.communicate()


def test_while_a_job_runs_everything_but_cells_is_answered(
    serving: Serving, notebook: Path
) -> None:
    begun_by(notebook)
    waits = serving.client.execute("1")
    replies_come_at_once(serving)
    notice = next(texts_for(serving, waits))
    assert "runs as soon as the notebook's environment is ready" in notice
    serving.client.shutdown()
    assert serving.ended() is None


def replies_come_at_once(serving: Serving) -> None:
    client = serving.client
    assert client.kernel_info(reply=True, timeout=5)["content"]["banner"] == MESSAGE
    assert client.complete("imp", reply=True, timeout=5)["content"]["matches"] == []
    assert client.inspect("x", reply=True, timeout=5)["content"]["found"] is False


def texts_for(serving: Serving, identifier: str) -> Iterator[str]:
    """Yield the kinds and texts of what is published for a cell."""
    while True:
        message = serving.client.get_iopub_msg(timeout=5)
        if message["parent_header"].get("msg_id") == identifier:
            kind = message["header"]["msg_type"]
            if kind != "status":
                yield f"{kind}: {message['content'].get('text') or message['content']}"


def test_an_interrupt_stops_the_cells_that_wait(serving: Serving, notebook: Path) -> None:
    begun_by(notebook)
    cells = [serving.client.execute(code) for code in "12"]
    time.sleep(0.2)
    message = serving.client.session.msg("interrupt_request", {})
    serving.client.control_channel.send(message)
    assert serving.client.get_control_msg(timeout=5)["content"]["status"] == "ok"
    assert [serving.cells.reply(each) for each in cells] == ["error", "error"]
    shown = texts_for(serving, cells[0])
    assert [next(shown).partition(":")[0] for _ in range(3)] == ["stream", "clear_output", "error"]


def test_the_notice_is_cleared_and_the_order_kept(
    serving: Serving, notebook: Path, tmp_path: Path, make_ready: Make
) -> None:
    begun = begun_by(notebook)
    cells = [serving.client.execute(str(number)) for number in range(5)]
    time.sleep(0.3)
    environment = make_ready(notebook)
    begun.unlink()
    assert serving.ended() == environment
    messages = boot.load("handover").read(str(tmp_path / "x.json.waiting"))["requests"]
    found = [b"".join(message) for message in messages]
    assert [name.encode() in text for name, text in zip(cells, found, strict=True)] == [True] * 5
    shown = texts_for(serving, cells[4])
    assert [next(shown).partition(":")[0] for _ in range(2)] == ["stream", "clear_output"]


def test_a_renamed_notebook_is_followed(serving: Serving, notebook: Path, make_ready: Make) -> None:
    renamed = notebook.rename(notebook.with_name("renamed.ipynb"))
    word = {"to": str(renamed), "at": time.time() + 1}
    private_files.write_json(paths.moved_path(paths.key(str(notebook))), word)
    environment = make_ready(renamed)
    assert serving.ended() == environment


# -- words


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("%nbenv install a", [["install", "a"]]),
        ("\n# a comment\n%nbenv list\n\n  %nbenv tree # deep", [["list"], ["tree"]]),
        ("%nbenv", [[]]),
        ("%nbenvx", None),
        ("%nbenv list; x = 1\nx", None),
    ],
)
def test_commands_of_a_cell(code: str, commands: list[list[str]] | None) -> None:
    assert waiting.commands_in(code) == commands


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (ApprovalNeededError("Agree first."), "Agree first."),
        (KeyboardInterrupt(), "Building this notebook's environment was stopped."),
        (PermissionError("no"), "This notebook's environment cannot be used: no."),
        (ZeroDivisionError("x"), "nbenv failed unexpectedly: ZeroDivisionError: x."),
    ],
)
def test_every_error_has_a_message(error: BaseException, what: str) -> None:
    explained: Any = waiting._explain(error)
    assert isinstance(explained, NbenvError)
    assert explained.what == what


def test_while_it_serves_it_says_why(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_ready: Make
) -> None:
    """A front end reads it; the note goes when the kernel becomes another."""
    connection, _ = write_connection_file(str(tmp_path / "x.json"), key=b"secret")
    note, notes, became = paths.waiting_path(os.getpid()), [], []
    environment = make_ready(notebook)

    def serve(_: object) -> Readiness:
        notes.append(paths.read_json(note))
        return check_readiness(str(notebook))

    monkeypatch.setattr(waiting.WaitingKernel, "serve", serve)
    monkeypatch.setattr(waiting, "become", lambda found, *_, **__: became.append(found))
    waiting.serve_until_ready(["-f", connection], str(notebook), ApprovalNeededError("Agree."))
    assert notes[0]["error"]["kind"] == "ApprovalNeeded"
    assert became == [environment]
    assert not Path(note).exists()
