"""A kernel that becomes a notebook's own loses no request, no reply, no output and no order."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.session import Session

from tests.support.commands import succeed
from tests.support.kernels import PATIENCE, Kernel, text_of

CELLS = ("print('one')", "name = input('name? ')", "print(name)", "import sys; print(sys.prefix)")


@contextmanager
def detached(transport: str, folder: Path) -> Iterator[KernelManager]:
    """Start a kernel without a notebook."""
    manager = KernelManager(kernel_name="nbenv", transport=transport)
    if transport == "ipc":
        manager.ip = str(folder / "ipc")
    manager.start_kernel(env=dict(os.environ))
    try:
        yield manager
    finally:
        manager.shutdown_kernel(now=True)


def connected(manager: KernelManager) -> BlockingKernelClient:
    """Return a client of its own, as another page or program has."""
    client = manager.client(session=Session(key=manager.session.key))
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    return client


def name(client: BlockingKernelClient, notebook: Path) -> None:
    """Name the notebook as VS Code does."""
    code = f"__vsc_ipynb_file__ = {str(notebook)!r}"
    client.execute(code, silent=True, store_history=False)


def shown(client: BlockingKernelClient, identifiers: list[str]) -> list[tuple[int, str]]:
    """Return the cells and text of all output, until the last cell has ended."""
    found: list[tuple[int, str]] = []
    while True:
        message: dict[str, Any] = client.get_iopub_msg(timeout=PATIENCE)
        parent = message["parent_header"].get("msg_id")
        if parent not in identifiers:
            continue
        number, state = identifiers.index(parent), message["content"].get("execution_state")
        if state or message["msg_type"] == "stream":
            found.append((number, state or text_of(message)))
        if (number, state) == (len(identifiers) - 1, "idle"):
            return found


@pytest.mark.parametrize(
    ("version", "transport", "count"),
    [("ipykernel<6", "tcp", 1), ("ipykernel<7", "ipc", 2), ("ipykernel>=7", "tcp", 3)],
)
def test_nothing_is_lost(
    notebook: Path, tmp_path: Path, version: str, transport: str, count: int
) -> None:
    succeed("install", notebook, version)
    with detached(transport, tmp_path) as manager:
        clients = [connected(manager) for _ in range(count)]
        first = clients[0]
        name(first, notebook)
        identifiers = [first.execute(code, allow_stdin=True) for code in CELLS]
        others = ThreadPoolExecutor()
        reading = clients if count > 1 else []
        seen = [others.submit(shown, client, identifiers) for client in reading]
        first.get_stdin_msg(timeout=PATIENCE)
        first.input("nbenv")
        running = Kernel(manager, first)
        assert [running.reply(each) for each in identifiers] == ["ok"] * len(CELLS)
        if count == 1:  # one that looks for output only once it has the replies
            seen = [others.submit(shown, first, identifiers)]
        for texts in (each.result() for each in seen):
            assert [cell for cell, _ in texts] == sorted(cell for cell, _ in texts)
            words = [text for _, text in texts if text not in ("busy", "idle")]
            assert words[0] == "one\n"
            assert "nbenv\n" in words
            assert "work-" in words[-1]
            assert [text for _, text in texts].count("idle") == len(CELLS)
        for client in clients:
            client.stop_channels()


def test_a_client_that_has_gone_holds_nothing_up(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    with detached("tcp", tmp_path) as manager:
        gone, staying = connected(manager), connected(manager)
        name(gone, notebook)
        gone.execute("x = 1")
        assert running_reply(gone, "execute_reply")
        gone.stop_channels()
        assert "work-" in Kernel(manager, staying).ok("import sys; print(x, sys.prefix)")
        staying.stop_channels()


def test_without_any_client_it_runs_what_was_asked(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    with detached("tcp", tmp_path) as manager:
        client = connected(manager)
        name(client, notebook)
        client.execute("x = 1")
        assert running_reply(client, "execute_reply")
        client.stop_channels()
        late = connected(manager)
        assert "1 " in Kernel(manager, late).ok("import sys; print(x, sys.prefix)")
        late.stop_channels()


def running_reply(client: BlockingKernelClient, kind: str) -> bool:
    """Wait for the next reply of a kind."""
    while True:
        try:
            message = client.get_shell_msg(timeout=PATIENCE)
        except queue.Empty:
            return False
        if message["msg_type"] == kind:
            return True
