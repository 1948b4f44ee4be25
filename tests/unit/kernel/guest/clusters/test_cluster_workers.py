"""The kernel's part of ``%nbenv workers``: its clients, what the host says, what is shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


class Screen:
    """A screen that keeps what it shows."""

    def __init__(self) -> None:
        self.shown: list[object] = []
        self.errors: list[object] = []

    def progress(self, text: str) -> None:
        self.shown.append(text)

    def result(self, text: str, event: object) -> None:
        self.shown.append(text)

    def failed(self, event: object) -> None:
        self.errors.append(event)


class Kernel:
    """A kernel with an engine of its own, and a host that answers as it is told to."""

    def __init__(self, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module: Any = load("clusters/cluster_workers")
        self.command: Any = load("command")
        self.screen, self.space = Screen(), dict[str, object]()
        self.asked: list[list[str]] = []
        bundle = tmp_path / "bundle"
        bundle.mkdir()
        about = {"digest": "ab", "python": "3.11", "versions": {"six": "1"}, "asked": ["six"]}
        (bundle / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
        self.answer = {"engine": "made", "client": "client", "action": "ship", "own": False,
                       "bundle": str(bundle), "wheels": False}  # fmt: skip
        self.engine: Any = SimpleNamespace(find=self._find)
        monkeypatch.setattr(self.module, "_namespace", lambda: self.space)
        monkeypatch.setattr(self.command, "finish", self._finish)
        monkeypatch.setattr(self.module, "driver", lambda engine: self.engine)
        self.protocol: Any = self.module._protocol()
        monkeypatch.setattr(self.protocol, "ENGINES", ("made",))

    def _find(self, space: dict[str, object]) -> list[tuple[str, object]]:
        return [(name, each) for name, each in space.items() if isinstance(each, set)]

    def _finish(self, verb: str, words: list[str], screen: object) -> dict[str, object]:
        self.asked.append([verb, *words])
        return {"data": {"workers": self.answer}}

    def run(self, *words: str) -> str:
        self.module.run(list(words), ["--target"], self.screen)
        return str(self.screen.shown[-1])


@pytest.fixture
def kernel(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    before = set(sys.modules)
    yield Kernel(load, tmp_path, monkeypatch)
    for name in set(sys.modules) - before:
        if name.startswith("_nbenv_workers"):
            del sys.modules[name]


def test_the_host_is_told_of_each_client_once(kernel: Kernel) -> None:
    client, other = {1}, {2}
    kernel.space.update(client=client, alias=client, other=other, number=3)
    kernel.engine.ship = lambda *about: kernel.protocol.Report("Made", workers=1)
    kernel.run("client", "--wheels")
    words = ["--found", "made=client,made=other", "--target", "client", "--wheels"]
    assert kernel.asked == [["workers", *words]]


def test_the_report_is_shown_and_its_client_is_set(kernel: Kernel) -> None:
    fresh = {3}
    kernel.space["client"] = {1}

    def ship(client: object, bundle: Any, options: Any) -> Any:
        assert (client, bundle.digest, options.own) == ({1}, "ab", False)
        for text in ("Working…", "Working…", "Done"):
            options.tell(text)
        return kernel.protocol.Report(
            "Made", seconds=2.0, bytes_sent=1000, workers=2, client=fresh, notes=["A note."]
        )

    kernel.engine.ship = ship
    assert kernel.run() == "2 workers: six 1 in 2.0 s, 1.0 KB.\nA note."
    assert kernel.screen.shown[:-1] == ["Working…", "Done"]
    assert kernel.space["client"] is fresh


def test_later_changes_are_said_to_be_missing(kernel: Kernel) -> None:
    kernel.space["client"] = {1}
    kernel.engine.ship = lambda *about: kernel.protocol.Report("Made", workers=1)
    kernel.run()
    assert kernel.module.note({"changes": []}) == []
    [note] = kernel.module.note({"changes": [{"name": "six"}]})
    assert note == (
        "The workers of client still have the former environment; "
        "%nbenv workers gives them this one."
    )
    kernel.space["client"] = {9}  # another one now
    assert kernel.module.note({"changes": [{"name": "six"}]}) == []


def test_stopping_forgets_the_client(kernel: Kernel) -> None:
    kernel.space["client"] = {1}
    kernel.engine.ship = lambda *about: kernel.protocol.Report("Made", workers=1)
    kernel.run()
    kernel.answer["action"] = "stop"
    kernel.engine.stop = lambda client: kernel.protocol.Report("Made", notes=["Stopped."])
    assert kernel.run("--stop") == "Stopped."
    assert kernel.module.note({"changes": [{"name": "six"}]}) == []


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (KeyboardInterrupt(), "Stopped. What was started"),
        (OSError("no route"), "could not be given the environment: OSError: no route"),
    ],
)
def test_a_failure_is_one_message(kernel: Kernel, error: BaseException, shown: str) -> None:
    kernel.space["client"] = {1}

    def ship(*about: object) -> None:
        raise error

    kernel.engine.ship = ship
    with pytest.raises(kernel.command.NbenvError) as caught:
        kernel.run()
    assert shown in str(caught.value)
    assert kernel.screen.errors


def test_what_a_driver_refuses_is_said_as_it_is(kernel: Kernel) -> None:
    kernel.space["client"] = {1}

    def ship(*about: object) -> None:
        raise kernel.protocol.WorkersError("No.", "Do this.")

    kernel.engine.ship = ship
    with pytest.raises(kernel.command.NbenvError, match=r"^No\.\nDo this\.$"):
        kernel.run()


def test_a_kernel_without_an_environment_tells_the_host_of_none(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel.module, "_namespace", lambda: None)

    def refuse(verb: str, words: list[str], screen: object) -> None:
        assert "--found" not in words
        raise kernel.command.NbenvError("Not here.")

    monkeypatch.setattr(kernel.command, "finish", refuse)
    with pytest.raises(kernel.command.NbenvError, match="Not here"):
        kernel.run()
