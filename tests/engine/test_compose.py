"""Exported folders for Compose and Swarm: run once, served, and a sweep of twenty rows."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Image, outputs
from tests.engine.kit import Engine
from tests.support.commands import succeed
from tests.support.server import Channel

ROWS = 20


def wait_for(known: str, seconds: float = 120) -> Iterator[None]:
    """Yield until the time is up; fail then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {known}")


@pytest.fixture
def swarm(engine: Engine) -> Iterator[Engine]:
    """The engine as a Swarm of one node."""
    engine.docker("swarm", "leave", "--force")
    engine.ok("swarm", "init", "--advertise-addr", "127.0.0.1")
    yield engine
    engine.ok("swarm", "leave", "--force")


@pytest.fixture(scope="module")
def folder(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for Compose."""
    target = tmp_path_factory.mktemp("compose")
    succeed("export", image.folder / image.notebook, "--format", "compose", "-o", target)
    return target


def tag_in(folder: Path) -> str:
    found = re.search(r"image: (\S+)", (folder / "compose.yaml").read_text(encoding="utf-8"))
    assert found
    return found[1]


def test_compose_runs_it(engine: Engine, folder: Path, image: Image, tmp_path: Path) -> None:
    done = engine.docker("compose", "up", "--build", folder=folder)
    try:
        assert "exited with code 0" in done.out + done.err
        assert "level=warning" not in done.err
        engine.ok("compose", "cp", "some-work:/results", tmp_path, folder=folder)
        assert outputs(tmp_path / "results" / image.notebook)[-1] == "user 1000\n"
    finally:
        engine.ok("compose", "down", "-v", folder=folder)


def test_a_stack_runs_it(swarm: Engine, folder: Path) -> None:
    swarm.ok("build", "-t", tag_in(folder), ".", folder=folder)
    swarm.ok("stack", "deploy", "-c", "compose.yaml", "work", folder=folder)
    format_ = "{{.CurrentState}} {{.Error}}"
    for _ in wait_for("the task ends"):
        state = swarm.docker("stack", "ps", "--format", format_, "work").out
        if state.startswith(("Complete", "Failed", "Rejected")):
            break
    assert state.startswith("Complete"), state
    assert "1.16.0 fine" in swarm.ok("service", "logs", "--raw", "work_some-work")
    swarm.ok("stack", "rm", "work")


def test_a_sweep_of_many_rows_on_swarm(swarm: Engine, image: Image, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("rate\n" + "".join(f"{row}\n" for row in range(ROWS)), encoding="utf-8")
    swarm.ok("config", "create", "rows", rows)
    job = ("--mode", "replicated-job", "--replicas", ROWS, "--max-concurrent", 3)
    options = ("--restart-condition", "none", "--no-resolve-image", "--config")
    mount = ("src=rows,target=/rows.csv", "--mount", "type=volume,source=swept,target=/results")
    environ = ("--env", "SWARM_TASK={{.Task.Name}}")
    words = (image.name, "--sweep", "/rows.csv")
    swarm.ok(
        "service", "create", "-d", "-q", "--name", "sweep", *job, *options, *mount, *environ, *words
    )
    for _ in wait_for("all rows run", 480):
        states = swarm.docker("service", "ps", "sweep", "--format", "{{.CurrentState}}").out
        ended = [each for each in states.splitlines() if each.startswith(("Compl", "Fail", "Rej"))]
        if len(ended) == ROWS:
            break
    copy = ("run", "--rm", "--entrypoint", "bash", "-v", "swept:/results", image.name)
    found = swarm.ok(*copy, "-c", "cat /results/row-*.json")
    swarm.ok("service", "rm", "sweep")
    for _ in wait_for("the tasks' containers are gone", 60):
        if swarm.docker("volume", "rm", "swept").status == 0:
            break
    results = [json.loads(line) for line in found.splitlines()]
    values = {each["row"]: each["values"] for each in results}
    assert values == {row + 1: {"half": row / 2} for row in range(ROWS)}
    assert all(each["status"] == "done" for each in results)


class Lab:
    """JupyterLab's REST API, in a container."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.token = ""
        for _ in wait_for("JupyterLab starts"):
            log = engine.docker("compose", "logs", folder=folder).out
            if found := re.search(r"127\.0\.0\.1:8888/lab\S*token=(\w+)", log):
                self.token = found[1]
                break

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        address = f"http://127.0.0.1:8888/api/{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(address, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def test_a_served_notebook(engine: Engine, image: Image, tmp_path: Path) -> None:
    source = image.folder / image.notebook
    succeed("export", source, "--format", "compose", "--serve", "-o", tmp_path)
    try:
        engine.ok("compose", "up", "-d", "--build", folder=tmp_path)
        lab = Lab(engine, tmp_path)
        assert list(lab.ask("kernelspecs")["kernelspecs"]) == ["nbenv"]
        kernel = lab.ask("kernels", "POST", {"name": "nbenv"})["id"]
        channel = Channel(f"ws://127.0.0.1:8888/api/kernels/{kernel}/channels", lab.token)
        channel.wait_until_heard()
        ran = channel.run("%pip install six\n%nbenv list\nimport six; print(six.__version__)")
        assert ran.status == "ok" and "1.16.0" in ran.text and "Skipped: " in ran.text
        channel.close()
        path = "contents/Some%20work.ipynb"
        content = lab.ask(path)["content"]
        content["cells"][-1]["source"] = "print('edited')"
        lab.ask(path, "PUT", {"type": "notebook", "content": content})
        engine.ok("compose", "down", folder=tmp_path)
        engine.ok("compose", "up", "-d", folder=tmp_path)
        kept = Lab(engine, tmp_path).ask(path)["content"]
        assert kept["cells"][-1]["source"] == "print('edited')"
        published = engine.ok("compose", "port", "some-work", "8888", folder=tmp_path)
        assert published == "127.0.0.1:8888"
    finally:
        engine.docker("compose", "down", "-v", folder=tmp_path)
