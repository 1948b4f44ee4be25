"""Ray: the nodes of a bare cluster run tasks and actors in the notebook's environment."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.environments import interpreters
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.kernels import Kernel, kernel
from tests.workers.kit import bare_environment
from tests.workers.ray_kit import RAY, RayCluster, ray_cluster

pytestmark = pytest.mark.timeout(900)

TASK = """
@ray.remote{options}
def who():
    import sys, tabulate
    return tabulate.__version__, sys.prefix
print(sorted(set(ray.get([who.remote() for _ in range(4)], timeout=120))))
"""
CONNECT = "import ray; ray.init({address!r}, logging_level='ERROR', log_to_driver=False); None"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    python = bare_environment(f"ray[default]=={RAY}")
    # A test that connects as Ray's own manual says has none of our further attempts.
    lucky = {"GRPC_ENABLE_FORK_SUPPORT": "0"}
    with ray_cluster(python, tmp_path_factory.mktemp("ray"), nodes=2, **lucky) as started:
        yield started


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home, and a notebook that has Ray."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(folder / "home"))
        path = write_notebook(folder / "one.ipynb", "1 + 1")
        succeed("install", path, f"ray[client]=={RAY}", "tabulate==0.9.0")
    return folder


@pytest.fixture
def notebook(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NBENV_HOME", str(made / "home"))
    return made / "one.ipynb"


def refused(run: Kernel, code: str) -> str:
    status, text = run.run(code)
    assert status == "error"
    assert "Traceback" not in text
    return text


@pytest.mark.each_engine
def test_everything_runs_in_the_environment_after_connecting(
    notebook: Path, cluster: RayCluster, tmp_path: Path
) -> None:
    changing = Path(shutil.copy(notebook, tmp_path))
    succeed("restore", changing)
    with kernel(changing) as run:
        assert "There is no client" in refused(run, "%nbenv workers")
        said = run.ok(f"%nbenv workers {cluster.address}")
        assert f"2 nodes: ray {RAY}, tabulate 0.9.0 … in " in said
        [(version, prefix)] = eval(run.ok(TASK.format(options="")).strip().splitlines()[-1])
        assert version == "0.9.0"
        assert Path(prefix).is_relative_to(cluster.cache)
        assert run.ok("%nbenv workers --status").count("has the environment") == 2
        assert "connected already" in refused(run, f"%nbenv workers {cluster.address}")
        run.ok("%nbenv workers --stop")
        before = cluster.connections()
        assert "2 nodes" in run.ok(f"%nbenv workers {cluster.address}")
        assert cluster.connections() == before + 1  # the cluster knows that all nodes are ready
        [(again, _)] = eval(run.ok(TASK.format(options="")).strip().splitlines()[-1])
        assert again == version
        said = run.ok("%nbenv install six==1.16.0")
        assert "The workers of ray still have the former environment" in said
        run.ok("%nbenv workers --stop")
        assert run.ok("print(ray.is_initialized())").strip() == "False"


def test_a_connected_notebook_gets_what_tasks_and_actors_ask_for(
    notebook: Path, cluster: RayCluster
) -> None:
    with kernel(notebook) as run:
        run.ok(CONNECT.format(address=cluster.address))
        said = run.ok("env = %nbenv workers")
        assert "2 nodes" in said
        assert "runtime_env=env" in said
        [(version, prefix)] = eval(
            run.ok(TASK.format(options="(runtime_env=env)")).splitlines()[-1]
        )
        assert (version, Path(prefix).is_relative_to(cluster.cache)) == ("0.9.0", True)
        actor = (
            "@ray.remote(runtime_env=env)\nclass Counter:\n"
            "    def prefix(self):\n        import sys; return sys.prefix\n"
            "print(ray.get(Counter.remote().prefix.remote(), timeout=120))"
        )
        assert Path(run.ok(actor).strip().splitlines()[-1]).is_relative_to(cluster.cache)


def test_a_kernel_on_a_node_connects_to_that_cluster(notebook: Path, cluster: RayCluster) -> None:
    with kernel(notebook) as run:
        run.ok(f"import os; os.environ['RAY_ADDRESS'] = {cluster.nodes!r}")
        said = run.ok("%nbenv workers ray://auto")
        assert "2 nodes" in said
        assert "connected to this machine's cluster" in said
        [(version, prefix)] = eval(run.ok(TASK.format(options="")).strip().splitlines()[-1])
    assert (version, Path(prefix).is_relative_to(cluster.cache)) == ("0.9.0", True)


@pytest.mark.parametrize(
    ("ray", "python", "todo"),
    [
        ("2.59.0", "3.11", f'%nbenv install "ray[client]=={RAY}"'),
        (RAY, "3.12", "%nbenv python 3.11"),
    ],
)
def test_other_versions_are_refused_before_anything_runs(
    cluster: RayCluster, tmp_path: Path, ray: str, python: str, todo: str
) -> None:
    notebook = write_notebook(tmp_path / "other.ipynb", "1")
    succeed("install", notebook, f"ray[client]=={ray}")
    if python != interpreters.default_python():
        succeed("python", python, notebook)
    begin = time.monotonic()
    with kernel(notebook) as run:
        text = refused(run, f"%nbenv workers {cluster.address}")
    assert f"runs Ray {RAY} with Python 3.11" in text
    assert todo in text
    assert time.monotonic() - begin < 180


def test_an_address_that_does_not_answer_is_refused_within_seconds(notebook: Path) -> None:
    with kernel(notebook) as run:
        begin = time.monotonic()
        text = refused(run, "%nbenv workers ray://127.0.0.1:1")
        assert "does not answer" in text
        assert time.monotonic() - begin < 45


def test_the_address_of_the_nodes_is_told_from_that_of_the_client_server(
    notebook: Path, cluster: RayCluster
) -> None:
    port = cluster.nodes.rpartition(":")[2]
    with kernel(notebook) as run:
        text = refused(run, f"%nbenv workers ray://127.0.0.2:{port}")
    assert "No Ray client server answers" in text


def test_a_node_that_cannot_make_the_environment_is_named(notebook: Path, tmp_path: Path) -> None:
    python = bare_environment(f"ray[default]=={RAY}")
    nothing = {
        "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
        "PIP_RETRIES": "0",
        "PIP_FIND_LINKS": "",
    }
    with (
        ray_cluster(python, tmp_path / "offline", host="127.0.0.5", **nothing) as offline,
        kernel(notebook) as run,
    ):
        text = refused(run, f"%nbenv workers {offline.address}")
        assert "cannot make the environment" in text
        assert run.ok("import ray; print(ray.is_initialized())").strip() == "False"
        assert "1 node" in run.ok(f"%nbenv workers {offline.address} --wheels")
        assert "0.9.0" in run.ok(TASK.format(options=""))


def test_an_exported_folder_is_a_runtime_environment(
    notebook: Path, cluster: RayCluster, tmp_path: Path
) -> None:
    folder = tmp_path / "one-ray"
    succeed("export", notebook, "--format", "ray", "-o", folder)
    more = json.loads((folder / "runtime_env.json").read_text())
    env = {"working_dir": str(folder), **more}
    with kernel(notebook) as run:
        run.ok(
            f"import ray; ray.init({cluster.address!r}, runtime_env={env!r}, logging_level='ERROR')"
            "; None"
        )
        [(version, prefix)] = eval(run.ok(TASK.format(options="")).strip().splitlines()[-1])
    assert (version, Path(prefix).is_relative_to(cluster.cache)) == ("0.9.0", True)
