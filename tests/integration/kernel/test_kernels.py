"""Kernels of notebooks: in their own environment, whatever starts them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from nbenv.environments import interpreters
from tests.conftest import write_notebook, write_other_copy
from tests.support.commands import fail, succeed
from tests.support.kernels import Kernel, kernel
from tests.support.wheels import make_project


def record(notebook: Path) -> dict[str, object]:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


def test_install_then_import_in_the_next_cell(notebook: Path, home: Path) -> None:
    with kernel(notebook) as running:
        text = running.ok("%nbenv install tabulate")
        assert any(line.startswith("Installed tabulate") for line in text.splitlines())
        prefix = running.ok("import tabulate, sys; print(sys.prefix)").strip()
    assert Path(prefix).parent == home / "envs"
    assert record(notebook)["requirements"] == ["tabulate"]


def test_a_second_install_says_which_import_needs_the_restart(notebook: Path) -> None:
    with kernel(notebook) as running:
        running.ok("%nbenv install tabulate==0.9.0")
        running.ok("import tabulate")
        text = running.ok("%nbenv install tabulate==0.8.10")
        assert "Restart the kernel to use tabulate 0.8.10: 0.9.0 is already imported." in text
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        assert running.ok("import tabulate; print(tabulate.__version__)") == "0.8.10\n"


def test_errors_are_messages_and_nothing_changes(notebook: Path) -> None:
    before = notebook.read_bytes()
    with kernel(notebook) as running:
        status, text = running.run("%nbenv install nbenv-has-no-such-thing")
        assert status == "error"
        assert "nbenv-has-no-such-thing was not found" in text
        assert "Traceback" not in text
        status, text = running.run("%nbenv frobnicate")
        assert status == "error"
        assert "frobnicate" in text
    assert notebook.read_bytes() == before


@pytest.mark.parametrize(
    "line",
    [
        "%pip install -q tabulate",
        "%uv pip install tabulate",
        "!pip install tabulate",
        "!uv pip install tabulate",
        "!python -m pip install tabulate && echo done",
        "!{sys.executable} -m pip install tabulate",
    ],
)
def test_habits_of_pip_are_recorded(notebook: Path, line: str) -> None:
    with kernel(notebook) as running:
        running.ok("import sys")
        running.ok(line)
        running.ok("import tabulate")
    assert record(notebook)["requirements"] == ["tabulate"]


def test_pip_looks(notebook: Path) -> None:
    with kernel(notebook) as running:
        assert "ipykernel" in running.ok("%pip list")
        assert "ipykernel==" in running.ok("!pip freeze")
        assert "Version:" in running.ok("!pip show ipykernel")
        assert "ipykernel" in running.ok("!python -m pip list | grep ipykernel")
        status, text = running.run("%pip download tabulate")
        assert (status, "not available" in text) == ("error", True)


def test_a_shared_notebook_waits_for_consent_and_becomes_real(
    notebook: Path, tmp_path: Path
) -> None:
    succeed("install", notebook, "tabulate")
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    before, other = shared.read_bytes(), tmp_path / "other-home"
    with kernel(shared, NBENV_HOME=str(other)) as running:
        pid = running.manager.provisioner.pid
        status, text = running.run("import tabulate")
        assert status == "error"
        assert "%nbenv restore" in text
        assert not (other / "envs").exists()
        # What waits behind the restore runs in the real kernel.
        identifiers = [running.client.execute(c) for c in ("%nbenv restore", "x = 42", "x + 1")]
        assert [running.reply(identifier) for identifier in identifiers] == ["ok", "ok", "ok"]
        which = "os.getppid() if os.environ.get('NBENV_SUPERVISE') == '1' else os.getpid()"
        assert running.ok(f"import tabulate, os; print(x, {which})") == f"42 {pid}\n"
    assert shared.read_bytes() == before


def test_restore_policy(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    other = str(tmp_path / "other-home")
    with kernel(notebook, NBENV_HOME=other, NBENV_RESTORE="never") as running:
        assert running.run("1")[0] == "error"
    with kernel(notebook, NBENV_HOME=other, NBENV_RESTORE="always") as running:
        assert running.ok("import tabulate, sys; print(sys.prefix)").startswith(other)


def test_a_broken_notebook_still_gets_an_answer(notebook: Path) -> None:
    notebook.write_text("{", encoding="utf-8")
    with kernel(notebook) as running:
        status, text = running.run("1")
        assert status == "error"
        assert "is not JSON" in text


def test_interrupt_and_restart(notebook: Path) -> None:
    with kernel(notebook) as running:
        identifier = running.client.execute("import time; time.sleep(30)")
        time.sleep(1)
        running.manager.interrupt_kernel()
        assert running.reply(identifier) == "error"
        time.sleep(0.5)  # as in any ipykernel, what waits behind an error is not run
        assert running.ok("print('alive')") == "alive\n"
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        assert running.ok("print('again')") == "again\n"


def test_an_interrupted_install_changes_nothing(notebook: Path) -> None:
    before = notebook.read_bytes()
    with kernel(notebook) as running:
        identifier = running.client.execute("%nbenv install scipy scikit-learn")
        time.sleep(0.7)
        running.manager.interrupt_kernel()
        if running.reply(identifier) == "error":
            assert notebook.read_bytes() == before
            # ipykernel aborts what comes right behind a cell that failed.
            ended = {running.run("%nbenv status")[0] for _ in range(2)}
            assert "ok" in ended
            assert ended <= {"ok", "aborted"}


def test_input_comms_and_plots(notebook: Path) -> None:
    succeed("install", notebook, "matplotlib")
    with kernel(notebook) as running:
        running.client.allow_stdin = True
        text = []
        running.client.execute_interactive(
            "print('got', input('name? '))",
            timeout=60,
            allow_stdin=True,
            stdin_hook=lambda _: running.client.input("nbenv"),
            output_hook=lambda message: text.append(message["content"].get("text", "")),
        )
        assert "".join(text) == "got nbenv\n"
        code = "from comm import create_comm; c = create_comm(target_name='t'); print(c.comm_id)"
        assert running.ok(code).strip()
        pictures = []
        running.client.execute_interactive(
            "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); None",
            timeout=60,
            output_hook=lambda message: pictures.append(message["content"].get("data", {})),
        )
        assert any("image/png" in picture for picture in pictures)


def debug(running: Kernel, command: str, **arguments: object) -> dict[str, Any]:
    """Send a request of the debug adapter protocol; return the body of its answer."""
    client = running.client
    content = {"type": "request", "seq": 1, "command": command, "arguments": arguments}
    message = client.session.msg("debug_request", content)
    client.control_channel.send(message)
    while True:
        reply = client.get_control_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            assert reply["content"].get("success", True), reply["content"]
            return reply["content"].get("body") or {}


def test_the_debugger_stops_at_a_breakpoint_and_goes_on(notebook: Path) -> None:
    with kernel(notebook) as running:
        code = "def double(x):\n    y = 2 * x\n    return y\n\nresult = double(21)"
        debug(running, "initialize", clientID="test", adapterID="", pathFormat="path")
        debug(running, "attach")
        path = debug(running, "dumpCell", code=code)["sourcePath"]
        points, source = [{"line": 3}], {"path": path}
        set_ = debug(running, "setBreakpoints", breakpoints=points, source=source)
        assert set_["breakpoints"][0]["verified"]
        debug(running, "configurationDone")
        identifier = running.client.execute(code)
        stopped: dict[str, Any] = {}
        while stopped.get("event") != "stopped":
            stopped = running.client.get_iopub_msg(timeout=60)["content"]
        thread = stopped["body"]["threadId"]
        frame = debug(running, "stackTrace", threadId=thread)["stackFrames"][0]
        assert (frame["name"], frame["line"]) == ("double", 3)
        debug(running, "continue", threadId=thread)
        assert running.reply(identifier) == "ok"
        assert running.ok("print(result)") == "42\n"


def test_vs_code_tells_the_notebook_in_a_silent_cell(notebook: Path) -> None:
    succeed("install", notebook, "tabulate")
    with kernel() as running:
        running.run(f"__vsc_ipynb_file__ = {str(notebook)!r}", silent=True, store_history=False)
        time.sleep(3)
        assert "envs" in running.ok("import tabulate, sys; print(sys.prefix)")


def test_cells_right_behind_that_run_in_the_notebooks_kernel(notebook: Path) -> None:
    with kernel() as running:
        name = f"__vsc_ipynb_file__ = {str(notebook)!r}"
        running.client.execute(name, silent=True, store_history=False)
        cells = ("%pip install tabulate", "import tabulate", "print(2)")
        sent = [running.client.execute(code) for code in cells]
        assert [running.reply(identifier) for identifier in sent] == ["ok"] * 3
        assert "work-" in running.ok("import sys; print(sys.prefix)")
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    assert metadata["nbenv"]["requirements"] == ["tabulate"]


def test_cells_right_behind_that_learn_what_is_not_approved(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "tabulate")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other"))
    with kernel() as running:
        name = f"__vsc_ipynb_file__ = {str(notebook)!r}"
        running.client.execute(name, silent=True, store_history=False)
        assert running.reply(running.client.execute("print(1)")) == "error"
        assert "not on this machine yet" in running.run("print(2)")[1]


def test_a_kernel_without_a_notebook_installs_for_itself() -> None:
    with kernel() as running:
        running.ok("%nbenv install tabulate")
        running.ok("import tabulate")


# -- clients


CELLS = ("import tabulate, sys", "print(sys.prefix)")


@pytest.fixture
def recorded(tmp_path: Path, home: Path) -> Path:
    path = write_notebook(tmp_path / "client" / "work.ipynb", *CELLS)
    succeed("install", path, "tabulate")
    return path


def prefix_of(document: nbformat.NotebookNode) -> str:
    return document.cells[1].outputs[0].text


def test_nbclient(recorded: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_NOTEBOOK", str(recorded))
    document = nbformat.read(recorded, as_version=4)
    NotebookClient(document).execute()
    assert prefix_of(document).startswith(str(home))


def test_jupyter_execute(recorded: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_NOTEBOOK", str(recorded))
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(recorded)]
    subprocess.run(command, check=True, timeout=120)
    assert prefix_of(nbformat.read(recorded, as_version=4)).startswith(str(home))


def test_papermill(recorded: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_NOTEBOOK", str(recorded))
    out = recorded.with_name("out.ipynb")
    papermill.execute_notebook(recorded, out, progress_bar=False)
    assert prefix_of(nbformat.read(out, as_version=4)).startswith(str(home))


def test_run(recorded: Path, home: Path) -> None:
    before, out = recorded.read_bytes(), recorded.with_name("out.html")
    done = succeed("run", recorded, "-o", out)
    assert str(home) in done.out
    assert "Ran " in done.out
    assert f": {len(CELLS)} code cells. Wrote" in done.out
    assert "tabulate" in out.read_text(encoding="utf-8")
    assert recorded.read_bytes() == before


def test_run_on_another_python(recorded: Path) -> None:
    own = interpreters.default_python()
    other = next((p for p in ("3.12", "3.11", "3.13") if p != own and interpreters.find(p)), None)
    if other is None:
        pytest.skip("this machine has one Python only")
    before, out = recorded.read_bytes(), recorded.with_name("out.ipynb")
    assert f"with Python {other}" in succeed("run", recorded, "--python", other, "-o", out).out
    assert recorded.read_bytes() == before
    assert record(out)["python"] == other


def test_run_says_where_it_stopped(recorded: Path) -> None:
    write_notebook(recorded, "1 / 0")
    succeed("install", recorded, "tabulate")
    message = fail("run", recorded)
    assert "ZeroDivisionError: division by zero" in message


def test_kernelspec_for_other_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    succeed("kernelspec")
    path = tmp_path / "data" / "kernels" / "nbenv" / "kernel.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    assert described["argv"][0] == sys.executable
    assert "kernel_provisioner" not in described["metadata"]  # which others do not have


@pytest.mark.parametrize(
    "python", [p for p in ("3.9", "3.10", "3.11", "3.12", "3.13") if interpreters.find(p)]
)
def test_guests_of_other_versions(python: str, notebook: Path) -> None:
    succeed("install", notebook, "tabulate")
    succeed("python", notebook, python)
    with kernel(notebook) as running:
        code = "import tabulate, sys; print('%d.%d' % sys.version_info[:2])"
        assert running.ok(code) == f"{python}\n"
        running.ok("%nbenv install six")
        running.ok("import six")


def test_a_rebuilt_project_of_the_same_version_needs_a_restart_if_it_is_imported(
    notebook: Path,
) -> None:
    def write(value: int) -> None:
        make_project(notebook.parent, "mine", "1.0", modules={"mine.py": f"V = {value}\n"})

    write(1)
    mine = notebook.parent / "mine"
    with kernel(notebook) as running:
        running.ok(f"%pip install {mine}")
        write(2)
        assert "Restart" not in running.ok(f"%pip install {mine}")
        assert running.ok("import mine; print(mine.V)") == "2\n"
        assert "Already installed: mine" in running.ok(f"%pip install {mine}")
        write(3)
        note = "Restart the kernel to use the new mine 1.0: the former one is already imported."
        assert note in running.ok(f"%pip install {mine}")
        assert note in running.ok(f"%pip install -e {mine}")
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        assert running.ok("import mine; print(mine.V)") == "3\n"
