"""All other programs that execute notebooks, each installed from the index.

That takes minutes, so it runs only where ``TEST_CLIENTS`` is set, as in ``.ci/run``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_notebook
from tests.support.clients import (
    HEAVY,
    PATIENCE,
    VERSIONS,
    Client,
    copied,
    environment_for,
    free_port,
    outputs,
    page,
    recorded_notebooks,
    served,
)
from tests.support.commands import succeed
from tests.support.language_client import LanguageClient, serving_language

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_CLIENTS"),
    reason="set TEST_CLIENTS=1 to install the programs that execute notebooks and try them",
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_notebooks(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the programs' environments."""
    return tmp_path_factory.mktemp("programs")


@pytest.fixture
def folder(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NBENV_HOME", str(recorded.parent / "home"))
    return copied(recorded, tmp_path / "work")


def check(shown: dict[str, str], home: Path) -> None:
    for name, version in VERSIONS.items():
        assert f"ENV {version} in {home / 'envs'}" in shown[name], shown[name]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("client", HEAVY, ids=lambda client: client.name)
def test_each_notebook_runs_in_its_own_environment(
    client: Client, folder: Path, recorded: Path, programs: Path
) -> None:
    shown = outputs(client, folder, environment_for(programs, client.packages))
    if client.refusal:
        assert all(client.refusal in text for text in shown.values()), shown
    else:
        check(shown, recorded.parent / "home")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("is_preheated", [False, True])
def test_voila(folder: Path, recorded: Path, programs: Path, is_preheated: bool) -> None:
    voila, port = environment_for(programs, ("voila",)) / "voila", free_port()
    options = [f"--preheat_kernel={is_preheated}", "--no-browser", f"--port={port}"]
    with served([str(voila), ".", "--Voila.ip=127.0.0.1", *options], folder, port) as address:
        shown = {name: page(f"{address}/voila/render/{name}.ipynb") for name in VERSIONS}
    check(shown, recorded.parent / "home")
    one = [str(voila), "a.ipynb", "--Voila.ip=127.0.0.1", *options]
    with served(one, folder, port) as address:
        assert "ENV 1.15.0" in page(address)


@pytest.mark.timeout(900)
def test_jupyter_scheduler(
    folder: Path, recorded: Path, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(data))
    python = environment_for(programs, ("jupyter-scheduler", "jupyter-server")) / "python"
    options = ["--allow-root", f"--port={port}", "--no-browser", f"--ServerApp.root_dir={folder}"]
    words = [str(python), "-m", "jupyter_server", "--IdentityProvider.token=t", *options]
    with served(words, folder, port) as address:
        [environment] = ask(f"{address}/scheduler/runtime_environments")
        jobs = {name: begun(address, name, environment["name"]) for name in VERSIONS}
        shown = {name: result_of(address, job, data) for name, job in jobs.items()}
    check(shown, recorded.parent / "home")


@pytest.mark.timeout(900)
def test_pyright(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Completion and hover of a pyright, as of pylsp in `test_language_servers`."""
    place = programs / "basedpyright"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "-p", sys.executable, str(place)], check=True)
    subprocess.run([*uv, "pip", "install", "-q", "-p", str(place), "basedpyright"], check=True)
    command = [place / "bin" / "basedpyright-langserver", "--stdio"]
    code, end = "import alpha\nalpha.only", (1, len("alpha.only"))
    with serving_language(tmp_path, "pyright", command) as (server, environ, _):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        for name, version in (("a", "1.0"), ("b", "2.0")):
            notebook = write_notebook(server.root / f"{name}.ipynb", "1")
            succeed("install", notebook, f"alpha=={version}")
        with LanguageClient(server, "pyright") as client:
            first, second = client.open("a.ipynb", code), client.open("b.ipynb", code)
            assert client.names(first, *end) == {"only_1"}
            assert client.names(second, *end) == {"only_2"}
            client.change(first, "import alpha\nalpha.only_1()")
            assert "Documented in 1.0" in client.hover(first, 1, 8)


def ask(address: str, body: object = None) -> Any:
    """Send a request to the server; return its answer."""
    headers = {"Content-Type": "application/json", "Authorization": "token t"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def begun(address: str, name: str, environment: str) -> str:
    """Have a notebook run now; return the job."""
    body = {"name": name, "input_uri": f"{name}.ipynb", "output_formats": ["ipynb"]}
    body["runtime_environment_name"] = environment
    return str(ask(f"{address}/scheduler/jobs", body)["job_id"])


def result_of(address: str, job: str, data: Path) -> str:
    """Wait for a job; return the text of the notebook that it wrote."""
    end = time.monotonic() + PATIENCE
    status = ""
    while status not in ("COMPLETED", "FAILED") and time.monotonic() < end:
        time.sleep(0.5)
        status = ask(f"{address}/scheduler/jobs/{job}")["status"]
    assert status == "COMPLETED", status
    found = (data / "scheduler_staging_area" / job).glob("*-*.ipynb")
    return "".join(each.read_text(encoding="utf-8") for each in found)
