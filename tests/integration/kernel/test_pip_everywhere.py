"""No pip line of a cell reaches another environment, however it is written.

One kernel runs all of them, each with a package of its own: it is installed into the notebook's
environment, recorded, and imported by the running kernel. The host's packages stay as they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.index import LocalIndex
from tests.support.kernels import Kernel, kernel
from tests.support.mirror import fetch
from tests.support.wheels import make_project

SHELL = [
    "!pip install {}", "!pip3 install {}", "!uv pip install {}", "!python -m pip install {}",
    "!python3 -m pip install {}", "!{{sys.executable}} -m pip install {}",
    "!{{sys.prefix}}/nbenv.scripts/pip install {}", "!for p in {}; do pip install $p; done",
    "!if true; then pip install {}; fi", "!(pip install {})", "!VAR=1 pip install {}",
    "!bash -c 'time pip install {}'",
    "!cd / && pip install {} 2>&1 | cat",
    "!echo {} | xargs pip install",
    "!env -i PATH=$PATH PIP_INDEX_URL=$PIP_INDEX_URL pip install {}",
    "!easy_install {}",
    "!sudo -H pip install {}", "!sudo -u root VAR=1 pip install {}",
    "!sudo python -m pip install {}", "!bash -lc 'pip install {}'",
    "!{{host}} -m pip install {}", "!PATH={{os.path.dirname(host)}}:/usr/bin:/bin pip install {}",
    "!python -m uv pip install {}", "%%bash --login\nset -e\npip3 install -q {}",
    "!unset VIRTUAL_ENV; pip install {}", "%%bash\npip install {}", "%%sh\npip install {}",
    "%%script bash\npip install -q {}",
    "%%script python\nimport pip; assert pip.main(['install', '{}']) == 0",
    "%%system\npip install {}", "%sx pip install {}", "lines = !pip install {}",
]  # fmt: skip
MAGIC = [
    "%pip install {}", "%pip3 install {}", "pip3 install {}",
    "%uv pip install {}", "%pip install {} | cat", "%pip install -q {};",
    "%pip install {}>=0.1 2>&1 > /dev/null", "%pip install {} && echo done",
    "name = '{}'\n%pip install $name", "name = '{}'\n%uv pip install {{name}} | tail -1",
]  # fmt: skip
PROGRAM = [
    "assert os.system('pip install {}') == 0", "os.popen('pip install {}').read()",
    "subprocess.run('pip install {}', shell=True, check=True)",
    "subprocess.check_call(['pip', 'install', '{}'])",
    "subprocess.check_call([sys.executable, '-m', 'pip', 'install', '{}'])",
    "subprocess.Popen(['python', '-m', 'pip', 'install', '{}']).wait()",
    "process = await asyncio.create_subprocess_shell('pip install {}')\nawait process.wait()",
    "process = await asyncio.create_subprocess_exec('uv', 'pip', 'install', '{}')\n"
    "await process.wait()",
    "import pip\nassert pip.main(['install', '{}']) == 0",
    "from pip._internal import main\nassert main(['install', '{}']) == 0",
    "from pip._internal.cli.main import main\nassert main(['install', '{}']) == 0",
    "code = \"import runpy, sys; sys.argv[1:] = ['install', '{}']; \"\n"
    "code += \"runpy.run_module('pip', run_name='__main__')\"\n"
    "subprocess.run([sys.executable, '-c', code], check=True)",
    "import runpy\nsys.argv = ['pip', 'install', '{}']\n"
    "try:\n    runpy.run_module('pip', run_name='__main__')\nexcept SystemExit as end:\n"
    "    assert not end.code",
    "from multiprocessing import get_context\nimport pip\n"
    "child = get_context('fork').Process(target=pip.main, args=(['install', '{}'],))\n"
    "child.start(); child.join()",
    "open('setup_me.py', 'w').write('import os; os.system(\"pip install {}\")')\n"
    "subprocess.run(['python', 'setup_me.py'], check=True)",
]  # fmt: skip
LINES = [*SHELL, *MAGIC, *PROGRAM]
NAMES = [f"pack{number}" for number in range(len(LINES))]
EXTRA = ("cleared1", "cleared2", "cleared3", "late", "versioned", "fetched", "real1", "real2")


@dataclass(frozen=True)
class Machine:
    """A running kernel, its notebook, and the environment variables that it was started with."""

    running: Kernel
    notebook: Path
    environ: dict[str, str]

    def requirements(self) -> list[str]:
        """Return the requirements that the notebook records."""
        document = json.loads(self.notebook.read_text(encoding="utf-8"))
        found: list[str] = document["metadata"].get("nbenv", {}).get("requirements", [])
        return found


def host_packages() -> list[str]:
    """Return what is installed for the host, and its programs."""
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("scripts"))
    return sorted(
        name for folder in folders for name in os.listdir(folder) if name != "__pycache__"
    )


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("everywhere")
    with LocalIndex(fetch(folder / "index", "pip", other_python=False)) as index:
        for name in (*NAMES, *EXTRA):
            index.wheel(name, "1.0")
        index.wheel("versioned", "2.0")
        environ = {
            "NBENV_HOME": str(folder / "home"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
        }
        notebook = write_notebook(folder / "notebooks" / "work.ipynb", "1")
        before, back = host_packages(), os.getcwd()
        os.chdir(notebook.parent)
        try:
            with kernel(notebook, **environ) as running:
                running.ok(f"import asyncio, os, subprocess, sys; host = {sys.executable!r}")
                yield Machine(running, notebook, environ)
        finally:
            os.chdir(back)
        assert host_packages() == before


@pytest.mark.parametrize(("line", "name"), list(zip(LINES, NAMES, strict=True)), ids=LINES)
def test_it_installs_into_the_notebook(machine: Machine, line: str, name: str) -> None:
    code = line.format(name)
    text = machine.running.ok(code)
    assert "\x1b" not in text
    assert "\r\x1b" not in text.replace("\r\n", "\n")
    machine.running.ok(f"import {name}")
    assert any(each.startswith(name) for each in machine.requirements())


def test_cells_that_remove_the_environment_variables(machine: Machine) -> None:
    machine.running.ok("kept = dict(os.environ)\nos.environ.clear()\n!pip install cleared1")
    machine.running.ok("%pip install cleared2\nos.environ.clear()")
    try:
        machine.running.ok("subprocess.run(['pip', 'install', 'cleared3'], check=True)")
    finally:
        machine.running.ok("os.environ.update(kept)")
    assert {"cleared1", "cleared2", "cleared3"} <= {*machine.requirements()}


def test_a_package_is_there_within_the_cell_that_installs_it(machine: Machine) -> None:
    code = (
        "try:\n    import late\nexcept ImportError:\n"
        "    os.system('pip install late')\n    import late\nprint(late.__name__)"
    )
    assert machine.running.ok(code).endswith("late\n")


def test_an_editable_project_relative_to_the_shells_folder(machine: Machine) -> None:
    """Its ``.pth`` file is read by the running kernel, within the cell."""
    make_project(machine.notebook.parent / "sub", "edited", "1.0")
    machine.running.ok("!cd sub/edited && pip install -e .\nimport edited")
    assert "edited @ ./sub/edited" in machine.requirements()


def test_what_only_a_restart_can_do_is_told_once_after_the_cell(machine: Machine) -> None:
    machine.running.ok("!pip install versioned==1.0\nimport versioned")
    code = "os.system('pip install -q versioned==2.0')\nprint('end')"
    note = "Restart the kernel to use versioned 2.0: 1.0 is already imported."
    text = machine.running.ok(code)
    assert text.index("end") < text.index(note)
    assert text.count(note) == 1
    assert note not in machine.running.ok("print(1)")


def test_statuses_and_streams_are_pips(machine: Machine) -> None:
    code = """
def pip(*words):
    done = subprocess.run(["pip", *words], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
print(json.dumps([pip("freeze"), pip("list", "--format", "json"), pip("install", "no-such-one"),
                  pip("show", "no-such-one"), pip("install", "--no-such-option", "a")]))
"""
    found = json.loads(machine.running.ok("import json" + code))
    (frozen, listed, missing, unshown, wrong) = found
    assert frozen[0] == 0
    assert all("==" in each or " @ " in each for each in frozen[1].splitlines()
               if not each.startswith("-e "))  # fmt: skip
    assert {each["name"] for each in json.loads(listed[1])} >= {"ipykernel"}
    assert (missing[0], missing[1], "no-such-one" in missing[2]) == (1, "", True)
    assert unshown[0] == 1
    assert wrong[0] == 2


def test_output_of_looks_goes_where_the_shell_says(machine: Machine) -> None:
    machine.running.ok("%pip freeze > requirements.txt")
    text = (machine.notebook.parent / "requirements.txt").read_text(encoding="utf-8")
    assert "ipykernel==" in text
    shown = machine.running.ok("%pip list | grep -c ipykernel")
    assert shown.strip() == "1"
    assert machine.running.ok("%uv pip list | wc -l").strip().isdigit()


def test_a_real_pip_in_the_environment_hands_its_installs_over_too(machine: Machine) -> None:
    machine.running.ok("%pip install pip")
    machine.running.ok("!{sys.prefix}/bin/pip install real1 && python -m pip install real2")
    machine.running.ok("from pip._internal.commands import create_command\nimport real1, real2")
    assert {"real1", "real2"} <= {*machine.requirements()}
    text = machine.running.ok("!pip download -q --no-deps -d downloaded late; ls downloaded")
    assert "late-1.0-py3-none-any.whl" in text
    machine.running.ok("!pip uninstall -y pip")


def test_errors_have_no_colour_codes(machine: Machine) -> None:
    for line in ("%pip list --no-such-option", "!pip list --no-such-option"):
        text = machine.running.run(line)[1]
        assert "no-such-option" in text
        assert "\x1b" not in text
        assert r"\x1b" not in text


# -- other environments


def test_a_virtual_environment_of_ones_own(machine: Machine) -> None:
    """Its pip is its own, by its path and when it is activated; without a pip, nothing is hit."""
    before = machine.requirements()
    text = machine.running.ok(
        "!uv venv -q own --python {sys.executable} && uv pip install -q --python own fetched\n"
        "!uv pip list -q --python own; . own/bin/activate && pip install late; uv pip list -q"
    )
    assert text.count("fetched") == 2
    assert "is active, and it has no pip of its own." in text
    assert machine.requirements() == before


def test_an_environment_of_ones_own_for_another_pip(machine: Machine) -> None:
    """One made with pip, by its path and by its activated name: nothing is handed over."""
    before = machine.requirements()
    text = machine.running.ok(
        "!{host} -m venv theirs && theirs/bin/pip install -q fetched\n"
        "!theirs/bin/python -m pip list; . theirs/bin/activate && pip uninstall -y fetched"
    )
    assert (text.count("fetched "), "uninstalled fetched-1.0" in text) == (2, True)
    assert "ipykernel" not in text
    assert machine.requirements() == before


CHILD = """
import json, sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1])
def show(message):
    print(message["content"].get("text", ""), end="")
client.execute_interactive("import sys; print(sys.prefix)", output_hook=show)
client.execute_interactive(
    "!pip --version; python -m pip --version; uv pip show nbclient", output_hook=show)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""


def test_another_kernel_that_a_cell_starts_has_its_own_pip(machine: Machine) -> None:
    """An ordinary one of the host; it inherits the variables of the notebook's kernel."""
    (machine.notebook.parent / "child.py").write_text(CHILD, encoding="utf-8")
    text = machine.running.ok(f"!{sys.executable} child.py python3 2>/dev/null")
    assert text.splitlines()[0].strip() == sys.prefix
    assert text.count(f"from {sysconfig.get_path('purelib')}") == 2
    assert "Name: nbclient" in text


def test_conda_changes_no_other_environment(machine: Machine) -> None:
    folder = machine.notebook.parent / "conda"
    folder.mkdir()
    (folder / "conda").write_text("#!/bin/sh\necho conda: $*\n", encoding="utf-8")
    (folder / "conda").chmod(0o755)
    machine.running.ok(f"os.environ['PATH'] += ':{folder}'")
    assert "conda: list -n x" in machine.running.ok("!conda list -n x")
    assert "conda: list" in machine.running.ok("%conda list")
    assert "Use %nbenv install torch, which" in machine.running.ok("!conda install -y pytorch")
    for line in ("%conda install -y pytorch", "conda install -y pytorch", "%mamba remove x"):
        status, text = machine.running.run(line)
        assert status == "error"
        assert "cannot change this notebook's environment" in text


def test_an_ordinary_kernel_of_the_host_keeps_its_pip() -> None:
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]  # as where it is activated
    with kernel(name="python3", PATH=os.pathsep.join(folders)) as running:
        assert f"from {sysconfig.get_path('purelib')}" in running.ok("!pip --version")
        assert f"from {sysconfig.get_path('purelib')}" in running.ok("%pip --version")


def test_outside_of_kernels_the_environments_python_records_too(machine: Machine) -> None:
    """As an IDE calls it, with nothing of nbenv's in its variables."""
    prefix = machine.running.ok("print(sys.prefix)").strip()
    environ = {name: value for name, value in machine.environ.items() if name != "NBENV_HOME"}
    done = subprocess.run(
        [f"{prefix}/bin/python", "-m", "pip", "install", "fetched"],
        env={**os.environ, **environ}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("Installed fetched 1.0.")
    assert "fetched" in machine.requirements()
    machine.running.ok("import fetched")
