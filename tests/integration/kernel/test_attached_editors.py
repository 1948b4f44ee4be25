"""Editors that attach to a running kernel, or start an environment's Python: simulated, not run.

Spyder's *Connect to an existing kernel* (spyder-ide/spyder, spyder/plugins/ipythonconsole/):

==================  ============================================================================
connection file     typed or chosen in a dialog; a bare id means ``kernel-ID.json`` in Jupyter's
                    runtime folder (widgets/kernelconnect.py at 0151122cf)
first message       ``comm_open`` for ``spyder_api``, before any other; an ipykernel knows no such
                    comm, and Spyder goes on (utils/kernel_handler.py at 020c4284a, and
                    comms/kernelcomm.py at 018286542)
then                kernel_info, and a history of 1000 cells; with the reply to the first a silent,
                    empty cell for the prompt's number (jupyter/qtconsole,
                    qtconsole/jupyter_widget.py at 0294ac9af). A reply without
                    ``spyder_kernels_info`` makes it a plain ipykernel (utils/client.py at
                    06a148be3), which gets no settings (widgets/shell.py at 001e8952b).
==================  ============================================================================

PyCharm and DataSpell are closed. That they attach to a server's kernels is all that is assumed.

Positron (posit-dev/positron, extensions/positron-python/):

==================  ============================================================================
command             the chosen interpreter, ``positron_language_server.py``, ``-f FILE``, which is
                    ipykernel's application with a kernel class of its own
                    (src/client/positron/manager.ts at 00b0dbfd5,
                    python_files/posit/positron_language_server.py at 09e5faf3f)
variables           ``PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING=1``; PATH is the user's (manager.ts)
Packages pane       runs ``PYTHON -m pip install NAME`` in a terminal
                    (src/client/positron/packages/pipPackageManager.ts at 013d6d7dc); with uv,
                    ``uv pip install --python PYTHON NAME`` (uvPackageManager.ts at 055d70016)
==================  ============================================================================

Spyder starts the chosen interpreter in the same way, by ``-m spyder_kernels.console -f FILE``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.connect import write_connection_file

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.kernels import PATIENCE, Kernel
from tests.support.server import JupyterServer

PLAIN = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
"""What positron_language_server.py comes to, without its services."""


@pytest.fixture(scope="module")
def folder(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `work.ipynb`, whose environment is there."""
    base = tmp_path_factory.mktemp("attached")
    notebook = write_notebook(base / "notebooks" / "work.ipynb", "1")
    succeed("install", notebook, "tabulate", environ={"NBENV_HOME": str(base / "home")})
    return notebook.parent


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the module's `NBENV_HOME`, and let each test start in the folder."""
    monkeypatch.setenv("NBENV_HOME", str(folder.parent / "home"))
    monkeypatch.chdir(folder)
    return folder.parent / "home"


def requirements(folder: Path) -> list[str]:
    document = json.loads((folder / "work.ipynb").read_text(encoding="utf-8"))
    return list(document["metadata"]["nbenv"]["requirements"])


@contextmanager
def attached(file: str) -> Iterator[Kernel]:
    """Attach as Spyder does, by nothing but a kernel's connection file."""
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels(hb=False)
    try:
        content = {"comm_id": "c", "target_name": "spyder_api", "data": {"pickle_protocol": 5}}
        client.shell_channel.send(client.session.msg("comm_open", content))
        info, history = client.kernel_info(), client.history(hist_access_type="tail", n=1000)
        replies = [client.get_shell_msg(timeout=PATIENCE) for _ in range(2)]
        assert [each["parent_header"]["msg_id"] for each in replies] == [info, history]
        assert "spyder_kernels_info" not in replies[0]["content"]
        running = Kernel(cast("KernelManager", None), client)
        assert running.reply(client.execute("", silent=True)) == "ok"
        yield running
    finally:
        client.stop_channels()


@contextmanager
def jupyter_kernel(**environ: str) -> Iterator[str]:
    """Start our kernel in a terminal, ``jupyter kernel``, and yield the file that it names."""
    command = [str(Path(sys.executable).parent / "jupyter-kernel"), "--kernel=nbenv"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environ}
    )
    assert process.stderr is not None
    try:
        found = None
        while found is None:
            line = process.stderr.readline()
            assert line, "jupyter kernel ended"
            found = re.search(r"Connection file: (.+\.json)", line)
        yield found[1]
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


@contextmanager
def plain_kernel(folder: Path) -> Iterator[Kernel]:
    """Start the Python that ``nbenv status`` leads to, as an editor whose interpreter it is."""
    file, _ = write_connection_file(str(folder / "plain.json"), key=b"1")
    variables = {**os.environ, "PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING": "1"}
    process = subprocess.Popen(
        [python_of(folder), "-c", PLAIN, "-f", file],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        client = BlockingKernelClient(connection_file=file)
        client.load_connection_file()
        client.start_channels(hb=False)
        client.wait_for_ready(timeout=PATIENCE)
        yield Kernel(cast("KernelManager", None), client)
        client.stop_channels()
    finally:
        process.kill()
        process.wait()


def python_of(folder: Path) -> str:
    found = re.search(r"packages in (.+)", succeed("status", folder / "work.ipynb").out)
    assert found is not None
    return str(Path(found[1].strip()) / "bin" / "python")


def test_a_kernel_for_a_notebook(folder: Path) -> None:
    with (
        jupyter_kernel(NBENV_NOTEBOOK=str(folder / "work.ipynb")) as file,
        attached(file) as spyder,
    ):
        assert "work-" in spyder.ok("import tabulate, sys; print(sys.prefix)")
        spyder.ok("%pip install six")
        spyder.ok("%nbenv install toolz")
        spyder.ok("import six, toolz")
    assert {"six", "toolz"} <= {*requirements(folder)}


def test_a_kernel_for_no_notebook_says_so(folder: Path) -> None:
    with jupyter_kernel() as file, attached(file) as spyder:
        status, text = spyder.run("import tabulate")
        assert (status, "NBENV_NOTEBOOK" in text) == ("error", True)
        assert "NBENV_NOTEBOOK" not in spyder.run("import tabulate")[1]


def test_the_kernel_of_a_notebook_that_is_open_in_jupyterlab(folder: Path) -> None:
    """The editor and the page share it; the page's save has what the editor installed."""
    with JupyterServer(folder) as server:
        identifier = server.session("work.ipynb")["kernel"]["id"]
        runtime = server.channel(identifier).run(
            "from ipykernel import get_connection_file; print(get_connection_file())"
        )
        with attached(runtime.text.strip()) as spyder:
            assert "work-" in spyder.ok("import tabulate, sys; print(sys.prefix)")
            spyder.ok("%pip install iniconfig")
        page = server.load("work.ipynb")
        server.save("work.ipynb", page)
    assert "iniconfig" in requirements(folder)


@pytest.mark.skipif(os.name != "posix", reason="the commands are a shell's")
def test_the_environments_own_python(folder: Path) -> None:
    with plain_kernel(folder) as positron:
        assert "work-" in positron.ok("import tabulate, sys; print(sys.prefix)")
        assert "_nbenv" not in positron.ok("print([n for n in dir() if 'nbenv' in n])")
        for line in ("%pip install idna", "!pip install wheel", "!uv pip install pluggy"):
            positron.ok(line)
        positron.ok("import idna, wheel, pluggy")
        for cell in ("%nbenv install colorama", "%%nbenv\ninstall colorama"):
            status, text = positron.run(cell)
            assert status == "error"
            assert "%pip install NAME installs into the notebook's environment" in text
            assert "Traceback" not in text
    assert {"idna", "wheel", "pluggy"} <= {*requirements(folder)}
    assert "colorama" not in requirements(folder)


def test_positrons_packages_pane(folder: Path) -> None:
    command = [python_of(folder), "-m", "pip", "install", "zipp"]
    subprocess.run(command, check=True, capture_output=True)
    assert "zipp" in requirements(folder)
