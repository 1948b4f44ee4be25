"""A page's command on another machine: what its events become, whatever the kernel says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from nbenv.server.gateways.remote_command import RemoteCommand
from nbenv.server.job_process import Event


class Kernel:
    """A link of which a test says what comes back; it counts interrupts."""

    def __init__(self) -> None:
        self.asked: list[RemoteCommand] = []
        self.interrupts = 0
        self.is_reachable = True

    def hand_over(self) -> None:
        """Nothing is handed over here."""

    def ask(self, command: RemoteCommand) -> None:
        self.asked.append(command)

    async def interrupt(self) -> None:
        self.interrupts += 1
        if not self.is_reachable:
            raise ConnectionError


def run(then: Callable[[RemoteCommand], None], kernel: Kernel | None = None) -> list[Event]:
    """Return the events of a command, of which the kernel says something once it is asked."""

    async def events() -> list[Event]:
        link = kernel or Kernel()
        command = RemoteCommand("install", ["six"], "", link, link.interrupt)
        listening = asyncio.create_task(asyncio.to_thread(lambda: list(command.events())))
        while not link.asked:
            await asyncio.sleep(0.001)
        then(command)
        return await asyncio.wait_for(listening, 5)

    return asyncio.run(events())


def told(**event: object) -> dict[str, object]:
    return {"told": event}


def test_events_pass_until_the_last_one_and_each_once() -> None:
    def answer(command: RemoteCommand) -> None:
        command.take("1", told(type="progress", message="Resolving"))
        command.take("1", told(type="progress", message="Resolving"))
        command.take("2", told(type="result", summary="Installed six."))
        command.take("3", told(type="result", summary="Installed more."))
        command.lose()

    assert [each["type"] for each in run(answer)] == ["progress", "result"]


@pytest.mark.parametrize("data", [None, [], {}, {"told": "x"}, told(type="page"), told()])
def test_a_kernel_that_says_something_else_is_outdated(data: object) -> None:
    [event] = run(lambda command: command.take("1", data))
    assert event["type"] == "error"
    assert "older than the server's" in str(event["message"])


def test_a_lost_kernel_is_told() -> None:
    [event] = run(RemoteCommand.lose)
    assert "lost before it could say" in str(event["message"])


def test_what_has_not_begun_is_stopped_without_an_interrupt() -> None:
    kernel = Kernel()
    [event] = run(RemoteCommand.stop, kernel)
    assert (event["kind"], kernel.interrupts) == ("Stopped", 0)


def test_what_runs_is_interrupted_once_and_says_itself_how_it_ended() -> None:
    kernel = Kernel()

    def stop(command: RemoteCommand) -> None:
        command.begun()
        command.stop()
        command.stop()
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, command.take, "1", told(type="error", message="Stopped."))

    [event] = run(stop, kernel)
    assert (event["message"], kernel.interrupts) == ("Stopped.", 1)


def test_a_kernel_that_cannot_be_interrupted_is_lost() -> None:
    kernel = Kernel()
    kernel.is_reachable = False

    def stop(command: RemoteCommand) -> None:
        command.begun()
        command.stop()

    [event] = run(stop, kernel)
    assert "lost before it could say" in str(event["message"])
