"""Starts of editors that cannot be run here, simulated from their source as read.

VS Code, and Cursor, which has the same extension: microsoft/vscode-jupyter at 3d24702e0.

==================  ============================================================================
command             the kernelspec's without ``-f FILE``, then ``--f=FILE``, which has quotes in it
                    if the path has a space (src/kernels/raw/launcher/kernelProcess.node.ts)
connection file     ``kernel-v3….json`` in Jupyter's runtime folder (same file)
variables           ``PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING=1`` (kernelEnvVarsService.node.ts)
first messages      kernel_info; a cell that looks for ipywidgets; one that assigns
                    ``__vsc_ipynb_file__`` and prepares plots; the user's (src/kernels/kernel.ts).
                    They are not silent, but not in the history (src/kernels/helpers.ts).
with a server       the server's command, and a session with a made-up name, ``NAME-UUID.ipynb``
                    (src/kernels/jupyter/session/jupyterKernelSessionFactory.ts)
==================  ============================================================================
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import get_kernel_spec

from tests.support.commands import succeed
from tests.support.kernels import PATIENCE, Kernel

PROBE = """try:
    import ipywidgets as _VSCODE_ipywidgets
    print("e976ee50-99ed-4aba-9b6b-9dcd5634d07d:IPyWidgets:" + _VSCODE_ipywidgets.__version__)
    del _VSCODE_ipywidgets
except:
    pass
"""


class Editor:
    """VS Code's part of a kernel: a process that it starts, and its client."""

    def __init__(self, folder: Path) -> None:
        file = str(folder / "a runtime folder" / f"kernel-v3{uuid.uuid4().hex}.json")
        os.makedirs(os.path.dirname(file), exist_ok=True)
        self.file, _ = write_connection_file(file, key=uuid.uuid4().hex.encode())

    def start(self, **environ: str) -> Kernel:
        spec = get_kernel_spec("nbenv")
        place = spec.argv.index("{connection_file}")
        argv = [*spec.argv[: place - 1], *spec.argv[place + 1 :], f'--f="{self.file}"']
        if argv[0] == "python":  # jupyter_client's own processes put theirs in its place
            argv[0] = sys.executable
        variables = {**spec.env, "PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING": "1", **environ}
        self.process = subprocess.Popen(argv, env={**os.environ, **variables})
        client = BlockingKernelClient()
        client.load_connection_file(self.file)
        self.kernel = Kernel(cast("KernelManager", None), client)
        client.start_channels(hb=False)  # a program that waits for replies only
        client.wait_for_ready(timeout=PATIENCE)
        return self.kernel

    def prepare(self, path: str) -> None:
        """Run the cells that come before the user's; only the second is waited for by name."""
        escaped = path.replace("\\", "\\\\")
        named = f'__vsc_ipynb_file__ = "{escaped}"\n_vsc_prepared = True'
        for code in (PROBE, named):
            sent = self.kernel.client.execute(code, silent=False, store_history=False)
            assert self.kernel.reply(sent) == "ok"

    def stop(self) -> None:
        self.kernel.client.stop_channels()
        self.process.kill()
        self.process.wait()


@contextmanager
def editor(folder: Path, path: str, **environ: str) -> Iterator[Editor]:
    running = Editor(folder)
    try:
        running.start(**environ)
        running.prepare(path)
        yield running
    finally:
        running.stop()


def requirements(notebook: Path) -> list[str]:
    metadata: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    return list(metadata.get("nbenv", {}).get("requirements", []))


def test_run_all_interrupt_and_restart_in_vs_code(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    with editor(tmp_path, str(notebook)) as running:
        kernel = running.kernel
        cells = ("import sys, tabulate", "x = 1", "%pip install six", "import six")
        sent = [kernel.client.execute(code) for code in cells]
        assert [kernel.reply(each) for each in sent] == ["ok"] * len(cells)
        assert "work-" in kernel.ok("print(sys.prefix, x)")
        assert kernel.ok("print(_vsc_prepared)") == "True\n"
        assert sorted(requirements(notebook)) == ["six", "tabulate"]
        sleeping = kernel.client.execute("print('now'); import time; time.sleep(60)")
        while kernel.client.get_iopub_msg(timeout=PATIENCE)["content"].get("text") != "now\n":
            pass
        os.kill(running.process.pid, signal.SIGINT)  # as for a kernelspec that wants a signal
        assert kernel.reply(sleeping) == "error"
        running.stop()
        kernel = running.start()
        running.prepare(str(notebook))
        assert "work-" in kernel.ok("import sys, six; print(sys.prefix)")


def test_what_is_not_approved_is_said_in_vs_code(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "tabulate")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other"))
    with editor(tmp_path, str(notebook)) as running:
        assert "not on this machine yet" in running.kernel.run("import tabulate")[1]
        running.kernel.ok("%nbenv restore")
        running.kernel.ok("import tabulate")


@pytest.mark.parametrize("path", ["Untitled-1.ipynb", "c:\\work\\x.ipynb", "/x/script.py"])
def test_without_a_notebook_on_this_machine_it_is_said(tmp_path: Path, path: str) -> None:
    with editor(tmp_path, path) as running:
        status, text = running.kernel.run("import tabulate")
        assert (status, "NBENV_NOTEBOOK" in text) == ("error", True)


def test_vs_code_with_a_jupyter_server(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    session = notebook.with_name(f"work-{uuid.uuid4()}.ipynb")
    with editor(tmp_path, str(notebook), JPY_SESSION_NAME=str(session)) as running:
        running.kernel.ok("%pip install six")
        assert "work-" in running.kernel.ok("import tabulate, six, sys; print(sys.prefix)")
    assert sorted(requirements(notebook)) == ["six", "tabulate"]
    assert not session.exists()
