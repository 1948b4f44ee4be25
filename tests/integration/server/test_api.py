"""The REST API of a real server: looks, jobs with their events, and what is refused."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbenv.export import FORMATS
from tests.conftest import write_notebook, write_other_copy
from tests.support.api import ask, events, following, start
from tests.support.commands import succeed
from tests.support.server import JupyterServer

SLOW_BUILD = """
import time
time.sleep(60)
raise SystemExit("never built")
"""


def test_a_job_is_told_from_its_first_event_on(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    job = start(server, "a.ipynb", "install", "six")
    assert ask(server, "status?path=a.ipynb")["job"]["id"] == job["id"]
    told = events(server, job["id"])
    assert [event["type"] for event in told][-1] == "result"
    assert {event.get("phase") for event in told} >= {"resolve", "create", "install"}
    assert told[-1]["summary"].startswith("Installed six")
    # Whoever comes later, as after a reload, gets the same, or the rest of it.
    assert events(server, job["id"]) == told
    assert events(server, job["id"], f"?from={len(told) - 1}") == told[-1:]
    assert ask(server, f"jobs/{job['id']}")["done"] is True

    status = ask(server, "status?path=a.ipynb")
    assert (status["recorded"], status["ready"], status["saved"]) == (True, True, False)
    assert status["job"] is None
    assert ask(server, "record?path=a.ipynb")["record"]["requirements"] == ["six"]
    packages = ask(server, "packages?path=a.ipynb")
    six = next(each for each in packages["distributions"] if each["name"] == "six")
    assert (six["requirement"], six["needs"]) == ("six", [])
    assert six["size"] > 10_000
    assert packages["size"] == sum(each["size"] for each in packages["distributions"])
    # The front end saves; the record that it shows is the newest.
    document = server.load("a.ipynb")
    server.save("a.ipynb", document)
    assert ask(server, "status?path=a.ipynb")["saved"] is True


def test_dry_runs_change_nothing(server: JupyterServer, home: Path) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")
    before = path.read_bytes()
    told = events(server, start(server, "a.ipynb", "install", "six", flags=["dry-run"])["id"])
    assert [change["name"] for change in told[-1]["changes"] if change["name"] == "six"] == ["six"]
    assert path.read_bytes() == before
    assert not (home / "envs").exists()
    assert not (home / "notebooks").exists()


def test_every_verb_of_the_panel(server: JupyterServer) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")
    succeed("install", path, "six==1.16.0")

    def ran(verb: str, *words: str) -> dict[str, Any]:
        last = events(server, start(server, "a.ipynb", verb, *words)["id"])[-1]
        assert last["type"] == "result", last
        return last

    assert any(row["name"] == "six" for row in ran("outdated")["data"])
    assert ran("export", "requirements")["data"]["text"] == "six==1.16.0\n"
    ran("install", "six>=1.17")
    assert ask(server, "record?path=a.ipynb")["record"]["requirements"] == ["six>=1.17"]
    assert ran("undo")["changes"][0]["new"] == "1.16.0"
    assert ran("restore")["type"] == "result"
    assert ran("uninstall", "six")["changes"][0]["new"] is None
    assert ran("upgrade")["type"] == "result"


def test_only_one_change_at_a_time(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    job = start(server, "a.ipynb", "install", "six")
    body = {"path": "a.ipynb", "verb": "install", "words": ["tabulate"]}
    status, waiting = server.request("POST", "nbenv/api/jobs", body)
    assert (status, waiting["queued"]) == (201, True)
    status, same = server.request("POST", "nbenv/api/jobs", body)
    assert (status, same["id"]) == (200, waiting["id"])
    assert events(server, job["id"])[-1]["type"] == "result"
    assert events(server, waiting["id"])[-1]["type"] == "result"
    made = ask(server, "record?path=a.ipynb")["record"]["requirements"]
    assert made == ["six", "tabulate"]


NO_JOBS: list[tuple[object, int]] = [
    ({"path": "a.ipynb", "verb": "install", "words": ["--index-url=https://x.invalid"]}, 400),
    ({"path": "a.ipynb", "verb": "install", "words": ["-e", "."]}, 400),
    ({"path": "a.ipynb", "verb": "install", "words": ["six\n-r x"]}, 400),
    ({"path": "a.ipynb", "verb": "install", "words": "six"}, 400),
    ({"path": "a.ipynb", "verb": "install", "words": [1]}, 400),
    ({"path": "a.ipynb", "verb": "install", "words": ["six"], "flags": ["index"]}, 400),
    ({"path": "a.ipynb", "verb": "run", "words": []}, 400),
    ({"path": "a.ipynb", "verb": "prune", "words": []}, 400),
    ({"path": "a.ipynb", "verb": "export", "words": ["nothing"]}, 400),
    ({"path": "a.ipynb", "verb": ["install"]}, 400),
    ({"path": 7, "verb": "undo"}, 400),
    (["undo"], 400),
    ({"path": "gone.ipynb", "verb": "undo"}, 404),
    ({"path": "../outside.ipynb", "verb": "undo"}, 404),
    ({"path": "text.txt", "verb": "undo"}, 404),
    ({"path": "broken.ipynb", "verb": "undo"}, 404),
]


def test_what_a_job_must_not_be(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    (server.root / "text.txt").write_text("x", encoding="utf-8")
    write_notebook(server.root.parent / "outside.ipynb", "1")
    (server.root / "broken.ipynb").symlink_to(server.root / "gone.ipynb")
    for body, status in NO_JOBS:
        found, answer = server.request("POST", "nbenv/api/jobs", body)
        assert found == status, body
        assert isinstance(answer["message"], str)


ROUTES = [
    ("GET", "version"),
    ("GET", "status?path=a.ipynb"),
    ("GET", "record?path=a.ipynb"),
    ("GET", "packages?path=a.ipynb"),
    ("GET", "package?path=a.ipynb&name=six"),
    ("GET", "history?path=a.ipynb"),
    ("GET", "pythons"),
    ("GET", "requirement?text=six"),
    ("GET", "module?path=a.ipynb&name=yaml"),
    ("POST", "marks"),
    ("GET", "extensions?path=a.ipynb"),
    ("GET", f"extensions/a-1/{32 * '0'}/static/remote.js"),
    ("GET", "carry"),
    ("POST", "carry"),
    ("POST", "jobs"),
    ("GET", "jobs/1"),
    ("DELETE", "jobs/1"),
    ("GET", "jobs/1/events"),
]


def test_marks_are_about_the_cells_of_the_page(server: JupyterServer) -> None:
    path = write_notebook(server.root / "a.ipynb", "saved long ago")
    succeed("install", path, "six==1.16.0")
    cells = ["import six, os", "import cv2", ""]

    def marked(**body: object) -> tuple[int, Any]:
        return server.request("POST", "nbenv/api/marks", {"path": "a.ipynb", **body})

    status, answer = marked(cells=cells)
    assert status == 200
    found = [[(each["module"], each["state"]) for each in cell] for cell in answer["cells"]]
    assert found == [[("six", "installed")], [("cv2", "missing")], []]
    six = answer["cells"][0][0]
    assert (six["version"], six["requirement"]) == ("1.16.0", "six==1.16.0")
    for wrong in (None, "import six", [1], ["x"] * 5001, ["x" * 5_000_001]):
        assert marked(cells=wrong)[0] == 400
    assert marked(path="b.ipynb", cells=cells)[0] == 404


def test_nothing_is_said_without_the_token(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    for method, path in ROUTES:
        body = {} if method == "POST" else None
        status, _ = server.request(method, f"nbenv/api/{path}", body, token="wrong")
        assert status == 403, path


def test_the_formats_come_with_their_labels_and_files(server: JupyterServer) -> None:
    answer = ask(server, "version")
    assert answer["formats"] == [each["format"] for each in answer["exports"]] == list(FORMATS)
    script = next(each for each in answer["exports"] if each["format"] == "script")
    assert script == {
        "format": "script",
        "label": "the notebook as a script that uv runs",
        "file": "{stem}.py",
    }


def test_looks_at_nothing(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    for path in ("status", "packages", "record", "requirement", "module?path=a.ipynb"):
        assert server.request("GET", f"nbenv/api/{path}")[0] == 400
    assert server.request("GET", "nbenv/api/status?path=")[0] == 404
    assert server.request("GET", "nbenv/api/jobs/unknown")[0] == 404
    assert server.request("GET", "nbenv/api/jobs/build-x/events?path=a.ipynb")[0] == 404


def test_a_requirement_is_checked(server: JupyterServer) -> None:
    assert ask(server, f"requirement?text={quote('pandas >=2')}")["name"] == "pandas"
    assert "not a requirement" in ask(server, f"requirement?text={quote('pandas >==2')}")["message"]
    folder = ask(server, f"requirement?text={quote('./folder')}")
    assert (folder["name"], folder["message"], folder["requirements"]) == (None, "", ["./folder"])
    line = ask(server, f"requirement?text={quote('pip install pandas seab')}")
    assert line["requirements"] == ["pandas", "seab"]
    assert line["suggestions"][0]["name"] == "seaborn"


def test_a_missing_module_is_known_or_nothing(server: JupyterServer) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")

    def found(name: str) -> object:
        return ask(server, f"module?path=a.ipynb&name={name}")["distribution"]

    assert found("yaml") == "pyyaml"
    assert found("tabulate") == "tabulate"
    assert found("nbenv_has_no_such_thing") is None
    succeed("install", path, "tabulate")
    assert found("tabulate.plugins") is None  # it is installed, and has no such module
    about = ask(server, "package?path=a.ipynb&name=Tabulate")
    assert about["summary"] == "Pretty-print tabular data"
    assert about["docs"].startswith("https://")
    assert server.request("GET", "nbenv/api/package?path=a.ipynb&name=absent")[0] == 422
    [change] = ask(server, "history?path=a.ipynb")["changes"]
    assert change["text"] == "Added tabulate"


def slow_project(folder: Path) -> Path:
    """Write a project whose build takes a minute."""
    folder.mkdir()
    (folder / "setup.py").write_text(SLOW_BUILD, encoding="utf-8")
    return folder


def test_a_stopped_job_leaves_everything_as_it_was(server: JupyterServer) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")
    succeed("install", path, "six")
    before, installed = path.read_bytes(), ask(server, "packages?path=a.ipynb")
    slow_project(server.root / "slow")
    job = start(server, "a.ipynb", "install", "./slow")
    time.sleep(3)
    began = time.monotonic()
    assert server.request("DELETE", f"nbenv/api/jobs/{job['id']}")[1]["done"] is True
    assert time.monotonic() - began < 20
    last = events(server, job["id"])[-1]
    assert (last["type"], last["kind"]) == ("error", "Stopped")
    assert path.read_bytes() == before
    assert ask(server, "packages?path=a.ipynb") == installed
    status = ask(server, "status?path=a.ipynb")
    assert (status["ready"], status["job"], status["drift"]) == (True, None, [])


def test_a_kernels_truth(server: JupyterServer, tmp_path: Path) -> None:
    path = write_notebook(server.root / "a.ipynb", "1")

    def truth(kernel: str) -> dict[str, Any]:
        return ask(server, f"status?path=a.ipynb&kernel={kernel}")["kernel"]

    assert truth("") == truth("no-such-kernel") == {"state": "none"}
    ordinary = server.session("a.ipynb", "python3")["kernel"]["id"]
    assert truth(ordinary) == {"state": "ordinary"}
    succeed("install", path, "six")
    environment = Path(ask(server, "status?path=a.ipynb")["environment"]).name
    server.request("DELETE", f"api/kernels/{ordinary}")
    own = server.session("a.ipynb")["kernel"]["id"]
    with_kernel = server.channel(own)
    assert with_kernel.run("import six").status == "ok"
    running = truth(own)
    assert (running["state"], running["environment"]) == ("running", environment)
    server.request("POST", f"api/kernels/{own}/restart")
    with_kernel.wait_until_heard()
    assert with_kernel.run("import six").status == "ok"
    with_kernel.close()
    assert truth(own)["started"] > running["started"]


def test_a_waiting_kernel_becomes_real_by_itself(
    server: JupyterServer, notebook: Path, home: Path, tmp_path: Path
) -> None:
    """A job restores it; cells that were sent meanwhile wait, and then run."""
    succeed("install", notebook, "tabulate", environ={"NBENV_HOME": str(tmp_path / "b")})
    write_other_copy(notebook, server.root)
    kernel = server.session("work.ipynb")["kernel"]["id"]
    channel = server.channel(kernel)
    assert "Nothing was downloaded" in channel.run("1").text
    status = ask(server, f"status?path=work.ipynb&kernel={kernel}")
    assert status["kernel"]["state"] == "waiting"
    assert status["kernel"]["error"]["kind"] == "ApprovalNeeded"
    assert status["approved"] is False

    preview = events(server, start(server, "work.ipynb", "restore", flags=["dry-run"])["id"])[-1]
    assert preview["data"]["count"] == status["locked"]
    # The same user installed all of it: nothing is downloaded again, however large it is.
    assert (preview["data"]["cached"], preview["data"]["download"]) == (True, 0)
    assert sum(each["size"] for each in preview["data"]["distributions"]) > 1_000_000

    unasked = start(server, "work.ipynb", "restore")  # as by a button that showed nothing
    assert events(server, unasked["id"])[-1]["digest"] == preview["data"]["digest"]
    job = start(server, "work.ipynb", "restore", digest=preview["data"]["digest"])
    with following(server, job["id"]) as told:
        next(told)  # it has the environment's lock by now
    early = channel.send("import tabulate, sys; print(sys.prefix)")
    assert str(home / "envs") in channel.receive(early)[0].text
    assert events(server, job["id"])[-1]["type"] == "result"
    channel.close()
    truth = ask(server, f"status?path=work.ipynb&kernel={kernel}")["kernel"]
    assert truth["state"] == "running"
    assert not list((home / "waiting").iterdir())


def test_a_kernels_build_is_told_and_stopped(server: JupyterServer, home: Path) -> None:
    """An approved environment that is gone: its kernel builds it, and can be stopped."""
    path = write_notebook(server.root / "work.ipynb", "1")
    project = slow_project(server.root / "slow")
    slow = server.root.parent / "slow"  # not part of the project, which stays as it was approved
    (project / "setup.py").write_text(
        "import os, time\nfrom setuptools import setup\n"
        f"time.sleep(60 if os.path.exists({str(slow)!r}) else 0)\n"
        "setup(name='slow', version='1', py_modules=[])",
        encoding="utf-8",
    )
    succeed("install", path, project)
    shutil.rmtree(ask(server, "status?path=work.ipynb")["environment"])
    slow.touch()
    kernel = server.session(path.name)["kernel"]["id"]
    work = None
    for _ in range(100):
        work = ask(server, f"status?path={path.name}&kernel={kernel}")["job"]
        if work:
            break
        time.sleep(0.1)
    assert work is not None
    assert work["verb"] == "build"
    query = f"?path={path.name}"
    with following(server, work["id"], query) as told:
        assert any(event.get("phase") == "install" for event in told)
        assert server.request("DELETE", f"nbenv/api/jobs/{work['id']}{query}")[0] == 200
        list(told)
    for _ in range(100):
        found = ask(server, f"status?path={path.name}&kernel={kernel}")
        if found["kernel"]["state"] == "waiting":
            break
        time.sleep(0.1)
    assert found["kernel"]["error"]["kind"] == "Stopped"
    assert found["ready"] is False
    channel = server.channel(kernel)
    assert "was stopped" in channel.run("1").text
    channel.close()
