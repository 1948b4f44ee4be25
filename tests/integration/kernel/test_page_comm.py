"""Pages that ask a kernel over the comm target ``nbenv``, through jupyter_client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nbenv.environments import interpreters
from tests.support.commands import succeed
from tests.support.kernels import PATIENCE, Kernel, kernel


@dataclass(frozen=True)
class Page:
    """Asks a kernel as JupyterLab's extension does."""

    kernel: Kernel

    def send(self, identifier: str, data: object) -> None:
        """Open a comm, and do not wait for the answer."""
        client = self.kernel.client
        content = {"comm_id": identifier, "target_name": "nbenv", "data": data}
        client.shell_channel.send(client.session.msg("comm_open", content))

    def receive(self, identifier: str) -> list[tuple[str, Any]]:
        """Return the kernel's messages on a comm, until it closes it."""
        found: list[tuple[str, Any]] = []
        end = time.monotonic() + PATIENCE
        while not found or found[-1][0] != "comm_close":
            message = self.kernel.client.get_iopub_msg(timeout=end - time.monotonic())
            if message["content"].get("comm_id") == identifier:
                found.append((message["msg_type"], message["content"].get("data")))
        return found

    def ask(self, event: object = None) -> list[dict[str, object]]:
        """Return what the kernel calls stale, after a change if `event` describes one."""
        identifier = f"comm-{time.monotonic_ns()}"
        self.send(identifier, {"event": event})
        (answer, data), (end, _) = self.receive(identifier)
        assert (answer, end, list(data)) == ("comm_msg", "comm_close", ["stale"])
        return data["stale"]


@pytest.fixture
def page(notebook: Path) -> Iterator[Page]:
    succeed("install", notebook, "tabulate==0.9.0")
    with kernel(notebook) as running:
        yield Page(running)


def changed(old: str | None, new: str | None) -> dict[str, object]:
    """Return the event of a change of tabulate, made outside of the kernel."""
    change = {"name": "tabulate", "old": old, "new": new, "imports": ["tabulate"]}
    return {"type": "result", "changes": [change], "pth": [], "environment": "", "replaced": False}


STALE = {"name": "tabulate", "old": "0.9.0", "new": "0.8.10", "module": "tabulate"}


def test_a_change_makes_stale_what_is_imported(page: Page) -> None:
    assert page.ask() == []
    assert page.ask(changed("0.9.0", "0.8.10")) == []  # installed anew, but not imported
    assert page.ask(changed("0.8.10", "0.9.0")) == []
    page.kernel.ok("import tabulate")
    assert page.ask(changed("0.9.0", "0.8.10")) == [STALE]
    assert page.ask() == [STALE]  # as for a page that was reloaded
    assert page.ask(changed("0.8.10", "0.9.0")) == []


def test_nothing_is_imported_for_it_before(page: Page) -> None:
    loaded = "import sys; print(*sorted(each for each in sys.modules if each[:7] == '_nbenv_'))"
    at_the_start = ["boot", "child_notebooks", "host_python", "import_hint"]
    at_the_start += ["lazy_jupyter_client", "magics", "outside_changes", "own_variables", "pip"]
    assert page.kernel.ok(loaded).split() == [f"_nbenv_{name}" for name in at_the_start]


def test_what_a_cell_installs_is_known_too(page: Page) -> None:
    page.kernel.ok("import tabulate")
    page.kernel.ok("%nbenv install tabulate==0.8.10")
    assert page.ask() == [STALE]


def test_it_is_answered_behind_a_cell_that_fails(page: Page) -> None:
    """As it is in JupyterLab: both wait in the queue, and a failed cell stops what is behind it."""
    failing = page.kernel.client.execute("import time; time.sleep(1); 1 / 0")
    page.send("behind", {"event": None})
    assert page.receive("behind") == [("comm_msg", {"stale": []}), ("comm_close", {})]
    assert page.kernel.reply(failing) == "error"


def test_it_is_answered_after_the_cell_that_runs(page: Page) -> None:
    began = time.monotonic()
    running = page.kernel.client.execute("import time, tabulate; time.sleep(2)")
    time.sleep(0.5)
    assert page.ask(changed("0.9.0", "0.8.10")) == [STALE]
    assert time.monotonic() - began > 2
    assert page.kernel.reply(running) == "ok"


@pytest.mark.parametrize(
    "data",
    [None, "x", [], {}, {"event": "x"}, {"event": {"changes": 1}}, {"event": {"changes": [{}]}}],
)
def test_nonsense_is_closed_and_disturbs_nothing(page: Page, data: object) -> None:
    page.send("odd", data)
    assert page.receive("odd") == [("comm_close", {})]
    assert page.kernel.run("print('well')") == ("ok", "well\n")
    assert page.ask() == []


def test_a_kernel_without_a_notebook_is_asked_alike() -> None:
    with kernel() as running:
        assert Page(running).ask() == []


def test_a_waiting_kernel_has_no_such_target(notebook: Path) -> None:
    notebook.write_text("{", encoding="utf-8")
    with kernel(notebook) as running:
        Page(running).send("to-none", {"event": None})
        assert "is not JSON" in running.run("1")[1]


@pytest.mark.skipif(not interpreters.find("3.9"), reason="needs an older Python")
def test_an_older_python(notebook: Path) -> None:
    succeed("install", notebook, "tabulate==0.9.0")
    succeed("python", notebook, "3.9")
    with kernel(notebook) as running:
        running.ok("import tabulate")
        assert Page(running).ask(changed("0.9.0", "0.8.10")) == [STALE]
