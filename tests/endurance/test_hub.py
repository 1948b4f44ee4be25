"""A real JupyterHub: two users, its proxy, named servers, cookies, tokens, and its culler.

Installing it takes minutes, so it runs only where ``TEST_HUB`` is set: to 1, or to a folder where
it stays installed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.endurance.hub import CULL, Hub, MissingError, User, hub, wait_until

_CHOSEN = os.environ.get("TEST_HUB", "")
pytestmark = [
    pytest.mark.skipif(not _CHOSEN, reason="set TEST_HUB=1 to install JupyterHub and try it"),
    pytest.mark.timeout(1200),
]

_SLOW = """
import sys, time
from setuptools import setup
if "bdist_wheel" in sys.argv:
    time.sleep({seconds})
setup(name="slow", version="1", py_modules=[])
"""


@pytest.fixture(scope="module")
def running(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    try:
        installed = Path(_CHOSEN).absolute() if os.sep in _CHOSEN else None
        with hub(tmp_path_factory.mktemp("hub"), installed) as found:
            yield found
    except MissingError as error:
        pytest.skip(str(error))


def notebook(*cells: str) -> Any:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    made.metadata["kernelspec"] = {"name": "nbenv", "display_name": "x", "language": "python"}
    return made


def slow_project(home: Path, seconds: int) -> None:
    folder = home / "slow"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "setup.py").write_text(_SLOW.format(seconds=seconds), encoding="utf-8")


def stay_while_working(hub: Hub, user: str) -> float:
    """Wait until a user's job or build ends, seen in files; return how long that took.

    Requests would be activity, also for the proxy.
    """
    progress = hub.home(user) / ".local/share/jupyter/nbenv/progress"
    since = time.monotonic()
    wait_until(lambda: list(progress.glob("*")))
    while list(progress.glob("*")):
        seconds = time.monotonic() - since
        assert hub.is_running(user), f"culled after {seconds:.0f} s"
        assert seconds < 15 * CULL
        time.sleep(1)
    return time.monotonic() - since


def environments(home: Path) -> list[str]:
    return [each.name for each in home.glob(".local/share/jupyter/nbenv/envs/*")]


def test_what_one_user_shares_another_restores(running: Hub) -> None:
    """In a browser, on a named server, behind a prefix; and nobody gets at what is another's."""
    ada = User(running, "ada")
    ada.save("work.ipynb", notebook("1"))
    channel = ada.channel(ada.session("work.ipynb"))
    assert "Installed six" in channel.run("%nbenv install six").text
    assert channel.run("import six").status == "ok"
    channel.close()
    ada.save("work.ipynb", ada.load("work.ipynb"))
    shared = ada.load("work.ipynb")
    assert shared["metadata"]["nbenv"]["requirements"] == ["six"]

    bob = User(running, "bob", "second")
    bob.save("work.ipynb", shared)
    status = bob.ask("GET", "nbenv/api/status?path=work.ipynb").json()
    assert (status["recorded"], status["approved"], status["ready"]) == (True, False, False)
    bob.log_in()
    job = {"path": "work.ipynb", "verb": "restore", "words": []}
    assert bob.ask("POST", "nbenv/api/jobs", job, headers={}).status_code == 403  # no XSRF token
    assert bob.result(bob.job("work.ipynb", "restore"))["type"] == "error"  # nothing was shown
    shown = bob.result(bob.job("work.ipynb", "restore", flags=["dry-run"]))["data"]["digest"]
    assert bob.result(bob.job("work.ipynb", "restore", digest=shown))["type"] == "result"
    other = bob.channel(bob.session("work.ipynb"))
    assert other.run("import six, sys; print(sys.prefix)").text.startswith(str(running.home("bob")))
    other.close()

    own = {"Authorization": f"token {bob.token}"}
    ada.start()  # it may have been culled meanwhile
    for path in ("status?path=work.ipynb", "version", "pythons"):
        assert ada.ask("GET", f"nbenv/api/{path}", headers=own).status_code == 403
    assert ada.ask("POST", "nbenv/api/jobs", job, headers=own).status_code == 403
    for user in ("ada", "bob"):
        assert len(environments(running.home(user))) == 1


def test_a_job_outlives_the_culler_and_its_token(running: Hub) -> None:
    """Nobody looks: the page is closed, its token expires. Idle, the server goes."""
    carol = User(running, "carol")
    slow_project(running.home("carol"), 2 * CULL)
    carol.save("job.ipynb", notebook("1"))
    carol.ask("GET", "nbenv/api/version")
    short = {"Authorization": f"token {carol.new_token(5)}"}  # it is not needed any more
    body = {"path": "job.ipynb", "verb": "install", "words": ["./slow"]}
    started = carol.ask("POST", "nbenv/api/jobs", body, headers=short).json()["id"]
    seconds = stay_while_working(running, "carol")
    assert carol.result(started)["type"] == "result"
    assert seconds > 2 * CULL
    wait_until(lambda: not running.is_running("carol"), 4 * CULL)


def test_a_kernels_build_outlives_it_and_a_stopped_server_leaves_nothing(running: Hub) -> None:
    dora = User(running, "dora")
    slow_project(running.home("dora"), 0)
    dora.save("build.ipynb", notebook("1"))
    assert dora.result(dora.job("build.ipynb", "install", "./slow"))["type"] == "result"
    dora.save("build.ipynb", dora.load("build.ipynb"))
    prune(running.home("dora"))
    slow_project(running.home("dora"), 2 * CULL)
    [digest] = [
        dora.result(dora.job("build.ipynb", "restore", flags=["dry-run"]))["data"]["digest"]
    ]
    dora.job("build.ipynb", "restore", digest=digest)
    time.sleep(5)
    running.stop("dora")  # in the middle of the build
    wait_until(lambda: environments(running.home("dora")) == [], 30)
    dora.start()
    kernel = dora.session("build.ipynb")  # the restore was approved, so this one builds
    assert stay_while_working(running, "dora") > CULL
    channel = dora.channel(kernel)
    assert channel.run("import sys; print(sys.prefix)", 4 * CULL).status == "ok"
    channel.close()


def prune(home: Path) -> None:
    """Remove all environments of a user, as if this were another machine."""
    import shutil

    for each in home.glob(".local/share/jupyter/nbenv/envs/*"):
        shutil.rmtree(each)
