"""The hooks that Python starts with in the host's environment: what they import and change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
HOOKS = ROOT / "nbenv" / "kernel" / "client" / "import_hooks.py"
LINE = (ROOT / "jupyter-config" / "nbenv_clients.pth").read_text(encoding="utf-8").strip()


def run(code: str, folder: Path) -> str:
    """Run code in a Python that has read the file, with a folder of modules."""
    shutil.copy(HOOKS, folder / "nbenv_clients.py")
    start = f"import sys; sys.path.insert(0, {str(folder)!r})\n{LINE}\n"
    command = [
        sys.executable,
        "-S",
        "-c",
        f"import sys; sys.path.append({str(ROOT)!r})\n{start}{code}",
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_it_is_one_line_that_python_executes() -> None:
    assert LINE.startswith("import ")
    assert "\n" not in LINE


def test_a_python_imports_next_to_nothing(tmp_path: Path) -> None:
    code = "print(sorted(name for name in sys.modules if name.startswith('nbenv')))"
    assert run(code, tmp_path) == "['nbenv_clients']"
    assert run("print('logging' in sys.modules)", tmp_path) == "False"


def test_without_nbenv_nothing_is_said() -> None:
    done = subprocess.run([sys.executable, "-S", "-I", "-c", LINE], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("content", ["", "class CaptureShell: pass"])
def test_a_program_is_imported_whatever_it_has(content: str, tmp_path: Path) -> None:
    (tmp_path / "execnb").mkdir()
    (tmp_path / "execnb" / "__init__.py").touch()
    (tmp_path / "execnb" / "shell.py").write_text(content, encoding="utf-8")
    code = (
        "import execnb.shell as c\n"
        "print('exec_module' in vars(c.__loader__), 'CaptureShell' in vars(c))"
    )
    assert run(code, tmp_path) == f"False {bool(content)}"
