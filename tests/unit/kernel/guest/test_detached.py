"""A kernel without a notebook, and how it gets one from VS Code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


class Shell:
    """A shell whose only listener is asked by hand."""

    def __init__(self) -> None:
        self.user_ns: dict[str, object] = {}
        self.execution_count = 1
        self.after: Any = None
        self.explain: Any = None
        self.events = SimpleNamespace(register=self._register, unregister=self._unregister)

    def _register(self, event: str, listener: Any) -> None:
        if event == "post_execute":
            self.after = listener
        else:
            assert event == "post_run_cell"
            self.explain = listener

    def _unregister(self, event: str, listener: Any) -> None:
        if event == "post_run_cell":
            self.explain = lambda _: None
            return
        assert listener is self.after
        self.after = None


class Stream:
    """A socket's stream, whose loop runs everything at once."""

    def __init__(self, *waiting: list[Any]) -> None:
        self.waiting = waiting
        self.calls: list[str] = []
        self.socket = SimpleNamespace(is_muted=False)
        self.io_loop = SimpleNamespace(
            add_callback=lambda call, *words: call(*words),
            call_later=lambda _, call, *words: call(*words),
        )

    def on_recv(self, keep: Any, *, copy: bool) -> None:
        assert not copy
        self.keep = keep

    def flush(self) -> None:
        for message in self.waiting:
            self.keep(message)

    def close(self) -> None:
        self.calls.append("close")


def request(name: bytes) -> list[Any]:
    return [SimpleNamespace(bytes=part) for part in (name, b"<IDS|MSG>")]


class Fixture:
    """A kernel that leaves, and what it becomes."""

    def __init__(self, load: Load, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.became: list[Any] = []
        self.done: list[Any] = []
        self.shell, self.stream = Shell(), Stream(request(b"later"))
        self.kernel: Any = SimpleNamespace(
            dispatch_shell=self._dispatch, shell_stream=self.stream, iopub_thread=None
        )
        detached = load("detached")
        self.variable = detached.VSCODE_VARIABLE
        monkeypatch.setattr(detached, "_become", lambda *words: self.became.append(words))
        self.notebook = str(folder / "work.ipynb")
        (folder / "work.ipynb").touch()
        left = {"subscribers": 1, "output": []}
        monkeypatch.setattr(detached, "_close_output", lambda _: left)
        detached.watch(self.shell, self.kernel)

    async def _dispatch(self, message: Any) -> None:
        self.done.append(message)
        if self.shell.after is not None:
            self.shell.after()

    def run(self, message: Any) -> None:
        asyncio.run(self.kernel.dispatch_shell(message))


@pytest.fixture
def detached(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fixture:
    return Fixture(load, monkeypatch, tmp_path)


def test_the_named_notebook_is_become_once(detached: Fixture) -> None:
    detached.run(request(b"a silent cell that names nothing yet"))
    assert (detached.became, detached.shell.after is None) == ([], False)
    detached.shell.user_ns[detached.variable] = detached.notebook
    detached.run(request(b"one that does"))
    [(variables, left)] = detached.became
    assert variables == {"NBENV_NOTEBOOK": detached.notebook}
    assert [message[0] for message in left["prepared"]] == [b"one that does"]
    assert [message[0] for message in left["requests"]] == [b"later"]
    assert detached.stream.socket.is_muted
    assert (left["subscribers"], left["output"]) == (1, [])
    assert detached.stream.calls == ["close"]
    assert detached.shell.after is None


@pytest.mark.parametrize(
    "value", ["/x/script.py", "/elsewhere/x.ipynb", "Untitled-1.ipynb", 1, None]
)
def test_other_values_are_no_notebook(detached: Fixture, value: object) -> None:
    detached.shell.user_ns[detached.variable] = value
    detached.run(request(b"silent"))
    assert detached.became == []


def test_after_the_users_first_cell_it_stays_what_it_is(detached: Fixture) -> None:
    detached.shell.execution_count = 2
    detached.run(request(b"cell"))
    assert (detached.became, detached.shell.after) == ([], None)


def test_a_missing_module_is_explained(
    detached: Fixture, capsys: pytest.CaptureFixture[str]
) -> None:
    detached.shell.explain(SimpleNamespace(error_in_exec=ValueError()))
    assert capsys.readouterr().out == ""
    for name in ("x", "y"):  # once is enough
        detached.shell.explain(SimpleNamespace(error_in_exec=ModuleNotFoundError(name)))
    text = capsys.readouterr().out
    assert text.count("NBENV_NOTEBOOK") == 1
    assert "did not say which notebook" in text


def test_what_comes_in_meanwhile_is_kept_in_order(detached: Fixture) -> None:
    async def both() -> None:
        detached.shell.user_ns[detached.variable] = detached.notebook
        first = detached.kernel.dispatch_shell(request(b"silent"))
        loop, detached.stream.io_loop.add_callback = asyncio.get_running_loop(), None
        detached.stream.io_loop.add_callback = lambda *call: loop.call_soon(*call)
        await first
        await detached.kernel.dispatch_shell(request(b"received"))
        await detached.kernel.dispatch_shell([SimpleNamespace(bytes=b"stop aborting")])
        await asyncio.sleep(0)

    asyncio.run(both())
    [(_, left)] = detached.became
    assert [message[0] for message in left["requests"]] == [b"received", b"later"]
    assert len(detached.done) == 2


def test_ipykernel_5_wants_a_future(load: Load) -> None:
    async def dispatch() -> None:
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        kernel: Any = SimpleNamespace(dispatch_shell=lambda *_: future)
        load("detached").Departure(kernel)
        found = kernel.dispatch_shell("socket", request(b"cell"))
        assert asyncio.isfuture(found)
        await found

    asyncio.run(dispatch())


def test_the_launchers_environment_variables(load: Load) -> None:
    environ = {
        "PATH": "/bin",
        "NBENV_DETACHED": "detached-1",
        "NBENV_ENVIRONMENT": "detached-1-2",
        "NBENV_HOST_PYTHON": "/host/python",
        "VIRTUAL_ENV": "/envs/x",
        "JPY_SESSION_NAME": "/x/work-jvsc-1.ipynb",
    }
    assert load("detached").launcher_environ({"NBENV_NOTEBOOK": "/x/work.ipynb"}, environ) == {
        "PATH": "/bin",
        "NBENV_NOTEBOOK": "/x/work.ipynb",
    }


def test_commands_change_the_placeholders_environment(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(load("detached").variables, "NBENV_DETACHED", "detached-1")
    assert load("detached").target() == ["--detached", "detached-1"]
