"""Images of a notebook, built and run by Docker: users, file systems, networks, signals, memory."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from nbenv.export.image_steps import copied
from tests.engine.conftest import Image, header, outputs
from tests.engine.kit import Done, Engine

USER = 4321


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of the image's own user."""
    folder = tmp_path / "results"
    folder.mkdir()
    os.chown(folder, 1000, 1000)
    return folder


def run(
    engine: Engine, image: Image, results: Path, options: Sequence[str] = (), *words: str
) -> Done:
    return engine.docker("run", "--rm", *options, "-v", f"{results}:/results", image.name, *words)


def test_the_commands_of_the_header(engine: Engine, image: Image) -> None:
    _, command = header(image.folder / "Dockerfile")
    done = engine.run("bash", "-ec", command, folder=image.folder)
    assert done.status == 0, done.err
    assert "1.16.0 fine" in done.out
    result = image.folder / "results" / image.notebook
    assert (result.stat().st_uid, result.stat().st_gid) == (os.getuid(), os.getgid())
    installs, *_, user = outputs(result)
    assert installs.count("Skipped: ") == 4 and "1.16.0 fine" in installs
    assert user == f"user {os.getuid()}\n"


@pytest.mark.parametrize(
    ("options", "user"),
    [
        ([], 1000),
        (["--network", "none"], 1000),
        (["--user", "1000710000:0"], 1000710000),  # as OpenShift does
        (["--read-only"], 1000),
        (["--read-only", "--user", f"{USER}:{USER}", "--group-add", "0"], USER),
        (["--cap-drop", "ALL", "--security-opt", "no-new-privileges"], 1000),
    ],
    ids=["plain", "no-network", "openshift", "read-only", "read-only-as-other", "no-capabilities"],
)
def test_any_user_and_any_restriction(
    options: list[str], user: int, engine: Engine, image: Image, results: Path
) -> None:
    os.chown(results, USER if user == USER else 1000, 0)
    os.chmod(results, 0o775)
    done = run(engine, image, results, options, "-p", "rate=3")
    assert done.status == 0, done.err
    assert outputs(results / image.notebook)[-2:] == ["half = 1.5", f"user {user}\n"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(
    engine: Engine, image: Image, results: Path
) -> None:
    os.chown(results, 0, 0)
    done = run(engine, image, results)
    assert (done.status, done.out) == (2, "")
    assert "cannot be written by user 1000" in done.err and "Nothing was run." in done.err


@pytest.mark.parametrize(
    ("mode", "options", "status", "message"),
    [
        ("kill", [], 137, "The kernel was ended by SIGKILL."),
        ("memory", ["--memory", "400m", "--memory-swap", "400m"], 137, "ran out of memory"),
        ("fail", [], 1, "ZeroDivisionError"),
    ],
)
def test_what_ends_early_says_so_and_keeps_its_outputs(
    mode: str,
    options: list[str],
    status: int,
    message: str,
    engine: Engine,
    image: Image,
    results: Path,
) -> None:
    done = run(engine, image, results, options, "-p", f"mode={mode}")
    assert done.status == status, done.err
    assert message in done.err
    assert f"1.16.0 {mode}" in outputs(results / image.notebook)[0]


def test_a_container_that_is_stopped(engine: Engine, image: Image, results: Path) -> None:
    words = ("-v", f"{results}:/results", image.name, "-p", "mode=wait")
    name = engine.ok("run", "-d", *words)
    end = time.monotonic() + 60
    while "waiting" not in engine.docker("logs", name).out:
        assert time.monotonic() < end
        time.sleep(0.5)
    assert engine.docker("stop", name).seconds < 9  # an engine waits ten seconds, then kills it
    assert engine.ok("inspect", "-f", "{{.State.ExitCode}}", name) == "143"
    engine.ok("rm", name)
    assert outputs(results / image.notebook)[-2:] == ["waiting\ncleaned up\n", "KeyboardInterrupt"]


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.5])
def test_a_container_that_is_stopped_as_it_starts(
    seconds: float, engine: Engine, image: Image, results: Path
) -> None:
    words = ("-v", f"{results}:/results", image.name, "-p", "mode=wait")
    name = engine.ok("run", "-d", *words)
    time.sleep(seconds)
    begun = time.monotonic()
    engine.ok("kill", "--signal", "TERM", name)
    assert engine.ok("wait", name) == "143"
    assert time.monotonic() - begun < 4  # of which the engine, on a busy machine, takes most
    engine.ok("rm", name)


def test_standard_output_and_a_row_of_a_sweep(
    engine: Engine, image: Image, results: Path, tmp_path: Path
) -> None:
    done = engine.docker("run", "--rm", "--read-only", image.name, "-o", "-")
    assert json.loads(done.out.splitlines()[-1])["cells"]
    rows = tmp_path / "rows.csv"
    rows.write_text("rate\n1\n5\n", encoding="utf-8")
    mounted = ("-v", f"{rows}:/rows.csv:ro")
    done = run(engine, image, results, mounted, "--sweep", "/rows.csv", "--row", "2")
    assert done.status == 0, done.err
    how = json.loads((results / "row-0002.json").read_text(encoding="utf-8"))
    assert (how["status"], how["values"]) == ("done", {"half": 2.5})


def test_changed_cells_rebuild_from_the_cache(engine: Engine, image: Image) -> None:
    path = image.folder / image.notebook
    before, seconds = path.read_text(encoding="utf-8"), []
    try:
        for number in range(3):
            path.write_text(before.replace("'user'", f"'changed {number}'"), encoding="utf-8")
            done = engine.docker("build", "-t", "some-work-changed", ".", folder=image.folder)
            assert done.status == 0, done.err
            seconds.append(done.seconds)
    finally:
        path.write_text(before, encoding="utf-8")
    assert min(seconds) < 2, seconds
    assert "changed" in engine.docker("run", "--rm", "some-work-changed", "-o", "-").err
    labels = json.loads(engine.ok("inspect", "-f", "{{json .Config.Labels}}", "some-work-changed"))
    assert labels["org.opencontainers.image.title"] == image.notebook
    assert len(labels["nbenv.environment"]) == 32


NAMES = (
    "a b.ipynb", "it's $HOME.ipynb", 'a "b".ipynb', "a[1]'$.ipynb", "Größe #é {a}~.ipynb",
    "!a*b?c^d\\e[1].ipynb", "-a!.ipynb",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_notebooks(name: str, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "other.ipynb").touch()
    _, base = engine.base_images()
    steps = f'FROM {base}\nWORKDIR /work\nCOPY ["{copied(name)}", "./"]\n'
    (tmp_path / "Dockerfile").write_text(steps, encoding="utf-8")
    engine.ok("build", "-t", "names", ".", folder=tmp_path)
    assert engine.ok("run", "--rm", "names", "ls", "-A") == name
    engine.ok("image", "rm", "-f", "names")
