"""The programs that run a notebook in an image, run here by this Python instead."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import nbformat
import pytest

from nbenv.environments import interpreters
from nbenv.export import image_steps

DATA = Path(image_steps.__file__).parent / "data"
CELLS = (
    "mode = 'fine'; rate: float = 1",
    "print('begun')\nhandle = display('first', display_id=True)",
    "from IPython.display import clear_output\n"
    "print('gone'); clear_output(wait=True); print('kept')\nhandle.update(f'{mode} {rate}')",
    "import os, time\nif mode == 'kill': time.sleep(0.5); os.kill(os.getpid(), 9)\n"
    "if mode == 'fail': 1 / 0\n"
    "if mode == 'wait':\n    try: time.sleep(60)\n    finally: print('cleaned up')",
    "own = {'loss': rate / 2, 'curve': [1]}; glued = {'name': 'best', 'data': 3}\n"
    "display({'application/vnd.nbenv.value+json': own, "
    "'application/scrapbook.scrap.json+json': glued}, raw=True)",
)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the runner's files, as an image has it."""
    folder = tmp_path_factory.mktemp("programs")
    shutil.copy(DATA / "nbenv_image.py", folder)
    for name, text in image_steps.program_texts(image_steps.RUNNER).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_programs_load_in_the_oldest_python(programs: Path) -> None:
    old = interpreters.find("3.8")
    if old is None:
        pytest.skip("no Python 3.8 here")
    names = [name[:-3] for name in image_steps.RUNNER if name.endswith(".py")]
    command = f"import sys; sys.path[:0] = [{str(programs)!r}]; import {', '.join(names)}"
    subprocess.run([old.executable, "-I", "-c", command], check=True)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook that takes parameters."""
    v4 = nbformat.v4
    document = v4.new_notebook(cells=[v4.new_code_cell(code) for code in CELLS])
    document.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(document, tmp_path / "work.ipynb")
    return tmp_path / "work.ipynb"


def start(programs: Path, notebook: Path, result: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, programs / "headless.py", notebook, result, *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=notebook.parent)


def run(programs: Path, notebook: Path, result: str, *words: str) -> tuple[int, str, str]:
    process = start(programs, notebook, result, *words)
    out, error = process.communicate(timeout=60)
    return process.returncode, out, error


def outputs(document: Mapping[str, Any]) -> list[str]:
    """Return the outputs as text."""
    return [
        each.get("text") or each.get("ename") or each["data"].get("text/plain", "rich")
        for cell in document["cells"]
        for each in cell.get("outputs", ())
    ]


def test_a_run_with_parameters(programs: Path, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "given.json").write_text('{"rate": 4, "mode": "from a file"}', encoding="utf-8")
    words = ("-f", "given.json", "-p", "mode=given", "-o", "-")
    status, out, error = run(programs, notebook, "unused.ipynb", *words)
    assert status == 0, error
    document = json.loads(out)  # nothing else is printed there
    assert outputs(document) == ["begun\n", "'given 4.0'", "kept\n", "rich"]
    assert document["cells"][1]["source"] == "# Parameters\nrate = 4.0\nmode = 'given'"
    nbformat.validate(document)
    assert "begun" in error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-p", "none=1"], "no parameter none. Its parameters: mode, rate."),
        (["-o", "missing/out.ipynb"], "missing/out.ipynb cannot be written by user"),
        (["--sweep", "rows.csv"], "choose it with --row N"),
        (["--sweep", "rows.csv", "--row", "3"], "There is no row 3: the sweep has 2."),
    ],
)
def test_what_cannot_be_followed_runs_nothing(
    words: list[str], message: str, programs: Path, notebook: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("rate\n1\n2\n", encoding="utf-8")
    status, out, error = run(programs, notebook, "out.ipynb", *words)
    assert (status, out) == (2, "")
    assert message in error and "Nothing was run." in error


def test_a_kernel_that_is_killed_is_noticed(programs: Path, notebook: Path, tmp_path: Path) -> None:
    status, _, error = run(programs, notebook, "out.ipynb", "-p", "mode=kill")
    assert status == 137
    assert "The kernel was ended by SIGKILL" in error
    document = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    assert outputs(document) == ["begun\n", "'kill 1'", "kept\n"]
    assert not list(tmp_path.glob("*.part"))


def kernel_of(process: subprocess.Popen[str]) -> int:
    """Return the number of the kernel's process as soon as there is one."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None:
        for child in children.read_text().split():
            if b"ipykernel_launcher" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    raise AssertionError("no kernel was started")


def saved(tmp_path: Path) -> Any:
    document = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    nbformat.validate(document)
    return document


def test_a_kernel_that_is_killed_as_it_starts(
    programs: Path, notebook: Path, tmp_path: Path
) -> None:
    process = start(programs, notebook, "out.ipynb")
    os.kill(kernel_of(process), signal.SIGKILL)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 137 and "The kernel was ended by SIGKILL" in error
    assert outputs(saved(tmp_path)) == []


def test_a_kernel_that_is_killed_while_it_prints(
    programs: Path, notebook: Path, tmp_path: Path
) -> None:
    rewrite(notebook, "import os\nfor number in range(10**7): print(number)")
    process = start(programs, notebook, "out.ipynb")
    kernel = kernel_of(process)
    assert process.stdout is not None
    while process.stdout.readline() != "5000\n":
        assert process.poll() is None
    os.kill(kernel, signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == 137
    [text] = outputs(saved(tmp_path))
    numbers = [int(line) for line in text.splitlines()]
    assert numbers == list(range(len(numbers))) and len(numbers) > 5000


def test_a_runner_that_is_killed_within_a_cell_has_saved_its_outputs(
    programs: Path, notebook: Path, tmp_path: Path
) -> None:
    rewrite(notebook, "import time\nprint('so far', flush=True)\ntime.sleep(60)")
    process = start(programs, notebook, "out.ipynb")
    kernel = kernel_of(process)
    end = time.monotonic() + 30
    while outputs(json.loads((tmp_path / "out.ipynb").read_text("utf-8"))) != ["so far\n"]:
        assert time.monotonic() < end
        time.sleep(0.2)
    process.kill()
    process.communicate(timeout=10)
    os.kill(kernel, signal.SIGKILL)
    assert outputs(saved(tmp_path)) == ["so far\n"]


def rewrite(notebook: Path, *cells: str) -> None:
    """Give a notebook other cells."""
    v4 = nbformat.v4
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(code) for code in cells]), notebook)


def test_a_container_that_is_stopped_saves_what_it_has(
    programs: Path, notebook: Path, tmp_path: Path
) -> None:
    process = start(programs, notebook, "out.ipynb", "-p", "mode=wait")
    assert process.stdout is not None
    while process.stdout.readline() != "'wait 1'\n":
        assert process.poll() is None
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 128 + signal.SIGTERM
    document = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    assert outputs(document)[-2:] == ["cleaned up\n", "KeyboardInterrupt"]


@pytest.fixture
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A server that keeps what is put there."""
    kept: dict[str, bytes] = {}

    class Keeping(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Keeping) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", kept
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        ("JOB_COMPLETION_INDEX", "1", 2),
        ("SWARM_TASK", "stack_work.1.x7ab", 2),
        ("SWARM_TASK", "stack_work.ff48lac4tijo1ldrzln4ks0lh.x7ab", 1),
    ],
)
def test_a_row_of_a_sweep_goes_to_an_address(
    name: str,
    value: str,
    row: int,
    store: tuple[str, dict[str, bytes]],
    programs: Path,
    notebook: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, kept = store
    rows = ('{"mode": "fail"}\n' if each == row else '{"rate": 1}\n' for each in (1, 2))
    (tmp_path / "rows.jsonl").write_text("".join(rows), encoding="utf-8")
    monkeypatch.setenv(name, value)
    words = ("--sweep", "rows.jsonl", "-o", f"{address}/work.ipynb")
    assert run(programs, notebook, "unused.ipynb", *words)[0] == 1
    how = json.loads(kept[f"/row-000{row}.json"])
    assert how["parameters"] == {"mode": "fail"}
    assert (how["status"], how["error"]) == ("failed", "ZeroDivisionError: division by zero")
    assert outputs(json.loads(kept[f"/row-000{row}.ipynb"]))[-1] == "ZeroDivisionError"


def test_a_row_says_what_its_cells_recorded(programs: Path, notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("rate\n3\n", encoding="utf-8")
    words = ("--sweep", "rows.csv", "--row", "1", "-o", "out.ipynb")
    assert run(programs, notebook, "unused.ipynb", *words)[0] == 0
    [path] = tmp_path.glob("row-*.json")
    how = json.loads(path.read_text(encoding="utf-8"))
    assert (how["status"], how["values"]) == ("done", {"loss": 1.5, "best": 3})


def test_what_installs_is_skipped_and_what_looks_is_answered(programs: Path) -> None:
    def pip(*words: str, name: str = "pip") -> str:
        link = programs / name
        if not link.exists():
            os.symlink("nbenv_image.py", link)
        return subprocess.check_output([sys.executable, link, *words], text=True)

    for words in (["install", "x"], ["-q", "install", "x"], ["uninstall", "-y", "x"]):
        assert f"Skipped: pip {' '.join(words)}\n" in pip(*words)
    assert "Skipped: nbenv list" in pip("list", name="nbenv")
    assert "Skipped: uv sync" in pip("sync", name="uv")
    assert "ipykernel" in pip("pip", "list", name="uv")
