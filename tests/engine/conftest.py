"""One engine for all tests of this folder, and the image of one notebook."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.conftest import write_notebook
from tests.engine.cluster import Cluster, reason_for_no_cluster, start_cluster
from tests.engine.kit import Engine, reason_for_none, start_engine
from tests.support.commands import succeed
from tests.support.skipping import skip_below

CELLS = (
    "mode = 'fine'\nrate: float = 1",
    "%nbenv install six==1.16.0\n%pip install six\n!pip install six\n"
    "import subprocess, sys\n"
    "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'six'])\n"
    "import six; print(six.__version__, mode)",
    "import os, time\n"
    "if mode == 'kill': time.sleep(1); os.kill(os.getpid(), 9)\n"
    "if mode == 'memory':\n    kept = []\n"
    "    while True: kept.append(bytearray(b'x' * 10_000_000))\n"
    "if mode == 'fail': 1 / 0\n"
    "if mode == 'wait':\n"
    "    print('waiting', flush=True)\n"
    "    try: time.sleep(120)\n"
    "    finally: print('cleaned up')",
    "nbenv_record(half=rate / 2)\nprint('user', os.getuid())",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests, with a word, where there is no engine."""
    skip_below(Path(__file__).parent, items, reason_for_none())


@pytest.fixture(scope="session")
def engine(settings: None) -> Iterator[Engine]:
    """Yield the engine; what the tests leave in it goes with them."""
    started = start_engine()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def cluster(engine: Engine) -> Iterator[Cluster]:
    """Yield a cluster whose node is ready; skip where the kit or a program for it is missing."""
    if reason := reason_for_no_cluster(engine):
        pytest.skip(reason)
    started = start_cluster(engine)
    yield started
    started.stop()


@dataclass(frozen=True)
class Image:
    """An image of a notebook: its name, and the folder that it was built in."""

    name: str
    folder: Path
    notebook: str = "Some work.ipynb"


@pytest.fixture(scope="session")
def image(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Yield the image that the header of the exported Dockerfile builds."""
    folder = tmp_path_factory.mktemp("image")
    os.chmod(folder, 0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(tmp_path_factory.mktemp("home")))
        made = make_notebook(folder / Image.notebook)
        succeed("export", made, "--format", "dockerfile", "-o", folder / "Dockerfile")
        built = engine.run("bash", "-ec", header(folder / "Dockerfile")[0], folder=folder)
        assert built.status == 0, built.err
        yield Image("some-work", folder)
    engine.docker("image", "rm", "-f", "some-work")


def make_notebook(path: Path) -> Path:
    """Write the notebook, and give it an environment."""
    write_notebook(path, *CELLS)
    document = nbformat.read(path, as_version=4)
    document.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(document, path)
    succeed("install", path, "six==1.16.0")
    return path


def header(dockerfile: Path) -> list[str]:
    """Return the commands in a Dockerfile's header, as somebody copies them."""
    text = dockerfile.read_text(encoding="utf-8").partition("FROM")[0]
    return re.findall(r"^#   (docker build .*|mkdir .*|docker run .*)$", text, re.MULTILINE)


def outputs(path: Path) -> list[str]:
    """Return a notebook's outputs as text."""
    document = nbformat.read(path, as_version=4)
    nbformat.validate(document)
    return [
        output.get("text") or output.get("ename") or str(output["data"].get("text/plain"))
        for cell in document.cells
        for output in cell.get("outputs", ())
    ]
