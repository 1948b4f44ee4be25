"""A kernel without a notebook, and how it gets one from VS Code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
        self.events = SimpleNamespace(register=self._register, unregister=self._unregister)

    def _register(self, event: str, listener: Any) -> None:
        assert event == "post_execute"
        self.after = listener

    def _unregister(self, _: str, listener: Any) -> None:
        assert listener is self.after
        self.after = None


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what the event loop is asked to do later."""
    from tornado.ioloop import IOLoop

    found: list[Any] = []
    loop = SimpleNamespace(call_later=lambda _, *call: found.append(call))
    monkeypatch.setattr(IOLoop, "current", lambda: loop)
    return found


@pytest.fixture
def shell(load: Load) -> Shell:
    shell = Shell()
    load("detached").watch(shell, SimpleNamespace(dispatch_shell=None))
    return shell


def test_the_named_notebook_is_become_once(load: Load, shell: Shell, later: list[Any]) -> None:
    shell.after()  # a silent cell that names nothing yet
    assert (later, shell.after is None) == ([], False)
    shell.user_ns[load("detached").VSCODE_VARIABLE] = "/x/work.ipynb"
    shell.after()
    assert later == [(load("detached")._become, "/x/work.ipynb", [])]
    assert shell.after is None


@pytest.mark.parametrize("value", ["/x/script.py", 1, None])
def test_other_values_are_no_notebook(
    load: Load, shell: Shell, later: list[Any], value: object
) -> None:
    shell.user_ns[load("detached").VSCODE_VARIABLE] = value
    shell.after()
    assert later == []


def test_after_the_users_first_cell_it_stays_what_it_is(shell: Shell, later: list[Any]) -> None:
    shell.execution_count = 2
    shell.after()
    assert (later, shell.after) == ([], None)


def test_what_comes_in_meanwhile_is_kept_for_the_next_kernel(load: Load) -> None:
    done: list[Any] = []
    kernel: Any = SimpleNamespace(dispatch_shell=lambda *args, **options: done.append(args[-1]))
    hold = load("detached")._Hold(kernel)
    request = [SimpleNamespace(bytes=part) for part in (b"client", b"<IDS|MSG>")]

    async def dispatch(*args: Any, **options: Any) -> None:
        if (found := kernel.dispatch_shell(*args, **options)) is not None:
            await found

    asyncio.run(dispatch(request))
    assert (done, hold.messages) == ([request], [])
    hold.begin()
    asyncio.run(dispatch("socket", request))  # as in ipykernel 5
    asyncio.run(dispatch(request, subshell_id=None))
    assert hold.messages == [[b"client", b"<IDS|MSG>"]] * 2
    asyncio.run(dispatch(request, subshell_id="x"))
    assert done == [request, request]


def test_the_launchers_environment_variables(load: Load) -> None:
    environ = {
        "PATH": "/bin",
        "NBENV_DETACHED": "detached-1",
        "NBENV_ENVIRONMENT": "detached-1-2",
        "NBENV_HOST_PYTHON": "/host/python",
        "VIRTUAL_ENV": "/envs/x",
    }
    assert load("detached").launcher_environ("/x/work.ipynb", environ) == {
        "PATH": "/bin",
        "NBENV_NOTEBOOK": "/x/work.ipynb",
    }


def test_commands_change_the_placeholders_environment(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(load("detached").variables, "NBENV_DETACHED", "detached-1")
    assert load("detached").target() == ["--detached", "detached-1"]
