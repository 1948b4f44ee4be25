"""``%nbenv`` in an ordinary kernel: its notebook, and after which commands that moves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.home import variables
from nbenv.kernel import host_magic, host_move

# -- the notebook


HISTORY: list[str] = []


def shell(**names: object) -> Any:
    return SimpleNamespace(user_ns=names, user_ns_hidden={"In": HISTORY, "Out": {}})


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """Return the commands that are run; each of them succeeds."""
    found: list[tuple[list[str], list[str]]] = []

    def run(words: list[str], target: list[str], screen: Any = None) -> None:
        found.append((words, target))
        if screen is not None:
            screen.result("", {"type": "result"})

    monkeypatch.setattr(host_magic.command, "run", run)
    return found


def test_a_command_is_about_the_kernels_notebook(
    ran: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, "/x/work.ipynb")
    host_magic.run("status --json", shell())
    host_magic.run("status", shell(__vsc_ipynb_file__="/x/code.ipynb"))
    assert ran == [
        (["status", "--json"], ["--notebook", "/x/work.ipynb"]),
        (["status"], ["--notebook", "/x/code.ipynb"]),
    ]


def test_without_a_notebook_only_help(ran: list[Any]) -> None:
    host_magic.run("", shell())
    host_magic.run("--help", shell())
    assert [words for words, _ in ran] == [[], ["--help"]]
    with pytest.raises(host_magic.command.NbenvError, match="cannot tell which notebook"):
        host_magic.run("install a", shell())


# -- moving


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return the growing list of moves."""
    monkeypatch.setenv(variables.NOTEBOOK, "/x/work.ipynb")
    found: list[bool] = []
    monkeypatch.setattr(host_move, "move", lambda: found.append(True))
    return found


def test_variables_keep_the_notebook_here(
    ran: list[Any], moved: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    host_magic.run("install a", shell(df=1))
    told = capsys.readouterr().out
    assert (moved, "%nbenv move" in told, "df (int)" in told) == ([], True, True)
    host_magic.run("install a", shell(_i=1, In=HISTORY))  # IPython's own
    assert moved == [True]
    for line in ("list", "install a --dry-run"):
        host_magic.run(line, shell())
    assert moved == [True]
    host_magic.run("move", shell(df=1))
    assert moved == [True, True]


def test_help_and_failures_move_nothing(moved: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_magic.command, "run", lambda *_: None)  # no result
    host_magic.run("install --help", shell())
    assert moved == []


@pytest.mark.parametrize(("names", "told"), [({}, "now"), ({"df": 1}, None)])
def test_a_page_is_asked_to_move_where_nothing_is_lost(
    moved: list[bool], monkeypatch: pytest.MonkeyPatch, names: dict[str, object], told: object
) -> None:
    shown: list[dict[str, object]] = []
    screen = host_magic._Screen(shell(**names))
    monkeypatch.setattr(screen, "_show", lambda text, event=None: shown.append(event))
    screen.result("Installed a.", {"type": "result"})
    assert [event.get("move") for event in shown] == [told]
