"""Programs that execute notebooks, each in a table's line, and the environments to run them in."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.support.commands import succeed

ROOT = Path(__file__).parents[2]
CELL = """\
import six, sys
print('ENV', six.__version__, 'in', sys.prefix)
with open('seen.txt', 'a') as file:
    print('ENV', six.__version__, 'in', sys.prefix, file=file)"""
VERSIONS = {"a": "1.15.0", "b": "1.16.0"}
"""The notebooks, and the version of six that each records: neither is the host's."""
PATIENCE = 240

_CONCURRENT = """\
import asyncio, nbformat
from nbclient import NotebookClient
documents = {n: nbformat.read(f"{n}.ipynb", as_version=4) for n in "ab"}
async def main():
    await asyncio.gather(*[NotebookClient(each).async_execute() for each in documents.values()])
asyncio.run(main())
for name, each in documents.items():
    nbformat.write(each, f"{name}-out.ipynb")
"""
_THREADS = """\
import threading
from papermill import execute_notebook
def run(name):
    execute_notebook(f"{name}.ipynb", f"{name}-out.ipynb", progress_bar=False)
threads = [threading.Thread(target=run, args=[name]) for name in "ab"]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""
_TESTBOOK = """\
from testbook import testbook
@testbook("{name}.ipynb", execute=True)
def test_it(tb):
    open("{name}-out.txt", "w").write(tb.cell_output_text(1))
"""
_SPHINX = """\
extensions = ["{extension}"]
nb_execution_mode = "force"
nbsphinx_execute = "always"
root_doc = "a"
exclude_patterns = ["out", "*-out*"]
"""
_PANDOC = "python -c 'import os, pypandoc; print(os.path.dirname(pypandoc.get_pandoc_path()))'"


@dataclass(frozen=True)
class Client:
    """A program that executes the notebooks of a folder.

    Parameters
    ----------
    name
        What the test is called.
    command
        The words of a shell, in which ``{name}`` is a notebook's, to be run for each; without it,
        the command runs both.
    result
        The file that has the outputs of a notebook, ``-`` for the command's own output.
    files
        What the folder has besides, by name.
    packages
        What it needs from the index; none for what the tests are installed with.
    refusal
        What it says instead of running the notebook.
    """

    name: str
    command: str
    result: str = "{name}-out.ipynb"
    files: tuple[tuple[str, str], ...] = ()
    packages: tuple[str, ...] = ()
    refusal: str = ""


LIGHT = (
    Client("jupyter execute", "python -m jupyter execute {name}.ipynb --output={name}-out"),
    Client(
        "nbconvert",
        "python -m nbconvert --execute --to notebook {name}.ipynb --output {name}-out",
    ),
    Client(
        "nbconvert's standard input",
        "python -m nbconvert --execute --to notebook --stdin --stdout < {name}.ipynb",
        "-",
    ),
    Client("papermill", "python -m papermill {name}.ipynb {name}-out.ipynb -p x 1"),
    Client(
        "papermill in another folder",
        "mkdir -p sub && python -m papermill --cwd sub {name}.ipynb {name}-out.ipynb",
    ),
    Client("papermill, two threads", "python threads.py", files=(("threads.py", _THREADS),)),
    Client("papermill's standard input", "python -m papermill - - < {name}.ipynb", "-"),
    Client("nbclient, two at once", "python both.py", files=(("both.py", _CONCURRENT),)),
    Client(
        "jupytext",
        "python -m jupytext --opt notebook_metadata_filter=nbenv --to py:percent {name}.ipynb -o"
        " {name}.py && python -m jupytext --execute --to ipynb {name}.py -o {name}-out.ipynb",
    ),
)
"""What the tests are installed with."""

_PYTEST = ("pytest", "pytest-xdist", "nbmake", "nbval", "testbook", "pytest-notebook")
_TESTING = "python -m pytest -q -p no:cacheprovider "
_NBDEV = '[project]\nname="x"\nversion="1"\n[tool.nbdev]\nnbs_path="."\nlib_path="x"\n'
_PLOOMBER = "tasks:\n  - source: {name}.ipynb\n    name: t\n    product: {name}-out.ipynb\n"

HEAVY = (
    Client("nbmake", _TESTING + "--nbmake --overwrite .", "{name}.ipynb", packages=_PYTEST),
    Client(
        "nbmake, two at once",
        _TESTING + "--nbmake --overwrite -n 2 .",
        "{name}.ipynb",
        packages=_PYTEST,
    ),
    Client(
        "nbconvert in place, two at once",
        "python -m nbconvert --to notebook --execute --inplace a.ipynb b.ipynb",
        "{name}.ipynb",
        packages=_PYTEST,
    ),
    Client("runnb", "runnb --allow-not-trusted {name}.ipynb", "seen.txt", packages=("runnb",)),
    Client("nbval", _TESTING + "--nbval-lax .", "seen.txt", packages=_PYTEST),
    Client(
        "testbook",
        _TESTING + "test_{name}.py",
        "{name}-out.txt",
        tuple((f"test_{name}.py", _TESTBOOK.replace("{name}", name)) for name in VERSIONS),
        _PYTEST,
    ),
    Client(
        "ploomber-engine",
        "ploomber-engine {name}.ipynb {name}-out.ipynb",
        packages=("ploomber-engine", "setuptools<81", "papermill"),
        refusal="ploomber-engine runs the cells in its own Python",
    ),
    Client(
        "papermill's engine of ploomber",
        "papermill --engine embedded {name}.ipynb {name}-out.ipynb",
        packages=("ploomber-engine", "setuptools<81", "papermill"),
        refusal="ploomber-engine runs the cells in its own Python",
    ),
    Client(
        "execnb",
        "exec_nb {name}.ipynb --dest {name}-out.ipynb",
        packages=("execnb",),
        refusal="execnb runs the cells in its own Python",
    ),
    Client(
        "nbdev",
        "nbdev-test .",
        files=(("pyproject.toml", _NBDEV),),
        packages=("nbdev",),
        refusal="execnb runs the cells in its own Python",
    ),
    Client(
        "jupyter-cache",
        "yes | jcache notebook -p c add {name}.ipynb && jcache project -p c execute",
        "c",
        packages=("jupyter-cache",),
    ),
    *(
        Client(
            extension,
            f'PATH="$({_PANDOC}):$PATH" python -m sphinx -E -q -b html . out',
            "out/{name}.html",
            (("conf.py", _SPHINX.replace("{extension}", extension)),),
            ("myst-nb", "nbsphinx", "pypandoc-binary"),
        )
        for extension in ("myst_nb", "nbsphinx")
    ),
    Client(
        "ploomber",
        "ploomber build --force --entry-point {name}.yaml",
        files=tuple((f"{name}.yaml", _PLOOMBER.replace("{name}", name)) for name in VERSIONS),
        packages=("ploomber", "setuptools<81"),
    ),
)
"""What has to be installed from the index first."""


def write_notebooks(folder: Path, cell: str = CELL) -> None:
    """Write the notebooks of the table, without a record."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in VERSIONS:
        code = f"{cell}\n# {name}"  # jupyter-cache takes notebooks of the same code for one
        cells = [nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_code_cell(code)]
        for number, each in enumerate(cells):
            each["id"] = f"cell-{number}"
        document = nbformat.v4.new_notebook(cells=cells)
        document.metadata.kernelspec = {"name": "nbenv", "display_name": "x", "language": "python"}
        nbformat.write(document, folder / f"{name}.ipynb")


def recorded_notebooks(base: Path) -> Path:
    """Return a folder with the notebooks of the table, approved in the ``NBENV_HOME`` beside it."""
    folder = base / "notebooks"
    write_notebooks(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(base / "home"))
        for name, version in VERSIONS.items():
            succeed("install", folder / f"{name}.ipynb", f"six=={version}")
    return folder


def environment_for(folder: Path, packages: tuple[str, ...]) -> Path:
    """Return the ``bin`` of an environment with nbenv and packages, made once below a folder."""
    place = folder / "-".join(packages).replace("<", "_")
    if not place.exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "-q", "-p", sys.executable, str(place)], check=True)
        install = [*uv, "pip", "install", "-q", "-p", str(place / "bin" / "python")]
        subprocess.run([*install, "-e", str(ROOT), *packages], check=True, timeout=PATIENCE)
    return place / "bin"


def outputs(client: Client, folder: Path, programs: Path) -> dict[str, str]:
    """Run a client in a folder; return what it shows for each notebook."""
    for name, text in client.files:
        (folder / name).write_text(text, encoding="utf-8")
    if "{name}" not in client.command:
        said = dict.fromkeys(VERSIONS, _run(client.command, folder, programs))
    else:
        commands = {name: client.command.replace("{name}", name) for name in VERSIONS}
        said = {name: _run(command, folder, programs) for name, command in commands.items()}
    if client.result == "-" or client.refusal:
        return said
    return {name: _text_of(folder / client.result.replace("{name}", name)) for name in VERSIONS}


def _run(command: str, folder: Path, programs: Path) -> str:
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def _text_of(path: Path) -> str:
    if path.is_dir():
        return "\n".join(each.read_text("utf-8") for each in sorted(path.rglob("*.ipynb")))
    return path.read_text("utf-8") if path.exists() else f"There is no {path.name}."


@contextlib.contextmanager
def served(words: list[str], folder: Path, port: int) -> Iterator[str]:
    """Run a server in a folder until it answers; yield its address."""
    address = f"http://127.0.0.1:{port}"
    with open(folder / "server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while not _accepts(port) and time.monotonic() < end and server.poll() is None:
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _accepts(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def page(address: str) -> str:
    """Return what a server answers."""
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return str(answer.read().decode("utf-8"))


def copied(source: Path, target: Path) -> Path:
    """Copy a folder of notebooks, as if to another place."""
    shutil.copytree(source, target)
    return target
