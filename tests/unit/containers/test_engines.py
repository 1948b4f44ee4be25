"""Unit tests of ``nbenv.containers.engines``."""

from __future__ import annotations

import pytest

from nbenv.containers.engines import Engine, find_engine
from nbenv.errors import NbenvError
from nbenv.progress import drain
from tests.unit.containers.made import FakeEngine


def test_the_engine_that_is_installed(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_engine().name == find_engine("docker").name == "docker"
    with pytest.raises(NbenvError, match="podman is not installed here"):
        find_engine("podman")
    monkeypatch.setenv("PATH", "/nothing")
    with pytest.raises(NbenvError, match="No container engine is installed here"):
        find_engine()


def test_a_failed_build_shows_its_end(fake: FakeEngine) -> None:
    lines = "\n".join(f"line {number}" for number in range(40))
    fake.answer(build={"status": 1, "out": lines}, push={"status": 1, "out": "denied"})
    seen: list[str] = []
    (fake._folder / "Dockerfile").touch()
    with pytest.raises(NbenvError, match="could not be built") as caught:
        drain(
            find_engine().build(str(fake._folder), ["-t", "a"]),
            lambda step: seen.append(step.message),
        )
    assert seen[0] == "line 0"
    assert "line 39" in caught.value.why and "line 20" not in caught.value.why
    with pytest.raises(NbenvError, match="a:1 could not be pushed"):
        drain(find_engine().push("a:1"))


def test_another_platform_needs_an_emulation(fake: FakeEngine) -> None:
    fake.answer(build={"status": 1, "out": "#8 0.1 exec /bin/sh: exec format error"})
    (fake._folder / "Dockerfile").touch()
    with pytest.raises(NbenvError, match=r"for linux/arm64 could not be built\.") as caught:
        drain(find_engine().build(str(fake._folder), [], "linux/arm64"))
    assert caught.value.why == "This machine runs no programs for linux/arm64."
    assert "binfmt --install arm64" in caught.value.todo
    with pytest.raises(NbenvError, match="exec format error"):
        drain(find_engine().build(str(fake._folder), []))


def test_what_a_container_writes_belongs_to_oneself(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4321)
    monkeypatch.setattr("os.getgid", lambda: 99)
    oneself = ["--user=4321:99", "--group-add=0"]
    assert Engine("docker").flags_for_oneself() == oneself
    assert Engine("podman").flags_for_oneself() == [*oneself, "--userns=keep-id"]
    fake.answer(info={"out": "[name=seccomp,profile=builtin name=rootless name=cgroupns]"})
    assert Engine("docker").flags_for_oneself() == ["--user=0:0"]


def test_a_run_that_is_interrupted_stops_its_container(fake: FakeEngine) -> None:
    fake.answer(run={"err": "started", "status": 3, "out": "printed"})
    done = drain(find_engine().run(["--rm"], "image", ["word"]))
    assert (done.status, done.out, done.err) == (3, "printed\n", "started")
    steps = find_engine().run([], "image", [])
    next(steps)
    with pytest.raises(KeyboardInterrupt):
        steps.throw(KeyboardInterrupt)
    [stop] = fake.calls("stop")
    assert stop["words"][1].startswith("nbenv-")
