"""nbenv on Windows' Python: what was found to fail there, each with the kit's script for it."""

from __future__ import annotations

import json
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from tests.wine.kit import Wine

HOME = r"C:\users\root\AppData\Local\nbenv"
LAUNCHER = "nbenv.kernel.launcher"

CELLS = (
    "import six; print(six.__version__)",
    '%nbenv install "tabulate>=0.8"',
    '!pip install "wrapt<2,>=1"',
    "import tabulate, wrapt; print('imported')",
    "import os; print('server', os.environ['NBENV_SERVER'].partition(':')[2] == str(os.getppid()))",
)


def test_commands_and_encodings(wine: Wine, notebook_there: str) -> None:
    verbs = ("status", "list", "tree", "why six", "status --json", "envs", "doctor")
    # Before the tests that make more environments: for each file that envs counts, Wine takes 3 ms.
    out = wine.script("verbs.py", *verbs, timeout=600)
    results = re.findall(r"^(\S.*) -> (\d+) [\d.]+s (\S+)", out, re.MULTILINE)
    assert len(results) == len(verbs)
    assert {status for _, status, _ in results} == {"0"}, out
    assert {how for words, _, how in results if words.endswith("--json")} == {"utf8"}


def test_a_kernel_is_interrupted_restarted_and_ended(wine: Wine, notebook_there: str) -> None:
    out = wine.script("cells.py", "nbenv", notebook_there, *CELLS)
    assert "1.16.0" in out
    assert "Installed tabulate" in out
    assert "Installed wrapt 1." in out
    assert "imported\n" in out
    assert "interrupt: ('ok', 'interrupted" in out
    assert re.search(r"restarted \d", out)
    assert wine.left() == []


def test_a_killed_launcher_takes_its_kernel_along(wine: Wine, notebook_there: str) -> None:
    out = wine.script("kill.py", "nbenv", notebook_there)
    assert "restart(now) ok" in out
    assert wine.left() == []


def is_building(commands: list[str]) -> bool:
    return any("uv.exe" in command for command in commands)


def test_a_build_is_interrupted_and_killed(wine: Wine, notebook_there: str) -> None:
    steps = wine.drive / "work" / "steps"
    shutil.rmtree(steps, ignore_errors=True)
    steps.mkdir()
    with ThreadPoolExecutor(1) as pool:
        script = pool.submit(wine.script, "interrupt_build.py")
        try:
            wine.wait_until(is_building, "a build begins")
            (steps / "interrupt").touch()
            wine.wait_until(lambda commands: not is_building(commands), "the build ends")
            # The launcher stays without it, and says in each cell why it waits, until it is killed.
            for _ in range(15):
                assert not is_building(found := wine.running())
                assert any(LAUNCHER in command for command in found)
                time.sleep(0.2)
        finally:
            for name in ("interrupt", "kill"):
                (steps / name).touch()
        script.result()
    assert wine.left() == []


def test_a_loaded_library_is_left_alone(wine: Wine, notebook_there: str) -> None:
    out = wine.script("loaded.py", timeout=400)
    assert "imported 1.16.0" in out
    assert "Restart the kernel to move into it." in out
    assert wine.left() == []
    done = wine.nbenv("status", r"C:\work\loaded.ipynb", "--json")
    assert "wrapt==1.17.0" in json.loads(done.out)["requirements"]


def test_files_that_others_read_are_written(wine: Wine, notebook_there: str) -> None:
    out = wine.script("contend.py")
    assert re.search(r"reader: [1-9]\d* reads, 0 found nothing", out)
    assert re.search(r"writer: [1-9]\d* writes, 0 failed", out)


def test_verify_removes_its_room(wine: Wine, notebook_there: str) -> None:
    def rooms() -> set[str]:
        return {path.name for path in wine.temporary.glob("nbenv-*")}

    before = rooms()
    done = wine.nbenv("verify", notebook_there, timeout=400)
    assert done.status == 0, done.out
    assert "1 of 1 notebook verified" in done.out
    assert rooms() <= before


def test_a_server_its_sessions_and_a_job_that_is_stopped(wine: Wine, notebook_there: str) -> None:
    out = wine.script("srv.py", timeout=400, NBENV_HOME=HOME)
    assert "(must not, a server has it open): False" in out
    assert re.search(r"stop \(20\d", out)
    [after] = re.findall(r"^after stop (.*)$", out, re.MULTILINE)
    assert "pandas" not in after
    assert wine.left() == []


def test_places_are_on_the_machine_and_closed_to_others(wine: Wine) -> None:
    out = wine.script("places.py")
    assert f"home {HOME}\n" in out
    assert "entries 2\n" in out  # this user, and the administrators
    assert re.search(r"^identifier A-long-name-[0-9a-f]{8}$", out, re.MULTILINE)
    assert "one key True True\n" in out
    assert "part Sub\\a.ipynb\n" in out
