"""Habits of the repository: docstrings, mirrored unit tests, words, parameters, file sizes.

Each rule is a function of paths and texts, tried on made input below the tests of the real tree.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import nbenv

PACKAGE = Path(nbenv.__file__).parent
ROOT = Path(__file__).parents[2]
IS_CHECKOUT = (ROOT / "pyproject.toml").exists() and PACKAGE == ROOT / "nbenv"

DOCUMENTED = ("nbenv", "benchmarks", "tools", "tests")
QUESTIONS = ("What", "Which", "Whether", "How", "Where", "Who")
"""First words of a docstring that asks instead of naming the thing."""

LOGIC = 3
"""A module has logic if one of its functions has more statements than this."""
TESTED_ELSEWHERE = {
    "nbenv/__init__.py": "the version: tests/unit/test_version.py",
    "nbenv/__main__.py": "the entry of every command: tests/integration/cli runs it",
    "nbenv/export/__init__.py": "the table of formats: tests/unit/export/test_formats.py",
    **{
        f"nbenv/export/data/{name}.py": "runs in an image: tests/integration/export/test_runner.py"
        for name in (
            "headless",
            "kernel_process",
            "nbenv_image",
            "outputs",
            "result",
            "run_words",
            "stop_signals",
            "writable",
        )
    },
    "nbenv/workers/worker/nbenv_dask.py": "needs Dask: tests/workers/test_dask.py",
    "nbenv/workers/worker/nbenv_ipyparallel.py": "an engine: tests/workers/test_ipyparallel.py",
    **{
        f"nbenv/workers/drivers/{name}.py": "needs a cluster: tests/workers"
        for name in (
            "dask",
            "dask_nested",
            "dask_nodes",
            "dask_own",
            "ipyparallel",
            "spark_sessions",
        )
    },
    **{
        f"nbenv/containers/kubernetes/{name}.py": "a cluster: tests/engine/test_run_in_cluster.py"
        for name in ("cluster_run", "run_in_cluster", "sweep_in_cluster")
    },
    "nbenv/operations/running/sweep.py": "whole sweeps: tests/integration/cli/test_sweeps.py",
    **{
        f"nbenv/workers/clients/{name}.py": "needs a cluster: tests/workers/test_sweeps.py"
        for name in ("ray_rows",)
    },
}
"""Modules with logic whose tests are not at the mirrored place, each with the reason."""

WORDED = ("nbenv/", "labextension/src/", "docs/", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
NAMES_OF_OTHERS = "nbenv/core/import_"
"""The tables of import names, whose words are not ours."""
OLD_WORDS = {
    r"(?i)\bI?wish(es)?\b": "InstallRequest",
    r"\bManners?\b": "ChangeOptions",
    r"(?i)\brungs?\b": "Fallback",
    r"\bSynced\b": "SyncResult",
    r"\bbring\(": "sync_environment",
    r"(?i)\bholding[ _-]?kernels?\b": "waiting kernel",
    r"(?i)\bstand[_-]ins?\b|\bStandIn": "placeholder",
    r"(?i)\bdonors?\b|\bshel(f|ves)\b": "bytecode cache",
    r"\b[Tt]he strip\b|(?<![\w-])Strip\b|\bstrip\.tsx?\b|/strip['\"]": "notice bar",
    r"\.odd\b|\bdef odd\b|^\s+odd:": "mismatched",
    r"\bclass Target\b": "NotebookRef",
    r"\bclass Document\b(?! implements)": "NotebookSnapshot",
    r"\bclass Look\b": "IntegrityReport",
    r"\bclass Wanted\b": "SyncGoal or FoundRequirement",
}
"""Words of the glossary that were replaced, and what to say instead."""

MOST_POSITIONAL = 5
LARGE = 1_000_000
KNOWN_LARGE: frozenset[str] = frozenset()
"""Files of more than a megabyte that belong in the repository."""

NAMED = re.compile(
    r"from (?P<package>nbenv[\w.]+) import (?P<name>\w+)|(?:^|-m )(?P<module>nbenv\.\w+\.[\w.]+)$"
)
"""A module of nbenv in a text that runs it: imported, run with ``-m``, or the whole text."""

# Put together here, so that this file does not name them.
REGISTRIES = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
    )
]
_PARTS = (("work", "main"), ("work", "shared"), ("work", "wt"), ("tmp", "dev"), ("tmp", "v_"))
FOLDERS = ["/".join(("", *parts)) for parts in _PARTS]

in_a_checkout = pytest.mark.skipif(not IS_CHECKOUT, reason="runs in a checkout")


# -- the rules


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def undocumented(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the modules without a docstring, or with one that asks; an empty file needs none."""
    for path in paths:
        tree = parsed(path)
        docstring = ast.get_docstring(tree)
        if docstring is None:
            if tree.body:
                yield f"{path}: no docstring"
        elif re.match(rf"({'|'.join(QUESTIONS)})\b", docstring):
            yield f"{path}: {docstring.splitlines()[0]}"


def asking(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the classes and functions whose docstring asks; that of a predicate says Whether."""
    words = "|".join(set(QUESTIONS) - {"Whether"})
    for path in paths:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef | Function):
                docstring = ast.get_docstring(node) or ""
                if re.match(rf"({words})\b", docstring):
                    yield f"{path}: {node.name}: {docstring.splitlines()[0]}"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[tuple[Function, bool]]:
    """Yield each function, and whether it gets its object or class as the first argument."""
    for parent in ast.walk(tree):
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, Function):
                names = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
                yield node, isinstance(parent, ast.ClassDef) and "staticmethod" not in names


def has_logic(tree: ast.Module) -> bool:
    """Return whether a function has more than three statements, docstrings aside."""
    for function, _ in functions(tree):
        statements = [each for each in ast.walk(function) if isinstance(each, ast.stmt)]
        docstring = ast.get_docstring(function) is not None
        if len(statements) - 1 - docstring > LOGIC:
            return True
    return False


def unit_test_of(name: str) -> str:
    """Return the path of the unit tests of a module, both relative to the repository."""
    path = Path(name)
    return Path("tests/unit", *path.parts[1:-1], f"test_{path.name}").as_posix()


def untested(root: Path) -> Iterator[str]:
    """Yield the modules with logic that have no file in ``tests/unit``."""
    for path in sorted((root / "nbenv").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        is_built = name.startswith("nbenv/labextension/")
        if not is_built and has_logic(parsed(path)) and not (root / unit_test_of(name)).exists():
            yield name


def found(text: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text that hold one of the names, with their numbers."""
    folded = [name.casefold() for name in names]
    for number, line in enumerate(text.splitlines(), 1):
        if any(name in line.casefold() for name in folded):
            yield f"{number}: {line.strip()[:100]}"


def machine_paths() -> list[str]:
    """Return the absolute paths that belong to one machine, this one included."""
    own = [ROOT, Path.home(), *([Path(sys.prefix)] if sys.prefix != sys.base_prefix else [])]
    return [*FOLDERS, *(str(path) for path in own if len(path.parts) > 2)]


def old_words(text: str) -> Iterator[str]:
    """Yield each line that holds a replaced word, with the word to use."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, instead in OLD_WORDS.items():
            if re.search(pattern, line):
                yield f"{number}: say {instead}: {line.strip()[:100]}"


def long_signatures(tree: ast.Module) -> Iterator[str]:
    """Yield the functions that take too many positional parameters."""
    for function, is_bound in functions(tree):
        taken = len(function.args.posonlyargs) + len(function.args.args) - is_bound
        if taken > MOST_POSITIONAL:
            yield f"{function.name} takes {taken}"


def exists(name: str, package: Path) -> bool:
    """Return whether a dotted name is one of nbenv's modules."""
    path = package.joinpath(*name.split(".")[1:])
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def absent_modules(tree: ast.Module, package: Path) -> Iterator[str]:
    """Yield names of nbenv's modules that are wrong in texts, such as code for another process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in NAMED.finditer(node.value):
                name = found["module"] or f"{found['package']}.{found['name']}"
                is_called = found["name"] and f"{found['name']}(" in node.value  # no module then
                is_module = not is_called and exists(name, package)
                if not is_module and not _defines(name, package):
                    yield f"{node.lineno}: {found[0]}"


def _defines(name: str, package: Path) -> bool:
    parent, _, last = name.rpartition(".")
    path = package.joinpath(*parent.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.exists() and re.search(rf"\b{last}\b", file.read_text(encoding="utf-8")) is not None


# -- this repository


def listed() -> list[Path]:
    """Return the files of the repository, new ones included."""
    if not IS_CHECKOUT or shutil.which("git") is None:
        pytest.skip("runs in a checkout")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    done = subprocess.run(
        [*command, "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("runs in a checkout")
    paths = [ROOT / name for name in sorted(set(done.stdout.split("\0"))) if name]
    return [path for path in paths if path.is_file()]


def assert_none(wrong: Iterable[str]) -> None:
    """Fail with one line for each thing that is wrong."""
    lines = list(wrong)
    assert not lines, "\n".join([f"{len(lines)} wrong:", *lines])


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each text file."""
    for path in listed():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@in_a_checkout
def test_module_docstrings_name_what_a_module_is() -> None:
    paths = [path for path in listed() if path.suffix == ".py"]
    own = [path for path in paths if path.relative_to(ROOT).parts[0] in DOCUMENTED]
    assert_none(undocumented(own))


def test_docstrings_name_what_a_class_or_function_is() -> None:
    assert_none(asking(p for p in PACKAGE.rglob("*.py") if "labextension" not in p.parts))


@in_a_checkout
def test_unit_tests_mirror_the_tree() -> None:
    assert_none(name for name in untested(ROOT) if name not in TESTED_ELSEWHERE)


@in_a_checkout
def test_every_exception_of_the_mirror_is_needed() -> None:
    assert set(TESTED_ELSEWHERE) <= set(untested(ROOT))


def test_nothing_names_a_machine_or_a_registry() -> None:
    names = [*machine_paths(), *REGISTRIES]
    assert_none(f"{name}:{line}" for name, text in texts() for line in found(text, names))


def test_replaced_words_stay_away() -> None:
    worded = (each for each in texts() if each[0].startswith(WORDED))
    ours = (each for each in worded if not each[0].startswith(NAMES_OF_OTHERS))
    assert_none(f"{name}:{line}" for name, text in ours for line in old_words(text))


def test_functions_take_few_positional_parameters() -> None:
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if "labextension" not in path.parts]
    assert_none(f"{path}: {each}" for path in paths for each in long_signatures(parsed(path)))


@in_a_checkout
def test_texts_name_modules_that_exist() -> None:
    paths = [path for path in listed() if path.suffix == ".py" and path != Path(__file__)]
    own = [(path, absent_modules(parsed(path), PACKAGE)) for path in paths]
    assert_none(f"{path}:{each}" for path, wrong in own for each in wrong)


def test_no_large_file_is_kept() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in listed()}
    large = {name for name, size in sizes.items() if size > LARGE}
    assert large == KNOWN_LARGE


# -- the rules bite


def module(folder: Path, text: str, name: str = "made.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ('"""Locks of notebooks."""\n', False),
        ('"""Whatever a front end saves."""\n', False),
        ("", False),
        ('"""What a lock is."""\n', True),
        ('"""How: by asking."""\n', True),
        ("x = 1\n", True),
    ],
)
def test_a_docstring_is_read(text: str, is_wrong: bool, tmp_path: Path) -> None:
    assert bool(list(undocumented([module(tmp_path, text)]))) == is_wrong


@pytest.mark.parametrize(
    ("docstring", "is_wrong"),
    [("What it is.", True), ("How it ends.", True), ("Whether it is.", False), ("The end.", False)],
)
def test_a_docstring_that_asks_is_found(docstring: str, is_wrong: bool, tmp_path: Path) -> None:
    for head in ("class A:", "def a():", "async def a():"):
        text = f'"""A module."""\n{head}\n    """{docstring}"""\n'
        assert bool(list(asking([module(tmp_path, text)]))) == is_wrong


WITH_LOGIC = (
    "def f(x):\n    '''Text.'''\n    for y in x:\n        a = y\n        b = a\n    return b\n"
)
WITHOUT_LOGIC = (
    "class A:\n    def f(self):\n        '''Text.'''\n        a = b = 1\n        return a\n"
)


def test_a_missing_unit_test_is_found(tmp_path: Path) -> None:
    module(tmp_path, WITH_LOGIC, "nbenv/core/lock.py")
    module(tmp_path, WITHOUT_LOGIC, "nbenv/core/names.py")
    module(tmp_path, WITH_LOGIC, "nbenv/adopt/records/juv.py")
    module(tmp_path, "", "tests/unit/core/test_lock.py")
    assert list(untested(tmp_path)) == ["nbenv/adopt/records/juv.py"]
    module(tmp_path, "", "tests/unit/adopt/records/test_juv.py")
    assert list(untested(tmp_path)) == []


@pytest.mark.parametrize("name", [*REGISTRIES, *FOLDERS, str(ROOT)])
def test_a_forbidden_name_is_found(name: str) -> None:
    names = [*machine_paths(), *REGISTRIES]
    text = f"first\nsee https://x.{name.upper()}/simple\n"
    assert [line[:2] for line in found(text, names)] == ["2:"]
    assert list(found("https://host.invalid/simple, /opt/venv", names)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from nbenv.operations import Wish",
        "wish = parse(words)",
        "  wish: IWish;",
        "    manner: Manner",
        "class Synced:",
        "yield from bring(document)",
        "the holding kernel answers",
        "class HoldingKernel:",
        "a stand-in until then",
        "files of a donor",
        "the shelf keeps them",
        "import { Bar } from './strip';",
        "Closes the strip.",
        "if environment.odd:",
        "    odd: bool",
        "class Target:",
        "class Document(Mapping):",
    ],
)
def test_an_old_word_is_found(line: str) -> None:
    assert len(list(old_words(f"first\n{line}"))) == 1


def test_plain_english_is_no_old_word() -> None:
    text = "text.strip()\nin this manner they bring (at last) an odd number\nclass DocumentModel\n"
    text += "this.addClass('jp-nbenv-Strip');\nclass Document implements IDocument {\n"
    assert list(old_words(text)) == []


@pytest.mark.parametrize(
    ("signature", "is_long"),
    [
        ("def f(a, b, c, d, e, *, g, h): ...", False),
        ("class A:\n    def f(self, a, b, c, d, e): ...", False),
        ("class A:\n    @classmethod\n    async def f(cls, a, b, c, d, e): ...", False),
        ("def f(a, b, /, c, d, e, g): ...", True),
        ("class A:\n    @staticmethod\n    def f(a, b, c, d, e, g): ...", True),
        ("class A:\n    def f(self, a, b, c, d, e, g): ...", True),
        ("def f():\n    def g(a, b, c, d, e, h=1): ...", True),
    ],
)
def test_a_long_signature_is_found(signature: str, is_long: bool) -> None:
    assert bool(list(long_signatures(ast.parse(signature)))) == is_long


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("nbenv.cli.main", False),
        ("import sys; from nbenv.cli.main import main; main()", False),
        ("python -m nbenv.cli.main", False),
        ("nbenv.cli.absent", True),
        ("from nbenv.cli import main", False),
        ("from nbenv.cli import main; main()", True),
        ("from nbenv.cli.main import absent", True),
        ("python -m nbenv.absent.main", True),
    ],
)
def test_a_module_that_moved_is_found(text: str, is_wrong: bool, tmp_path: Path) -> None:
    module(tmp_path, "", "cli/__init__.py")
    module(tmp_path, "def main(): ...", "cli/main.py")
    assert bool(list(absent_modules(ast.parse(f"x = {text!r}"), tmp_path))) == is_wrong
