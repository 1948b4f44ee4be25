"""Every Python that nbenv starts or configures imports nothing from its working directory."""

from __future__ import annotations

import ast
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import nbenv
from nbenv.core.python_command import main_command, module_command
from nbenv.kernel.guest import boot
from nbenv.operations.git_driver import settings

ROOT = Path(nbenv.__file__).parent
REPOSITORY = ROOT.parent
KERNELSPEC = REPOSITORY / "jupyter-config" / "kernels" / "nbenv" / "kernel.json"
OLD = Path.home() / ".pyenv" / "versions" / "3.10.13" / "bin" / "python"
PYTHONS = [
    Path(sys.executable),
    pytest.param(OLD, marks=pytest.mark.skipif(not OLD.exists(), reason="no Python 3.10 here")),
]
MODULES = ("nbenv", "pip", "runpy", "json", "os", "multiprocessing", "importlib", "encodings")
IN_CONTAINERS = {
    "export/dockerfile.py", "export/image_steps.py", "export/binder.py",
    "export/data/kernel_process.py", "export/data/nbenv_image.py",
}  # fmt: skip
"""What these write runs in an image, on nothing but that image's files."""
ON_WORKERS = {"workers/worker/nbenv_dask.py", "workers/worker/nbenv_install.py"}
"""What runs on a cluster's workers, where nbenv is not: in isolated mode, or as Dask starts it."""
STARTERS = {"run", "Popen", "call", "check_call", "check_output", "execv", "execve", "execvp",
            "execvpe", "spawnv", "spawnve", "system", "popen", "posix_spawn",
            "create_subprocess_exec", "create_subprocess_shell"}  # fmt: skip


# -- no command is made in another way


def _sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "labextension" not in path.parts and name not in IN_CONTAINERS | ON_WORKERS:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _is_own_python(node: ast.AST) -> bool:
    return ast.unparse(node) in ("sys.executable", "host", "python()") or (
        isinstance(node, ast.Constant) and node.value in ("python", "python3")
    )


def unsafe(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that hold words of a command by which a Python would import from its folder.

    They are lists and tuples that begin with an interpreter and hold more words, and the parts of
    the standard library that start a Python by themselves.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple) and node.elts:
            words = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            first = node.elts[0]
            has_more = len(node.elts) > 1 and isinstance(node.elts[1], ast.Starred)
            own = ast.unparse(first) != "host" or {"-m", "-c"} & set(words)
            if own and _is_own_python(first) and (has_more or {"-m", "-c"} & set(words)):
                yield node.lineno
        elif isinstance(node, ast.JoinedStr | ast.Constant):
            text = ast.unparse(node)
            if isinstance(node, ast.JoinedStr) and " -m nbenv" in text:
                yield node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            if names & {"multiprocessing", "ProcessPoolExecutor", "venv", "ensurepip"}:
                yield node.lineno
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] in STARTERS
            and any(ast.unparse(each) == "sys.executable" for each in node.args)
            and "main_command" not in ast.unparse(node)
        ):
            yield node.lineno


def test_all_commands_come_from_one_place() -> None:
    allowed = {"core/python_command.py", "kernel/guest/host_python.py"}
    found = [f"{name}:{line}" for name, tree in _sources() if name not in allowed
             for line in unsafe(tree)]  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run([sys.executable, '-m', 'pip'])",
        "x = (sys.executable, '-c', 'import nbenv')",
        "os.execve(host, [host, '-m', 'nbenv.kernel.launcher'], {})",
        "f'{python} -m nbenv git-text'",
        "import multiprocessing",
        "from concurrent.futures import ProcessPoolExecutor",
        "os.execve(sys.executable, words, {})",
    ],
)
def test_a_new_one_would_be_found(code: str) -> None:
    assert list(unsafe(ast.parse(code)))


def test_guests_make_the_same_command() -> None:
    host = boot.load("host_python")
    for module in ("nbenv.__main__", "nbenv.kernel.launcher"):
        assert host.command(module) == main_command(host.python(), module)


# -- what they do


def kernelspec_words() -> list[str]:
    words = json.loads(KERNELSPEC.read_text(encoding="utf-8"))["argv"]
    assert words[1:3] == main_command("python", "nbenv.kernel.launcher")[1:]
    return list(words)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every command: what the kernelspec and git are given, and what nbenv starts."""
    yield "kernelspec", [*kernelspec_words()[:-1], "absent.json"]
    for name, command in settings().items():
        if name != "merge.nbenv.name":
            yield name, [*shlex.split(command.partition(" %O")[0]), *("x",) * 4]
    modules = ("nbenv.__main__", "nbenv.cli.main", "nbenv.kernel.make_spare",
               "nbenv.kernel.save_bytecode", "nbenv.operations.verify")  # fmt: skip
    for module in modules:
        yield module, main_command("python", module, "--version")
    yield "pip", module_command("python", "pip", "--version")


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """Return a folder with modules of the names that are imported, each of which leaves a file."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    text = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__)\nraise SystemExit(99)\n"
    for name in MODULES:
        (folder / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (folder / name / file).write_text(text, encoding="utf-8")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def start(words: Sequence[str], folder: Path) -> str:
    environ = {
        name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"
    } | {
        "PYTHONPATH": str(REPOSITORY), "NBENV_HOME": str(folder.parent / "home"),
        "NBENV_BACKGROUND": "0", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    done = subprocess.run(
        words, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    return f"{done.stdout}{done.stderr}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("name", "words"), list(commands()), ids=lambda each: str(each)[:24])
def test_the_working_directory_is_not_imported_from(
    name: str, words: list[str], python: Path, littered: Path
) -> None:
    if name in ("kernelspec", "nbenv.kernel.make_spare"):  # their imports are what matters
        words = [words[0], "-c", words[2].replace("sys.exit(main())", "print(main)")]
    said = start([str(python), *words[1:]], littered)
    assert not (littered.parent / "ran").exists(), said


@pytest.mark.parametrize("python", PYTHONS)
def test_the_traps_work(python: Path, littered: Path) -> None:
    start([str(python), "-m", "nbenv"], littered)
    if python == OLD or sys.version_info < (3, 11) or not os.environ.get("PYTHONSAFEPATH"):
        assert (littered.parent / "ran").exists()


def test_pythonpath_keeps_its_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tool.py").write_text("def main():\n    print(__file__)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = subprocess.run(
        main_command(sys.executable, "tool"), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(tmp_path / "tool.py")
