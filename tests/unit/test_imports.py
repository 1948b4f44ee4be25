"""The tree is the architecture: imports point one way, rooms stay small, names stay unique."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import nbenv

ROOT = Path(nbenv.__file__).parent
FLOORS = (
    {"errors", "_version"},
    {"core"},
    {"progress", "notebook", "home", "git", "installer"},
    {"environments", "adopt"},
    {"engine"},
    {"operations", "export", "containers", "workers"},
    {"cli", "kernel", "server"},
)
"""A room imports from the floors before its own; the rooms of one floor leave each other alone."""
BESIDE = {
    ("installer", "progress"): "what takes time says how far it is, in one protocol",
    ("installer", "home"): "home marks its scratch folders, and remembers hosts that get passwords",
    ("git", "home"): "git runs without a console window, as every program does",
    ("notebook", "home"): "files that other processes hold open are tried again in one way",
    ("containers", "export"): "an engine builds what export writes",
    ("containers", "operations"): "a sweep in a cluster continues one here: the index is the same",
    ("export", "workers"): "the bundle for workers is a format, too",
    ("workers", "export"): "what runs a notebook in an image runs it on a worker, too",
    ("server", "cli"): "what a page may ask for is read from the one table of commands",
}
"""Arrows between rooms of one floor, each with its reason."""
ENTRIES = {"__init__", "__main__"}
"""What Python and Jupyter start with, and which therefore reaches every floor."""
MOST_BESIDE_ROOMS = 6
MOST_IN_A_ROOM = 20
FEW = {"__future__", "_json"}
"""What a starting kernel imports beyond Python's own start and nbenv."""
OUTSIDE = {"io", "pkgutil", "subprocess", "socket", "shutil", "tempfile", "urllib.request"}
"""Modules by which code reaches files, processes, hosts and environment variables."""
OF_PATHS = {"exists", "glob", "iterdir", "read_bytes", "read_text", "unlink", "write_bytes"}
"""Methods of a path that reach the file."""
COMPUTE = {"os.path", "os.sep", "urllib.request.url2pathname"}
"""Names of those modules that only compute with text."""
TABLE = {"import_names": {"pkgutil.get_data"}}
"""What core reads after all: a table that is part of the package."""

Arrows = Mapping[str, set[str]]


# -- reading the tree


def python_files(root: Path) -> Iterator[Path]:
    yield from (p for p in sorted(root.rglob("*.py")) if "labextension" not in p.parts)


def dotted(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(name: str) -> str:
    return name.partition(".")[0] or "__init__"


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever and however it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # nbenv's own imports are absolute, so that a reader can search for them.
            base = f"{'.' * node.level}{node.module or ''}"
            names.update(f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _is_call_of(node, "import_module"):
            names.update(each.value for each in node.args if _is_text(each))
    return names


def _is_call_of(node: ast.Call, name: str) -> bool:
    return name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def relative(root: Path) -> list[str]:
    """Return the modules with relative imports, which `arrows` does not follow."""
    return [
        dotted(path, root)
        for path in python_files(root)
        if any(name.startswith(".") for name in imported(path))
    ]


def arrows(root: Path) -> dict[str, set[str]]:
    """Return what each module imports of nbenv, as the longest name that is a module."""
    known = {dotted(path, root): path for path in python_files(root)}
    found: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        for full in imported(path):
            if not full.startswith("nbenv."):
                continue
            parts = full.split(".")[1:]
            while parts and ".".join(parts) not in known:
                parts.pop()
            found[name].add(".".join(parts))
    return found


# -- the rules


def floor(name: str) -> int:
    found = [number for number, rooms in enumerate(FLOORS) if name in rooms]
    assert found, f"{name} is on no floor: give it a place in FLOORS"
    return found[0]


def wrong_arrows(found: Arrows) -> list[str]:
    """Return the arrows that point up, or between rooms of one floor without a reason."""
    wrong = []
    for source, targets in found.items():
        here = room(source)
        for there in {room(target) for target in targets if target} - {here}:
            if here in ENTRIES or (here, there) in BESIDE:
                continue
            if floor(there) >= floor(here):
                wrong.append(f"{source} imports {there}")
    return sorted(wrong)


def circles(found: Arrows) -> list[list[str]]:
    """Return the circles of modules, each once, where it closes."""
    closed: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, chain: list[str]) -> None:
        if name in chain:
            closed.append([*chain[chain.index(name) :], name])
        elif name not in done:
            for target in sorted(found.get(name, ())):
                walk(target, [*chain, name])
            done.add(name)

    for name in sorted(found):
        if name:
            walk(name, [])
    return closed


def twins(root: Path) -> list[str]:
    """Return the module names that occur twice; formats and records may be named like a room."""
    places = defaultdict(list)
    for path in python_files(root):
        name = dotted(path, root)
        free = path.stem in ENTRIES or ".records." in name or name.startswith("export.")
        if not free:
            places[path.stem].append(name)
    return sorted(f"{stem}: {', '.join(names)}" for stem, names in places.items() if len(names) > 1)


def crowded(root: Path) -> list[str]:
    """Return the rooms with more modules than a reader takes in."""
    counts: dict[Path, int] = defaultdict(int)
    for path in python_files(root):
        counts[path.parent] += path.stem not in ENTRIES or path.parent == root
    most = {root: MOST_BESIDE_ROOMS}
    return [
        f"{folder.name}: {count}"
        for folder, count in counts.items()
        if count > most.get(folder, MOST_IN_A_ROOM)
    ]


def test_imports_point_one_way() -> None:
    assert wrong_arrows(arrows(ROOT)) == []


def test_imports_are_absolute() -> None:
    assert relative(ROOT) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(arrows(ROOT)) == []


def test_no_two_modules_share_a_name() -> None:
    assert twins(ROOT) == []


def test_rooms_are_small() -> None:
    assert crowded(ROOT) == []


def test_every_exception_is_needed() -> None:
    used = {(room(s), room(t)) for s, ts in arrows(ROOT).items() for t in ts if t}
    assert set(BESIDE) <= used


# -- the rules bite


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("core/lock.py", "home/paths.py", "engine/document.py", "cli/main.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def write(tree: Path, name: str, text: str = "") -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_sound_tree_passes(tree: Path) -> None:
    write(tree, "engine/document.py", "from nbenv.home import paths\n")
    found = arrows(tree)
    assert (wrong_arrows(found), circles(found), twins(tree), crowded(tree)) == ([], [], [], [])


def test_an_upward_arrow_is_found_also_inside_a_function(tree: Path) -> None:
    write(tree, "core/lock.py", "def late():\n    from nbenv.cli.main import main\n")
    assert wrong_arrows(arrows(tree)) == ["core.lock imports cli"]


def test_an_upward_arrow_by_name_is_found(tree: Path) -> None:
    write(tree, "core/lock.py", "import importlib\nimportlib.import_module('nbenv.cli.main')\n")
    assert wrong_arrows(arrows(tree)) == ["core.lock imports cli"]


def test_a_relative_import_is_found(tree: Path) -> None:
    write(tree, "engine/document.py", "from ..cli import main\n")
    assert relative(tree) == ["engine.document"]


def test_a_room_without_a_floor_is_found(tree: Path) -> None:
    write(tree, "annex/shed.py", "from nbenv.core import lock\n")
    with pytest.raises(AssertionError, match="annex is on no floor"):
        wrong_arrows(arrows(tree))


def test_an_arrow_along_a_floor_is_found(tree: Path) -> None:
    write(tree, "notebook/cells.py")
    write(tree, "home/trust.py", "from nbenv.notebook.cells import cells\n")
    assert wrong_arrows(arrows(tree)) == ["home.trust imports notebook"]


def test_a_circle_is_found(tree: Path) -> None:
    write(tree, "core/lock.py", "from nbenv.core import spec\n")
    write(tree, "core/spec.py", "from nbenv.core.lock import Lock\n")
    assert circles(arrows(tree)) == [["core.lock", "core.spec", "core.lock"]]


def test_a_twin_is_found_but_not_among_formats(tree: Path) -> None:
    write(tree, "export/lock.py")
    assert twins(tree) == []
    write(tree, "engine/lock.py")
    assert twins(tree) == ["lock: core.lock, engine.lock"]


def test_a_crowded_room_is_found(tree: Path) -> None:
    for number in range(MOST_IN_A_ROOM):
        write(tree, f"core/m{number}.py")
    assert crowded(tree) == [f"core: {MOST_IN_A_ROOM + 1}"]


# -- what single rooms promise


def reached(path: Path) -> set[str]:
    """Return what a module names that reaches files, processes, hosts or the environment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    of_os = {
        f"os.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "os"
    }
    modules = {name for name in imported(path) if (OUTSIDE | {"os"}) & _beginnings(name)} - {"os"}
    return (modules | of_os) - COMPUTE | named & {"open"} | attributes & OF_PATHS


def _beginnings(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def test_core_reaches_nothing_outside() -> None:
    for path in (ROOT / "core").glob("*.py"):
        assert reached(path) == TABLE.get(path.stem, set()), path


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ.get('A')\n",
        "from os import environ\n",
        "from pathlib import Path\nPath('a').read_text()\n",
        "open('a')\n",
        "from subprocess import run\n",
        "import urllib.request\n",
    ],
)
def test_what_reaches_outside_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(text, encoding="utf-8")
    assert reached(path)


def test_guests_import_nothing_of_nbenv() -> None:
    others = {"IPython", "ipykernel", "tornado", "zmq", "_nbenv_boot", "_nbenv_pip"}
    # The last two are one of them, and what nbenv.environments.pip.pip_shims writes.
    allowed = set(sys.stdlib_module_names) | others
    plain = ROOT / "kernel" / "plain_kernel.py"
    for path in (plain, *(ROOT / "kernel" / "guest").glob("*.py")):
        assert {name.partition(".")[0] for name in imported(path)} <= allowed, path


def test_only_the_installer_runs_uv() -> None:
    users = {room(dotted(p)) for p in python_files(ROOT) if "uv.find_uv_bin" in imported(p)}
    assert users == {"installer"}
    elsewhere = (ROOT / "export" / "data", ROOT / "workers" / "worker")  # in images, on workers
    here = [path for path in python_files(ROOT) if path.parent not in elsewhere]
    callers = {room(dotted(path)) for path in here if "subprocess" in imported(path)}
    # `environments` starts a kernel to see whether one can; the last three run nbenv itself, and
    # `cli` a pip that is not nbenv's, where a process cannot become that. `home` starts what it is
    # given.
    assert callers <= {
        "cli",
        "containers",
        "git",
        "home",
        "installer",
        "environments",
        "kernel",
        "operations",
        "server",
        "workers",  # the client of a cluster
    }


# -- what a kernel's start costs


def test_a_starting_kernel_imports_little() -> None:
    code = (
        "import sys; before = set(sys.modules); import nbenv.kernel.launcher; "
        "print(' '.join(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    found = set(done.stdout.split())
    assert {name for name in found if not name.startswith("nbenv")} <= FEW


@pytest.mark.parametrize("name", ["cli", "core", "environments", "home", "kernel", "notebook"])
def test_rooms_on_the_way_to_a_kernel_hold_a_docstring_only(name: str) -> None:
    tree = ast.parse((ROOT / name / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_the_startup_file_imports_nothing() -> None:
    path = ROOT.parent / "jupyter-config" / "ipython" / "startup" / "50-nbenv.py"
    if not path.exists():
        pytest.skip("runs in a checkout")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
