"""The process that started a kernel, also where a variable does not hold its number."""

from __future__ import annotations

import os

import pytest

from nbenv.home import kernel_parent
from nbenv.home.kernel_parent import name_server, server_process, stand_between


@pytest.mark.parametrize(
    ("environ", "server"),
    [
        ({}, ""),
        ({"JPY_PARENT_PID": "12"}, "12"),
        ({"JPY_PARENT_PID": "436", "NBENV_SERVER": "436:12"}, "12"),
        ({"JPY_PARENT_PID": "13", "NBENV_SERVER": "436:12"}, "13"),  # a kernel that a cell starts
        ({"NBENV_SERVER": "436:12"}, ""),
        ({"JPY_PARENT_PID": "436", "NBENV_SERVER": "436"}, "436"),
        ({"JPY_PARENT_PID": "436", "NBENV_SERVER": "436:"}, "436"),
    ],
)
def test_the_server_of_a_kernel(environ: dict[str, str], server: str) -> None:
    assert server_process(environ) == server


def test_a_supervisor_is_the_parent_and_the_server_stays_known() -> None:
    environ = {"JPY_PARENT_PID": "12"}
    for _ in range(2):  # once more for what the kernel has started in its place
        stand_between(environ)
        assert environ["JPY_PARENT_PID"] == str(os.getpid())
        assert server_process(environ) == "12"


def test_a_kernel_that_nobody_has_to_outlive_gets_no_parent() -> None:
    environ: dict[str, str] = {}
    stand_between(environ)
    assert environ == {}


def test_on_windows_the_variable_holds_a_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_parent.os, "name", "nt")
    monkeypatch.setattr(kernel_parent, "_process_of", {"436": 12}.get)
    environ = {"JPY_PARENT_PID": "436"}
    name_server(environ)
    assert server_process(environ) == "12"
    stand_between(environ)  # the handle is inherited, and stays good
    assert environ["JPY_PARENT_PID"] == "436"
    plain = {"JPY_PARENT_PID": "77"}  # no handle of this process
    name_server(plain)
    assert server_process(plain) == "77"


def test_elsewhere_it_is_the_number() -> None:
    environ = {"JPY_PARENT_PID": "436"}
    name_server(environ)
    assert environ == {"JPY_PARENT_PID": "436"}


@pytest.mark.parametrize("text", ["", "x", "-1", "²"])
def test_what_is_no_handle_is_of_no_process(text: str) -> None:
    assert kernel_parent._process_of(text) == 0
