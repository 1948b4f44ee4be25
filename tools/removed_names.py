"""Regenerate ``nbenv/adopt/removals/derived_names.txt``: what releases of libraries removed.

    python -m tools.removed_names [NAME...] [--keep FOLDER]

For each library, uv unpacks the wheel of the last release of each minor version, from this
machine's index, and its sources are read, never run. A public module or name that one of them has,
and the next one and the newest lack, was removed by that version. A module that may get names while
it is imported says nothing: one that makes them itself, or takes all names of what is no Python.

Without a name, the libraries of ``removed_names.txt`` beside this file are read. With names, only
theirs are, and the lines of all others stay. FOLDER keeps what was unpacked for another run.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path

from packaging.version import InvalidVersion, Version

import nbenv
from nbenv.adopt.removals.table import removal_of
from nbenv.core.lock import LockedDistribution
from nbenv.errors import InstallerError
from nbenv.installer.index_lookup import offered_files

DATA = Path(nbenv.__file__).parent / "adopt" / "removals" / "derived_names.txt"
NAMES = Path(__file__).with_name("removed_names.txt")
HEADER = """\
# What releases of libraries removed, in the form that removed_names.txt describes; that file goes
# first. Written by tools/removed_names.py, last on {day}, from the sources of wheels.
"""
ASIDE = re.compile(
    r"(^|\.)(_|tests?(\.|$)|testing(\.|$)|conftest|setup(\.|$)|vendor|externals?(\.|$)|examples?(\.|$)|"
    r"benchmarks?(\.|$)|docs?(\.|$)|sphinxext)"
)
"""Modules that notebooks do not import."""
OF_TESTS = {"setup_module", "teardown_module", "setup_function", "test", "unicode", "basestring"}
"""Names in modules that are nobody's to use."""
PYTHONS = ("3.8", "3.11", "3.13")
"""Pythons whose wheels are tried, in turn."""
FIRST_YEAR = "2015"
WIDTH = 100
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Module:
    """The public names of a module: its own, and what it takes from others, or all of them."""

    names: set[str] = field(default_factory=set)
    besides: set[str] = field(default_factory=set)
    """Names that it also has: of other libraries, or made by loops and the like."""
    taken: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    exported: set[str] | None = None
    """Its ``__all__``, None where there is none that can be read."""
    words: set[str] = field(default_factory=set)
    """All words of its source, where it makes names when they are asked for."""
    is_open: bool = False
    """Whether it may have more names than its source shows."""


Modules = dict[str, Module]
Public = Mapping[str, tuple[set[str], bool]]


def read(folder: Path) -> Modules:
    """Read the public modules of an unpacked wheel; what is compiled is open."""
    found: Modules = {}
    for path in sorted(folder.rglob("*.*")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(parts)
        if path.suffix in (".so", ".pyd"):
            found[re.sub(r"\.(cpython|cp3|abi3).*", "", name)] = Module(is_open=True)
        elif path.suffix == ".py" and all(map(str.isidentifier, parts)) and not is_test(name):
            module = name.removesuffix(".__init__")
            is_package = module != name
            data = path.read_bytes()
            if b"attach_stub(" in data and path.with_suffix(".pyi").is_file():
                # What the package has when it is asked for stands in its stub.
                data = path.with_suffix(".pyi").read_bytes()
            found.setdefault(module, parsed(module, data, is_package=is_package))
    for name in found:  # what imports a module of a package has it there as a name
        if (parent := found.get(name.rpartition(".")[0])) is not None:
            parent.besides.add(name.rpartition(".")[2])
    return found


def is_test(module: str) -> bool:
    return bool(re.search(r"(^|\.)(tests?|conftest)(\.|$)", module))


def parsed(module: str, data: bytes, *, is_package: bool) -> Module:
    """Read one module from its source; one that cannot be read is open, such as of Python 2."""
    found = Module()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(data)
            outer = "\n".join(ast.unparse(x) for x in tree.body if not isinstance(x, INNER))
        except (SyntaxError, ValueError, RecursionError):
            return Module(is_open=True)
    found.is_open = bool(re.search(r"globals\(\)|sys\.modules\[|\battach(_stub)?\(", outer))
    if re.search(r"__getattr__", outer) or any(is_getter(x) for x in tree.body):
        found.words = set(re.findall(r"\w+", data.decode("utf-8", "replace")))
    found.besides = set(bound(tree.body))
    package = module if is_package else module.rpartition(".")[0]
    note(tree.body, found, package)
    return found


def bound(body: Iterable[ast.AST]) -> Iterator[str]:
    """Yield all names that statements bind outside functions and classes, in whatever way."""
    for node in body:
        if isinstance(node, INNER):
            yield node.name
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (each.asname or each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        yield from bound(ast.iter_child_nodes(node))


def is_getter(node: ast.stmt) -> bool:
    """Return whether a statement makes the names of its module: they stand in its text."""
    return isinstance(node, INNER) and node.name == "__getattr__"


def note(body: Iterable[ast.stmt], found: Module, package: str) -> None:
    """Note what statements of a module define, those under an ``if`` or in a ``try`` too."""
    for node in body:
        if isinstance(node, INNER):
            found.names.add(node.name)
        elif isinstance(node, ast.Assign):
            if ast.unparse(node.targets[0]) == "__all__":
                found.exported = texts(node.value)
            for target in node.targets:
                found.names |= {x.id for x in ast.walk(target) if isinstance(x, ast.Name)}
        elif isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "__all__":
            more = texts(node.value)
            found.exported = None if more is None else more | (found.exported or set())
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.names.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            note_import(node, found, package)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            for name in ("body", "orelse", "finalbody"):
                note(getattr(node, name, ()), found, package)
            for handler in getattr(node, "handlers", ()):
                note(handler.body, found, package)


def texts(node: ast.expr) -> set[str] | None:
    """Return the texts of a list that is written out, None for anything else."""
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    if not all(isinstance(x, ast.Constant) for x in node.elts):  # such as *inner.__all__
        return None
    return {str(x.value) for x in node.elts if isinstance(x, ast.Constant)}


def note_import(node: ast.ImportFrom, found: Module, package: str) -> None:
    """Note what is taken from a module of the same library."""
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        kept = parts[: len(parts) - node.level + 1]
        base = ".".join([*kept, *filter(None, [base])])
    if base.partition(".")[0] != package.partition(".")[0]:
        found.is_open |= any(each.name == "*" for each in node.names)
        return
    for each in node.names:
        if each.name == "*":
            found.stars.append(base)
        else:
            found.taken[each.asname or each.name] = f"{base}.{each.name}"


def public(modules: Modules) -> Public:
    """Return the names of each public module, and whether it may have more."""
    return {name: names_of(name, modules) for name in modules if name and not ASIDE.search(name)}


def names_of(
    name: str, modules: Modules, seen: frozenset[str] = frozenset(), *, own: bool = False
) -> tuple[set[str], bool]:
    """Return the names of a module with those of the modules that it takes all names of.

    With `own`, only those that are of this library and stand in its source as definitions.
    """
    module = modules[name]
    names = {*module.names, *module.taken, *(() if own else module.besides | module.words)}
    is_open = module.is_open
    for star in module.stars:
        if star not in modules:
            is_open = True
        elif star not in seen:
            more, open_too = names_of(star, modules, seen | {name}, own=own)
            exported = modules[star].exported
            names |= more if exported is None else exported
            is_open |= open_too and exported is None
    return {each for each in names if not each.startswith("_")}, is_open


def own_names(name: str, modules: Modules) -> set[str]:
    """Return the names that people take from a module: not what it has from others for itself."""
    is_package = any(each.rpartition(".")[0] == name for each in modules)
    names = names_of(name, modules, own=True)[0] if is_package else modules[name].names
    return {each for each in names if not each.startswith("_")} - OF_TESTS


def removed(old: Modules, new: Modules, newest: Modules) -> set[str]:
    """Return the public names that a release has, and the next one and the newest have not."""
    after, last = public(new), public(newest)
    tops = {name.partition(".")[0] for name in new}
    there = {*after, *last}
    found = set[str]()
    for module in public(old):
        parent = module.rpartition(".")[0]
        if module in there:
            found |= set(names_removed(module, own_names(module, old), after, last))
        elif not (name_is_there(module, after) or name_is_there(module, last)):
            is_outermost = not parent or parent in there or parent.partition(".")[0] not in tops
            found |= {module} if is_outermost else set()
    return found


def names_removed(module: str, names: set[str], after: Public, last: Public) -> Iterator[str]:
    """Yield the names of a module that neither of two later releases has for sure."""
    known = [each[module] for each in (after, last) if module in each]
    if module not in last or any(is_open for _, is_open in known):
        return
    inner = {x.rpartition(".")[2] for x in {*after, *last} if x.rpartition(".")[0] == module}
    for each in names - inner:
        if all(each not in now for now, _ in known):
            yield f"{module}.{each}"


def name_is_there(dotted: str, modules: Public) -> bool:
    """Return whether the parent of a module that has no file has its name all the same, or may."""
    parent, _, name = dotted.rpartition(".")
    names, is_open = modules.get(parent, (set[str](), False))
    return is_open or name in names


def releases(name: str) -> list[Version]:
    """Return the last release of each minor version, oldest first."""
    command = [sys.executable, "-m", "pip", "index", "versions", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    listed = re.search(r"Available versions: (.*)", done.stdout)
    last: dict[tuple[int, ...], Version] = {}
    for text in listed[1].split(", ") if listed else ():
        try:
            version = Version(text)
        except InvalidVersion:
            continue
        minor = (version.epoch, *version.release[:2])
        last[minor] = max(version, last.get(minor, version))
    return sorted(last.values())


def unpacked(name: str, version: Version, folder: Path) -> Path | None:
    """Return the folder of a release's files, from a wheel for the first Python that has one."""
    target = folder / f"{name}-{version}"
    for python in PYTHONS:
        if any(target.glob("*.dist-info")):
            return target
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", f"--python-version={python}", f"--target={target}"]
        subprocess.run([*command, f"{name}=={version}"], capture_output=True, check=False)
    return target if any(target.glob("*.dist-info")) else None


def first_day(name: str, version: str) -> str:
    """Return the day that a version was uploaded, "" where no index says it."""
    line = LockedDistribution(name, version)
    try:
        files = offered_files([line], "3.11").get(name, ())
    except InstallerError:
        return ""
    return min((each.uploaded[:10] for each in files if each.uploaded), default="")


def sections(name: str, folder: Path) -> Iterator[str]:
    """Yield the headings and the lines of one library."""
    found: list[tuple[Version, Modules]] = []
    for version in releases(name):
        files = unpacked(name, version, folder)
        if files:
            found.append((version, read(files)))
        else:
            print(f"{name} {version} has no wheel that could be unpacked", file=sys.stderr)
    for (_, old), (version, new) in pairwise(found):
        minor = ".".join(map(str, version.release[:2]))
        day = first_day(name, str(version))
        names = {each for each in removed(old, new, found[-1][1]) if not removal_of(each)}
        if names and not day:
            print(f"No index says when {name} {version} was uploaded", file=sys.stderr)
        if names and day >= FIRST_YEAR:
            yield f"{name} {minor} {day} limit"
            yield from lines(names)


def lines(names: Iterable[str]) -> Iterator[str]:
    """Yield names in lines, those of one module in braces."""
    inner: dict[str, list[str]] = defaultdict(list)
    for each in sorted(names):
        parent, _, name = each.rpartition(".")
        inner[parent].append(name)
    words: list[str] = []
    for parent, own in inner.items():
        for start in range(0, len(own), 6):
            part = own[start : start + 6]
            shown = part[0] if len(part) == 1 else f"{{{','.join(part)}}}"
            words.append(f"{parent}.{shown}" if parent else shown)
    line = " "
    for word in words:
        if len(line) > 2 and len(line) + len(word) >= WIDTH:
            yield line
            line = " "
        line += f" {word}"
    yield line


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    listed = NAMES.read_text(encoding="utf-8").splitlines()
    names = options.names or [line for line in listed if line and line[0] != "#"]
    known = by_library(DATA.read_text(encoding="utf-8") if DATA.is_file() else "")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        for name in names:
            found = list(sections(name, folder))
            if known.get(name) and not found:  # an index that was away, more likely than not
                parser.exit(1, f"Nothing was found of {name}; its lines stay.\n")
            known[name] = found
            print(name, len(found), flush=True)
            write(known)  # an interrupted run keeps what it has read


def write(known: Mapping[str, list[str]]) -> None:
    text = HEADER.format(day=datetime.now(timezone.utc).date())
    DATA.write_text(text + "".join(f"{x}\n" for name in sorted(known) for x in known[name]))


def by_library(text: str) -> dict[str, list[str]]:
    """Return the lines of a written table by their library."""
    found: dict[str, list[str]] = defaultdict(list)
    name = ""
    for line in text.splitlines():
        if not line.startswith((" ", "#")):
            name = line.split()[0]
        if not line.startswith("#"):
            found[name].append(line)
    return found


if __name__ == "__main__":
    main()
