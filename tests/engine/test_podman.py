"""``nbenv build --engine podman`` and ``nbenv run --on podman``, with podman 5: root, rootless."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tests.engine.conftest import Image, make_notebook, outputs
from tests.engine.kit import Engine
from tests.engine.podman import USER, Podman, start_podman
from tests.support.commands import nbenv


@pytest.fixture(scope="module")
def podman(engine: Engine) -> Iterator[Podman]:
    """Yield podman; skip where it cannot be started."""
    for name in ("unshare", "nsenter", "pivot_root"):
        if shutil.which(name) is None:
            pytest.skip(f"podman needs {name} here")
    started = start_podman(engine)
    yield started
    started.stop()


@pytest.fixture
def environ(podman: Podman) -> Mapping[str, str]:
    """The variables with which podman is found."""
    return {**podman.environ, "NBENV_HOME": os.environ["NBENV_HOME"]}


def test_an_environment_is_built_and_runs_a_notebook(
    podman: Podman, environ: Mapping[str, str], image: Image, tmp_path: Path
) -> None:
    work, out = make_notebook(tmp_path / "Ein Wört.ipynb"), tmp_path / "out.ipynb"
    built = nbenv("build", work, "--engine", "podman", "--json", environ=environ)
    assert built.status == 0, built.err
    assert built.json["engine"] == "podman"
    known = nbenv("build", work, "--engine", "podman", "--json", environ=environ)
    assert (known.json["image"], known.json["built"]) == (built.json["image"], False)

    options = ("-p", "rate=3", "-o", out, "--network", "none", "--memory", "1g")
    done = nbenv("run", work, "--on", "podman", *options, environ=environ)
    assert done.status == 0, done.err
    assert outputs(out)[-2:] == ["half = 1.5", f"user {os.getuid()}\n"]
    failed = nbenv("run", work, "--on", "podman", "-p", "mode=kill", "-o", out, environ=environ)
    assert failed.status == 1
    assert "The kernel was ended by SIGKILL." in failed.err and f"Wrote {out}." in failed.err

    # The pod of an Indexed Job, as podman has no such Jobs: a row is found by the same variable.
    rows = tmp_path / "rows.csv"
    rows.write_text("rate\n1\n5\n", encoding="utf-8")
    pod = row_pod(built.json["image"], work, rows, index=1)
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(pod), encoding="utf-8")
    try:
        podman.ok("kube", "play", "--network", "none", tmp_path / "pod.yaml")
        assert podman.ok("wait", "row-notebook") == "0"
        result = json.loads(podman.ok("logs", "row-notebook").splitlines()[-1])
        run = result["metadata"]["nbenv_run"]
        assert (run["row"], run["values"]) == (2, {"half": 2.5})
    finally:
        podman.ok("kube", "down", tmp_path / "pod.yaml")


def test_a_user_without_rights(podman: Podman) -> None:
    """Rootless podman, and nbenv itself run as a user who is not root."""
    if sys.base_prefix.startswith("/usr"):
        pytest.skip("the Python of these tests is the system's, which podman's Debian hides")

    def nbenv(*words: str) -> subprocess.CompletedProcess[str]:
        return podman.as_user(sys.executable, "-m", "nbenv", *words)

    work = podman.home / "work"
    shutil.rmtree(work, ignore_errors=True)
    made = make_notebook(work / "Ein Wört.ipynb")
    (work / "rows.csv").write_text("rate,mode\n1,\n2,kill\n", encoding="utf-8")
    for path in (work, *work.iterdir()):
        os.chown(path, USER, USER)
    name = f"work/{made.name}"
    built = nbenv("build", name, "--engine", "podman", "--json")
    assert built.returncode == 0, built.stdout + built.stderr
    done = nbenv("run", name, "--on", "podman", "-p", "rate=3", "-o", "work/out.ipynb")
    assert done.returncode == 0, done.stderr
    assert outputs(work / "out.ipynb")[-2:] == ["half = 1.5", f"user {USER}\n"]
    assert (work / "out.ipynb").stat().st_uid == USER
    words = ("--sweep", "work/rows.csv", "--jobs", "2", "-o", "work/swept")
    swept = nbenv("run", name, "--on", "podman", *words)
    assert swept.returncode == 1 and "1 of 2 rows done, 1 failed." in swept.stdout, swept.stderr
    image_name = json.loads(built.stdout)["image"]
    assert podman.as_user("podman", "image", "rm", "-f", image_name).returncode == 0


def row_pod(image: str, notebook: Path, rows: Path, index: int) -> dict[str, object]:
    """Return the pod of one index."""
    places = {"/work/a.ipynb": notebook, "/rows.csv": rows}
    mounts, volumes = [], []
    for number, (target, source) in enumerate(places.items()):
        name = f"v{number}"
        mounts.append({"name": name, "mountPath": target, "readOnly": True})
        volumes.append({"name": name, "hostPath": {"path": str(source), "type": "File"}})
    container = {
        "name": "notebook",
        "image": f"localhost/{image}",
        "args": ["/work/a.ipynb", "-", "--sweep", "/rows.csv"],
        "env": [{"name": "JOB_COMPLETION_INDEX", "value": str(index)}],
        "volumeMounts": mounts,
    }
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": volumes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "row"}, "spec": spec}
