"""A pip that a process calls: which commands nbenv runs, and which are another program's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nbenv.cli.pip_lines import pip_command
from nbenv.environments.environment import Environment
from nbenv.home.kernel_ancestry import KernelProcess

OTHER = KernelProcess(("/host/bin/python", "-m", "ipykernel_launcher", "-f", "k.json"))
Call = Callable[..., tuple[str, ...]]


class Became(Exception):
    """The process would have become another one."""


@pytest.fixture
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    environment = Environment("work-1")
    (environment.path / "bin").mkdir(parents=True)
    (environment.path / "bin" / "python").touch()
    (environment.path / "pyvenv.cfg").write_text("version = 3.11.7\n", encoding="utf-8")
    monkeypatch.setenv("VIRTUAL_ENV", str(environment.path))
    monkeypatch.setenv("PATH", f"{environment.path}/nbenv.scripts")
    return environment


@pytest.fixture
def call(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that calls a program: ``nbenv WORDS``, or what the process becomes."""

    def become(command: Sequence[str]) -> NoReturn:
        raise Became(*command)

    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(pip_command, "_become", become)
    monkeypatch.setattr(pip_command, "run", lambda words, _: ran.append(tuple(words)) or 3)
    monkeypatch.setattr("nbenv.installer.uv.bundled_uv", lambda: "uv")

    def called(program: str, line: str, kernel: KernelProcess | None = None) -> tuple[str, ...]:
        monkeypatch.setattr(pip_command, "nearest_kernel", lambda: kernel)
        folder = f"{environment.path}/nbenv.scripts/.."
        monkeypatch.setattr(sys, "argv", ["-c", folder, program, *line.split()])
        ran.clear()
        try:
            status = pip_command.main()
        except Became as became:
            return became.args
        return ("nbenv", *ran[0][4:]) if ran else ("refused", str(status))

    return called


@pytest.mark.parametrize(
    ("program", "line", "words"),
    [
        ("pip", "install a", "install a"),
        ("pip3.9", "install -q a", "install -q a"),
        ("module", "freeze", "freeze"),
        ("easy_install", "a", "install a"),
        ("uv", "pip install a", "install a"),
        ("uv", "-q pip install --system a", "install a -q"),
        ("uv", "pip install --python 3.11 a", "install a"),
        ("uv", "pip sync r.txt", "sync r.txt"),
        ("pip", "--python {env} install a", "install a"),
        ("pip", "--python={env}/bin/python install a", "install a"),
        ("pip", "download a", "download a"),
        ("pip", "", ""),
    ],
)
def test_for_this_environment(
    call: Call, environment: Environment, program: str, line: str, words: str
) -> None:
    assert call(program, line.format(env=environment.path)) == ("nbenv", *words.split())


@pytest.mark.parametrize(
    ("program", "line", "command"),
    [
        ("uv", "add a", "uv add a"),
        ("uv", "venv", "uv venv"),
        ("uv", "--version", "uv --version"),
        ("uv", "pip compile r.in", "uv pip compile r.in"),
        ("uv", "pip install -p ./x a", "uv pip install -p ./x a"),
        ("uv", "pip install --target d a", "uv pip install --target d a"),
        ("pip", "--python {other} install a", "uv pip install a --python {other}"),
    ],
)
def test_for_another_one(call: Call, program: str, line: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").touch()
    expected = tuple(command.format(other=tmp_path).split())
    assert call(program, line.format(other=tmp_path)) == expected


@pytest.mark.parametrize("python", ["/usr/bin/python3", "./absent", "3.8"])
def test_a_python_outside_of_environments(
    call: Call, python: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("pip", f"--python {python} install a") == ("refused", "2")
    assert f"pip --python {python} is refused here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("program", "line"), [("uv", "run --active x"), ("uv", "pip install --python 3.8 a")]
)
def test_what_would_surprise_is_refused(
    call: Call, program: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(program, line) == ("refused", "2")
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_an_activated_environment_is_meant(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/other")
    assert call("pip", "install a") == ("refused", "2")
    assert call("uv", "pip install a") == ("uv", "pip", "install", "a", "--python", "/other")
    assert call("module", "install a") == ("nbenv", "install", "a")
    monkeypatch.delenv("VIRTUAL_ENV")
    assert call("pip", "install a") == ("nbenv", "install", "a")
    monkeypatch.setenv("CONDA_PREFIX", "/conda")
    assert call("pip", "install a") == ("refused", "2")


def test_a_pip_that_is_not_nbenvs(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []

    def own(words: Sequence[str], _: Path, *, is_cells: bool) -> list[str] | None:
        given.append(is_cells)
        return None if is_cells else ["python", *words]

    monkeypatch.setattr(pip_command.other_pip, "own_command", own)
    assert call("other-pip", "/pip/__pip-runner__.py install a") == ("nbenv", "install", "a")
    assert call("other-pip", "/r.py install a", OTHER) == ("python", "/r.py", "install", "a")
    assert given == [True, False]


def test_another_kernel_has_its_own_pip(call: Call, environment: Environment) -> None:
    command = call("pip", "install a", OTHER)
    assert (command[0], command[-2:]) == ("/host/bin/python", ("install", "a"))
    assert call("module", "list", OTHER)[0] == "/host/bin/python"
    assert call("uv", "pip list", OTHER) == ("uv", "pip", "list", "--python", OTHER.command[0])
    assert call("uv", "add a", OTHER) == ("uv", "add", "a")
    assert call("own-module", "install a", OTHER) == ("nbenv", "install", "a")
    assert call("pip", "install a", KernelProcess(("R", "k.json"))) == ("refused", "2")


def test_its_own_kernel_says_which_server_it_has(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"NBENV_ENVIRONMENT": "work-1", "JPY_PARENT_PID": "7", "JPY_SESSION_NAME": "a"}
    for name in ("JPY_PARENT_PID", "JPY_SESSION_NAME"):
        monkeypatch.setenv(name, "1")
    kernel = KernelProcess(("/env/bin/python", "/x/guest/boot.py", "-f", "k.json"), environ)
    assert call("pip", "install a", kernel) == ("nbenv", "install", "a")
    assert pip_command.os.environ["JPY_PARENT_PID"] == "7"


def test_a_real_pip_has_more_commands(call: Call, environment: Environment) -> None:
    folder = environment.site_packages() / "pip"
    folder.mkdir(parents=True)
    (folder / "__main__.py").touch()
    assert call("pip", "download a")[0] == environment.python
    assert call("pip", "-q install a") == ("nbenv", "-q", "install", "a")


def test_statuses_are_pips(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    call("pip", "list")
    for status, given in ((0, 0), (1, 1), (2, 2), (3, 1)):
        monkeypatch.setattr(pip_command, "run", lambda *_, status=status: status)
        assert pip_command.main() == given


@pytest.mark.parametrize(
    "option", ["--prefix {} install", "install --prefix={}", "install -t {}/L"]
)
@pytest.mark.parametrize(("program", "before"), [("uv", "pip "), ("pip", ""), ("module", "")])
def test_its_own_environment_may_be_named_as_the_place(
    call: Call, environment: Environment, program: str, before: str, option: str
) -> None:
    packages = environment.site_packages().relative_to(environment.path)
    words = option.replace("L", str(packages)).format(environment.path)
    if program == "uv":
        words = words.replace(f"--prefix {environment.path} install", "install")
    assert call(program, f"{before}{words} a") == ("nbenv", "install", "a")
