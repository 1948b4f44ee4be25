"""Sweeps on clusters: rows run on bare workers, and their results come back."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.progress import drain
from nbenv.workers.bundle import write_bundle
from nbenv.workers.sweeps.payload import payload_of
from tests.support.commands import nbenv, succeed
from tests.workers.kit import bare_environment, certificate_in, dask_cluster, wait_until
from tests.workers.ray_kit import RAY, ray_cluster

pytestmark = pytest.mark.timeout(900)

CELLS = (
    "x = 1",
    "!pip install nothing-of-this-name\nimport tabulate, sys, os\nprint(tabulate.__version__)",
    "import time\ntime.sleep(0.2)\nassert x != 13, 'thirteen'\nnbenv_record(square=x * x)",
)


def write_rows(folder: Path, *rows: int) -> Path:
    path = folder / "rows.csv"
    path.write_text("x\n" + "\n".join(map(str, rows)) + "\n")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    path = folder / "sweep.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(folder / "home"))
        succeed("install", path, "tabulate==0.9.0")
    return path


@pytest.fixture
def notebook(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook in a home with its environment, where clients of clusters are kept, too."""
    monkeypatch.setenv("NBENV_HOME", str(made.parent / "home"))
    return made


@pytest.fixture(scope="module", params=["dask", "ray"])
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a cluster with another Python than the notebook has."""
    folder = tmp_path_factory.mktemp("cluster")
    with contextlib.ExitStack() as stack:
        if request.param == "dask":
            python = bare_environment("distributed==2025.7.0", python="3.12")
            dask = stack.enter_context(dask_cluster(python, folder))
            log = folder / "worker-1.log"
            wait_until(lambda: "Registered to" in log.read_text(), "the workers are there")
            yield dask.address.replace("tcp", "dask")
        else:
            python = bare_environment(f"ray[default]=={RAY}", python="3.12")
            ray = stack.enter_context(ray_cluster(python, folder, host="127.0.0.7"))
            yield ray.address


def rows_in(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / "index.json").read_text())["rows"]
    return rows


@pytest.mark.each_engine
def test_rows_come_back_and_failed_ones_do_not_end_the_others(
    notebook: Path, cluster: str, tmp_path: Path
) -> None:
    rows, out = write_rows(tmp_path, 2, 13, 3), tmp_path / "out"
    done = nbenv("run", notebook, "--sweep", rows, "--on", cluster, "-o", out)
    assert done.status == 1, done.err
    assert "2 of 3 rows done, 1 failed" in done.out
    found = rows_in(out)
    assert [row["status"] for row in found] == ["done", "failed", "done"]
    assert [row["values"] for row in found] == [{"square": 4}, {}, {"square": 9}]
    assert found[1]["error"] == "AssertionError: thirteen"
    printed = (out / "row-0001.ipynb").read_text()
    assert "Skipped: pip install nothing-of-this-name" in printed
    assert "0.9.0" in printed
    assert "thirteen" in (out / "row-0002.ipynb").read_text()


def test_a_sweep_goes_on_where_it_was_stopped(notebook: Path, cluster: str, tmp_path: Path) -> None:
    rows, out = write_rows(tmp_path, *range(1, 13)), tmp_path / "out"
    command = [sys.executable, "-m", "nbenv", "run", notebook, "--sweep", rows, "--on", cluster]
    process = subprocess.Popen([*map(str, command), "-o", str(out)], stderr=subprocess.DEVNULL)
    wait_until(
        lambda: (out / "index.json").exists() and any("seconds" in r for r in rows_in(out)),
        "a row came back", 300,
    )  # fmt: skip
    process.send_signal(signal.SIGINT)
    process.wait(60)
    before = {row["row"]: row["seconds"] for row in rows_in(out) if row["status"] == "done"}
    assert 0 < len(before) < 12
    succeed("run", notebook, "--sweep", rows, "--on", cluster, "-o", out)
    after = {row["row"]: row["seconds"] for row in rows_in(out)}
    assert len(after) == 12
    assert before.items() <= after.items()


def test_a_file_is_put_beside_the_notebook(cluster: str, notebook: Path, tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell(each) for each in ("x = 1", "import helper; helper.check(x)")
    ]
    cells[0].metadata["tags"] = ["parameters"]
    found = nbformat.read(notebook, as_version=4)
    path = tmp_path / "with_helper.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=found.metadata), path)
    helper = tmp_path / "helper.py"
    helper.write_text("def check(x):\n    assert open('data/n.txt').read() == '7'\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "n.txt").write_text("7")
    rows, words = write_rows(tmp_path, 1), ("run", path, "--on", cluster, "-o", tmp_path / "out")
    mounts = ("--mount", helper, "--mount", tmp_path / "data")
    done = nbenv(*words, "--sweep", rows, "--retries", "0")
    assert "No module named 'helper'" in done.out
    succeed(*words, "--sweep", rows, *mounts)


def test_an_address_that_does_not_answer_is_refused_within_seconds(
    notebook: Path, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path, 1)
    for address in ("dask://127.0.0.1:1", "ray://127.0.0.1:1"):
        begin = time.monotonic()
        done = nbenv("run", notebook, "--sweep", rows, "--on", address, "-o", tmp_path / "out")
        assert done.status == 1
        assert f"{address} does not answer" in done.err
        assert "Traceback" not in done.err
        assert time.monotonic() - begin < 20
        assert not (tmp_path / "out").exists()


def test_a_scheduler_with_tls_is_reached_with_the_certificates_of_dasks_configuration(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = bare_environment("distributed==2025.7.0", python="3.12")
    own, others = certificate_in(tmp_path / "own"), certificate_in(tmp_path / "others")
    rows = write_rows(tmp_path, 2, 3)

    def sweep(address: str, name: str) -> tuple[int, str]:
        words = ("--sweep", rows, "--on", address, "-o", tmp_path / name)
        done = nbenv("run", notebook, *words)
        assert "Traceback" not in done.err
        return done.status, done.err

    def configure(authority: Path, certificate: Path, key: Path) -> None:
        for name, path in (
            ("CA_FILE", authority),
            ("CLIENT__CERT", certificate),
            ("CLIENT__KEY", key),
        ):
            monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{name}", str(path))

    with dask_cluster(python, tmp_path / "cluster", 1, own) as cluster:
        log = tmp_path / "cluster" / "worker-0.log"
        wait_until(lambda: "Registered to" in log.read_text(), "the worker is there")
        status, said = sweep(cluster.address, "none")
        assert (status, f"There are no certificates for {cluster.address}" in said) == (1, True)
        status, said = sweep(cluster.address.replace("tls", "dask"), "plain")
        assert (status, "with TLS begins with tls://" in said) == (1, True)
        configure(tmp_path / "nowhere.pem", *own)
        status, said = sweep(cluster.address, "nowhere")
        assert (status, f"there is no file {tmp_path / 'nowhere.pem'}" in said) == (1, True)
        configure(others[0], *others)
        status, said = sweep(cluster.address, "others")
        assert (status, "no secure connection" in said) == (1, True)
        configure(own[0], *own)
        assert sweep(cluster.address, "out")[0] == 0
    assert [row["values"] for row in rows_in(tmp_path / "out")] == [{"square": 4}, {"square": 9}]


def test_credentials_of_an_index_do_not_travel(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://someone:s3cret@127.0.0.1:1/simple")
    monkeypatch.setenv("UV_INDEX", "https://someone:s3cret@127.0.0.1:1/simple")
    snapshot = NotebookSnapshot.read(NotebookRef(str(notebook)))
    bundle = drain(write_bundle(snapshot, tmp_path / "bundle", whole=True))
    payload, _ = payload_of(str(notebook), bundle.folder, (), ())
    with zipfile.ZipFile(io.BytesIO(payload)) as packed:
        assert not any(b"s3cret" in packed.read(name) for name in packed.namelist())
