"""Regenerate ``nbenv/adopt/needs/derived.txt``: what parts of libraries need besides them.

    python -m tools.optional_needs [NAME...] [--keep FOLDER]

The newest wheels are downloaded, from this machine's index, and their sources are read, never run:

- a module that imports a package which the wheel does not depend on needs it, and so does the
  library itself where the wheel depends on nothing;
- a function, or a class by its ``__init__``, that imports one without a condition, checks for one
  by name (``import_optional_dependency("tables")``), or raises where one is missing, needs it;
- so does a class that lists it in its tags (``"python_dependencies": ["numba"]``), and what is
  marked as in Qiskit (``@HAS_PYSCF.require_in_instance``);
- so does a name that a package offers without importing it at once: one that only type checkers
  import, or that is left out where its module fails;
- in a library of integrations, so does a class that raises anywhere where it is missing.

Without a name, the packages of ``optional_needs.txt`` beside this file are read. With names, only
theirs are, and the rules of all others stay. FOLDER keeps the wheels for another run.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.parser import HeaderParser
from functools import cache
from pathlib import Path
from typing import TypeGuard

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nbenv
from nbenv.adopt.needs.dependencies import brought
from nbenv.core.import_names import distribution_of

DATA = Path(nbenv.__file__).parent / "adopt" / "needs" / "derived.txt"
NAMES = Path(__file__).with_name("optional_needs.txt")
HEADER = """\
# What parts of libraries need besides them, in the form that rules.txt describes.
# Written by tools/optional_needs.py, last on {day}, from the sources of wheels; rules.txt goes
# first. In the order of the packages that are imported.
"""
ASIDE = re.compile(
    r"(^|\.|_)(tests?|testing|conftest|vendor|vendored|externals?|docs?|benchmarks?|scripts?|"
    r"setup|cli|__main__|compat|contrib_tests|tutorials?|generated|pb2|grpc|dashboard|sdk|gateway|"
    r"dataset_builder|simulation)(\.|$|_)|^keras\.src\b"
)
EXAMPLES = re.compile(r"(^|[._])examples?([._]|$)")
"""Modules that are imported by their names; nothing else is taken from them."""
CHECKING = re.compile(
    r"import|dependenc|installed|(^|_)requires?$|soft_|(^|check_|requires?_|optional_)package$|"
    r"backends?$",
    re.I,
)
CHECKING_SEVERAL = re.compile(r"soft_dep|(^|_)requires?(_backends)?$", re.I)
"""A call that may check for several modules."""
REQUIRED = re.compile(r"([A-Za-z][\w.]*)\s*([<>=!~][<>=\w.,!~ *]*)?")
"""A module that a check names, maybe with its version."""
LAZY = re.compile(r"^(optional|try|lazy|soft|safe|delayed)_?import|^Lazy(Import|Load|Module)", re.I)
"""What returns a module, or a name in one, that is imported when it is used, or not at all."""
FLAG = re.compile(
    r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:bool\()?(?:[\w.]*\.)?(?:RequirementCache|ModuleAvailableCache|"
    r"_?(?:is_|has_|check_)?(?:package|module|lib(?:rary)?)_(?:is_)?(?:available|installed|exists)|"
    r"find_spec)\(\s*[\"']([A-Za-z][\w-]*)",
    re.MULTILINE,
)
"""A name in a library for whether a module is there: ``_X = RequirementCache("x>=1")``."""
ASKING = re.compile(
    r"^def (\w+)\(\)[^:\n]*:\s*(?:\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\"\s*)?return\s+(?:bool\()?"
    r"(?:(\w+)\b(?!\()|[\w.]*(?:available|installed|find_spec)\(\s*[\"']([A-Za-z]\w*))",
    re.MULTILINE,
)
"""A function that answers the same: ``def is_x_available(): return _x_available``."""
IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException", ""}
MAKING = ("__init__", "__new__", "__post_init__")
LONGEST_CHAIN = 3
"""The calls, and the names that modules take from each other, that are followed."""
LENIENT = re.compile(r"suppress|try_?import|deferred_?import|optional_?import", re.IGNORECASE)
"""What goes on after an import in its ``with`` fails."""
VALIDATOR = re.compile(r"validator\b|\bpre_init\b")
"""A decorator of Pydantic's: what it marks is called when an object is made."""
# Names that methods of many libraries have.
COMMON = frozenset(
    "animate apply compute convert describe display download evaluate explain "  # noqa: SIM905
    "export figure fit_predict fit_transform forecast from_dict from_pandas "
    "generate get_params inverse_transform load_dataset load_model open_file "
    "plotting predict predict_proba process read_csv register render report "
    "sample_posterior save_model save_pretrained set_params show_figure simulate "
    "summary to_csv to_dataframe to_dict to_file to_image to_json to_numpy "
    "to_pandas to_string train transform update validate visualize".split()
)
# Each class of these is made for another package, which these methods import.
INTEGRATIONS = frozenset({"langchain-community", "llama-index-core"})
WORKING = frozenset(
    "embed_documents from_documents from_texts lazy_load lazy_parse load load_data parse "  # noqa: SIM905
    "transform_documents".split()
)
# Packages that only servers, developers or other machines need.
NEVER = frozenset(
    "ipython gdal setuptools pytest cupy-cuda12x cudf-cu12 cuml-cu12 numpy ipykernel pip "  # noqa: SIM905
    "mypy sphinx pyobjc-core pywin32 intel-extension-for-pytorch habana-frameworks "
    "torch-xla pyarrow-hotfix typing-extensions pydevd debugpy hypothesis tomli "
    "importlib-metadata importlib-resources nvidia-ml-py deepspeed apex mpi4py "
    "triton pyqt5 pyqt6 pyside2 pyside6 qtpy".split()
)


@dataclass
class Source:
    """What one module imports, and what its functions, classes and methods do.

    `guarded` are the imports of which it says itself what to do where they fail, and `assigned`
    the names that it gives to what is made elsewhere. `offered` are names → what in the library
    they stand for, though its import does not import that, and `lenient` those of what tells
    whether modules are there. `calls` are the names that a function, or the making of an object,
    calls in any case, those of base classes among them, and `origins` names → where the library has
    them.
    """

    name: str
    is_package: bool
    outside: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    soft: dict[str, str] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)
    lenient: dict[str, list[str]] = field(default_factory=dict)
    lazy: dict[str, str] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)
    classes: dict[str, set[str]] = field(default_factory=dict)
    methods: dict[str, list[set[str]]] = field(default_factory=lambda: defaultdict(list))
    integrated: dict[str, set[str]] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    origins: dict[str, str] = field(default_factory=dict)
    testers: dict[str, str] = field(default_factory=dict)
    marked: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Library:
    """A wheel: its name, what it depends on, what its extras list, and its modules."""

    name: str
    depends: set[str]
    listed: set[str]
    sources: Sources


def read(wheel: Path) -> Library:
    """Read a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode("utf-8", "replace"))
        data = {
            module: archive.read(name)
            for name in names
            if name.endswith(".py")
            and is_of_interest(module := name.removesuffix(".py").replace("/", "."))
        }
    known = flags(each.decode("utf-8", "replace") for each in data.values())
    sources = Sources({})
    for name, content in data.items():
        package = name.endswith(".__init__")
        module = name.removesuffix(".__init__")
        sources[module] = source(module, content, is_package=package, known=known)
    for each in sources.values():
        each.outside = {name for name in each.outside if not is_beside(name, each, sources)}
    depends, listed = set[str](), set[str]()
    for text in headers.get_all("Requires-Dist") or ():
        requirement = Requirement(text)
        is_extra = requirement.marker and "extra" in str(requirement.marker)
        (listed if is_extra else depends).add(canonicalize_name(requirement.name))
    return Library(canonicalize_name(headers["Name"]), depends, listed, sources)


def flags(texts: Iterable[str]) -> dict[str, str]:
    """Return the names of a library that tell whether a module is there, and the module.

    A name that stands for several modules is left out.
    """
    found: dict[str, set[str]] = defaultdict(set)
    functions: list[tuple[str, str, str]] = []
    for text in texts:
        for name, module in FLAG.findall(text):
            found[name].add(module.replace("-", "_"))
        functions += ASKING.findall(text)
    for name, flag, module in functions:
        found[name] |= {module} if module else found.get(flag, set())
    return {name: modules.pop() for name, modules in found.items() if len(modules) == 1}


def is_of_interest(module: str) -> bool:
    """Return whether people import a module: its name can be written, and is not about tests."""
    is_name = all(map(str.isidentifier, module.split(".")))
    return is_name and not ASIDE.search(module) and ".data." not in module


def is_beside(name: str, importing: Source, sources: Sources) -> bool:
    """Return whether a script imports the file beside it."""
    folder = importing.name if importing.is_package else importing.name.rpartition(".")[0]
    return f"{folder}.{name.partition('.')[0]}" in sources


def source(
    module: str, data: bytes, *, is_package: bool, known: Mapping[str, str] | None = None
) -> Source:
    """Read one module; `known` are the names in its library for whether a module is there."""
    found = Source(module, is_package, soft=dict(known or {}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            return found
    helpers = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    found.origins.update(origins(tree, found))
    for node in tree.body:
        note_soft(node, found)
        note_lenient(node, found)
        if is_package:
            note_offered(node, found)
        note_tester(node, found)
        note_lazy(node, found)
        if isinstance(node, ast.Assign):
            found.assigned |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    for each in imported(tree.body, found):
        (found.inside if is_inside(each, module) else found.outside).add(each)
    found.guarded |= set(imported(filter(is_guarded, tree.body), found)) & found.outside
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.marked[node.name] = set(marks(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions[node.name] = needed_by(node, found, helpers)
            found.calls[node.name] |= set(called(node.body))
        elif isinstance(node, ast.ClassDef):
            read_class(node, found, helpers)
    return found


def note_lenient(node: ast.stmt, found: Source) -> None:
    """Note the name that tells whether a module is there: ``with try_import() as _imports:``."""
    if isinstance(node, ast.With) and not is_plain_with(node):
        modules = [x for x in imported(node.body, found) if not is_inside(x, found.name)]
        for each in node.items:
            if isinstance(each.optional_vars, ast.Name) and modules:
                found.lenient[each.optional_vars.id] = modules


def note_offered(node: ast.stmt, found: Source) -> None:
    """Note names of a package that it imports when they are used, or not where that fails."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        body, bound = node.body, set[str]()
    elif isinstance(node, ast.Try) and not is_strict(node):
        handled = [x for each in node.handlers for x in each.body]
        stored = [x for each in handled for x in ast.walk(each)]
        body = node.body
        bound = {x.id for x in stored if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
        bound |= {x.asname or x.name for x in stored if isinstance(x, ast.alias)}
        bound |= {x.name for x in stored if isinstance(x, ast.ClassDef | ast.FunctionDef)}
    else:
        return
    for each in body:
        base = list(imported([each], found))[:1] if isinstance(each, ast.ImportFrom) else []
        if isinstance(each, ast.ImportFrom) and base and is_inside(base[0], found.name):
            names = [(x.asname or x.name, x.name) for x in each.names if x.name != "*"]
            found.offered.update({mine: f"{base[0]}.{x}" for mine, x in names if mine not in bound})


def note_lazy(node: ast.stmt, found: Source) -> None:
    """Note the names of what is imported when it is used: ``X, has_x = optional_import("x")``."""
    call = node.value if isinstance(node, ast.Assign) else None
    if isinstance(node, ast.Assign) and isinstance(call, ast.Call) and call.args:
        text = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        name = ast.unparse(call.func).rpartition(".")[2]
        target = elements(node.targets[0])[0]
        is_elsewhere = isinstance(text, str) and not is_inside(text, found.name)
        if is_elsewhere and LAZY.search(name) and isinstance(target, ast.Name):
            found.lazy[target.id] = str(text)


def note_tester(node: ast.stmt, found: Source) -> None:
    """Note the module that a tester is about: ``HAS_X = LazyImportTester("x")``."""
    call = node.value if isinstance(node, ast.Assign) else None
    if isinstance(node, ast.Assign) and isinstance(call, ast.Call) and call.args:
        text = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        if ast.unparse(call.func).endswith("ImportTester") and isinstance(text, str):
            found.testers.update({ast.unparse(each): text for each in node.targets})


def marks(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[str]:
    """Yield the testers that decorators name."""
    for each in node.decorator_list:
        name = ast.unparse(each.func if isinstance(each, ast.Call) else each)
        tester, _, verb = name.rpartition(".")
        if verb in ("require_in_call", "require_in_instance"):
            yield tester.rpartition(".")[2]


def read_class(node: ast.ClassDef, found: Source, helpers: dict[str, ast.FunctionDef]) -> None:
    """Read a class: what making one needs, and what its methods need."""
    needs = found.classes.setdefault(node.name, set())
    found.integrated[node.name] = set(integrated(node, found, helpers))
    own = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    found.calls[node.name] |= {each.id for each in node.bases if isinstance(each, ast.Name)}
    for each in node.body:
        if isinstance(each, ast.FunctionDef):
            mine = needed_by(each, found, helpers)
            if each.name in MAKING or any(
                VALIDATOR.search(ast.unparse(mark)) for mark in each.decorator_list
            ):
                needs |= mine
                found.calls[node.name] |= set(called(each.body))
                for called_one in methods_called(each.body):
                    if called_one in own:
                        needs |= needed_by(own[called_one], found, helpers)
            elif not each.name.startswith("_"):
                found.methods[each.name].append(mine)
        elif isinstance(each, ast.Assign):
            needs |= set(tagged(each.value))


def integrated(
    node: ast.ClassDef, found: Source, helpers: dict[str, ast.FunctionDef]
) -> Iterator[str]:
    """Yield the modules of which the methods that do a class's work say that they are missing."""
    own = [x for x in node.body if isinstance(x, ast.FunctionDef) and x.name in WORKING]
    names = {x.id for each in own for x in ast.walk(each) if isinstance(x, ast.Name)}
    for place in [*own, *(helpers[name] for name in sorted(names & helpers.keys()))]:
        for each in ast.walk(place):
            if isinstance(each, ast.Try) and is_guarded(each):
                yield from (x for x in imported(each.body, found) if not is_inside(x, found.name))


def tagged(value: ast.expr) -> Iterator[str]:
    """Yield the modules that the tags of a class list."""
    for key, item in (
        zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
    ):
        if isinstance(key, ast.Constant) and key.value == "python_dependencies":
            for each in ast.walk(item):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    name = re.match(r"[\w.-]+", each.value)
                    if name:
                        yield name[0].replace("-", "_")


def is_inside(name: str, module: str) -> bool:
    return name.partition(".")[0] == module.partition(".")[0]


def imported(body: Iterable[ast.stmt], found: Source) -> Iterator[str]:
    """Yield what statements import in any case, under full names."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = found.name.split(".")
                up = node.level - 1 if found.is_package else node.level
                base = ".".join([*parts[: len(parts) - up], *filter(None, [base])])
            yield base
            yield from (f"{base}.{each.name}" for each in node.names if is_inside(base, found.name))
        elif is_plain_with(node) or is_strict(node):
            yield from imported(node.body, found)


def is_plain_with(node: ast.stmt) -> TypeGuard[ast.With]:
    """Return whether a ``with`` lets errors pass: ``with suppress(ImportError)`` does not."""
    return isinstance(node, ast.With) and not any(
        LENIENT.search(ast.unparse(each.context_expr)) for each in node.items
    )


def is_strict(node: ast.stmt) -> TypeGuard[ast.Try]:
    """Return whether a ``try`` does not go on without what it imports."""
    return isinstance(node, ast.Try) and all(map(gives_up, node.handlers))


def is_guarded(node: ast.stmt) -> bool:
    """Return whether a ``try`` raises an error of its own where a module is missing."""
    return is_strict(node) and any(map(is_about_import, node.handlers))


def gives_up(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler ends in an error, or is not about a missing module."""
    return not is_about_import(handler) or isinstance(handler.body[-1], ast.Raise)


def is_about_import(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler gets the error of a missing module."""
    kinds = (
        []
        if handler.type is None
        else [
            ast.unparse(each).rpartition(".")[2]
            for each in (
                handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            )
        ]
    )
    return handler.type is None or bool(set(kinds) & IMPORT_ERRORS)


def note_soft(node: ast.stmt, found: Source) -> None:
    """Note the names that tell whether a module is there, of a ``try`` that goes on without it."""
    if not isinstance(node, ast.Try) or is_strict(node):
        return
    modules = [each for each in imported(node.body, found) if not is_inside(each, found.name)]
    if len({each.partition(".")[0] for each in modules}) != 1:
        return
    statements = [*node.body, *node.orelse, *(x for each in node.handlers for x in each.body)]
    for each in statements:
        for target in each.targets if isinstance(each, ast.Assign) else ():
            if isinstance(target, ast.Name):
                found.soft[target.id] = modules[0]
        for alias in each.names if isinstance(each, ast.Import | ast.ImportFrom) else ():
            found.soft[alias.asname or alias.name.partition(".")[0]] = modules[0]


def needed_by(
    node: ast.FunctionDef | ast.AsyncFunctionDef, found: Source, helpers: dict[str, ast.FunctionDef]
) -> set[str]:
    """Return the modules that a function needs in any case."""
    needs = set(in_any_case(node.body, found))
    for name in called(node.body):
        helper = helpers.get(name)
        if helper and helper is not node:
            needs |= set(in_any_case(helper.body, found))
    return needs


def in_any_case(body: list[ast.stmt], found: Source) -> Iterator[str]:
    yield from imported(body, found)
    for node in body:
        if is_plain_with(node):
            yield from in_any_case(node.body, found)
        elif isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call):
            yield from checked(node.value)
            name = ast.unparse(node.value.func)
            yield from found.lenient.get(name.removesuffix(".check"), ())
        if isinstance(node, ast.Expr | ast.Assign | ast.Return) and node.value:
            yield from lazily_used(node.value, found)
        elif isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise):
            yield from missing(node.test, found)


def missing(test: ast.expr, found: Source) -> Iterator[str]:
    """Yield the module that a condition finds missing: ``not HAS_X``, ``x is None``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        name = ast.unparse(test.operand)
    elif isinstance(test, ast.Compare) and ast.unparse(test).endswith(" is None"):
        name = ast.unparse(test.left)
    else:
        return
    name = name.removesuffix("()").rpartition(".")[2]
    if name in found.soft:
        yield found.soft[name]


def checked(call: ast.Call) -> Iterator[str]:
    """Yield the modules that a call checks for by their names."""
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "check_matplotlib_support":
        yield "matplotlib"
    elif CHECKING.search(name) and call.args:
        severity = {
            ast.unparse(each.value) for each in call.keywords if each.arg in ("severity", "errors")
        }
        args = call.args if CHECKING_SEVERAL.search(name) else call.args[:1]
        texts = [x.value for arg in args for x in elements(arg) if isinstance(x, ast.Constant)]
        if not severity - {"'error'", "'raise'"}:
            for text in texts:
                found = isinstance(text, str) and REQUIRED.fullmatch(text)
                yield from [found[1]] if found else []


def elements(node: ast.expr) -> list[ast.expr]:
    """Return the elements of a list that is spelled out, or the expression itself."""
    return node.elts if isinstance(node, ast.List | ast.Tuple) else [node]


def called(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the functions that statements call in any case."""
    for node in body:
        value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.Return) else None
        for each in evaluated(value) if value else ():
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
                yield each.func.id


def evaluated(value: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression and those in it that are evaluated in any case."""
    yield value
    if isinstance(value, ast.Lambda | ast.IfExp | ast.BoolOp | ast.GeneratorExp | ast.ListComp):
        return
    for each in ast.iter_child_nodes(value):
        inner = each.value if isinstance(each, ast.keyword) else each
        if isinstance(inner, ast.expr):
            yield from evaluated(inner)


def lazily_used(value: ast.expr, found: Source) -> Iterator[str]:
    """Yield the modules whose names a function that imports lazily gave: ``X = lazy("x")``."""
    for each in evaluated(value):
        if isinstance(each, ast.Attribute | ast.Call):
            inner = each.value if isinstance(each, ast.Attribute) else each.func
            if isinstance(inner, ast.Name) and inner.id in found.lazy:
                yield found.lazy[inner.id]


def origins(tree: ast.Module, found: Source) -> Iterator[tuple[str, str]]:
    """Yield the names that a module, or a function in it, has from elsewhere in its library."""
    for node in statements(tree.body):
        if isinstance(node, ast.ImportFrom):
            for base in list(imported([node], found))[:1]:
                if is_inside(base, found.name):
                    yield from ((x.asname or x.name, f"{base}.{x.name}") for x in node.names)


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them, but no expressions, of which there are many more."""
    for node in body:
        yield node
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                yield from statements(inner)


def methods_called(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the methods of its own that an object's statements call in any case."""
    for node in body:
        value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.Return) else None
        if isinstance(value, ast.Call) and ast.unparse(value.func).startswith("self."):
            yield ast.unparse(value.func).removeprefix("self.")


class Sources(dict[str, Source]):
    """The modules of a library by their names, and what the import of each imports in the end."""

    def __init__(self, items: Mapping[str, Source]) -> None:
        super().__init__(items)
        self.closures: dict[str, frozenset[str]] = {}


def closure(module: str, sources: Sources) -> frozenset[str]:
    """Return all outside modules that the import of a module imports."""
    if module not in sources.closures:
        sources.closures[module] = frozenset(outside(module, sources))
    return sources.closures[module]


def outside(module: str, sources: Sources) -> set[str]:
    seen, found, todo = set(), set(), [module]
    while todo:
        name = todo.pop()
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            each = sources.get(".".join(parts[:length]))
            if each and each.name not in seen:
                seen.add(each.name)
                found |= each.outside
                todo += each.inside
    return found


def with_inner(modules: Iterable[str], sources: Sources) -> set[str]:
    """Return modules with what those of them that the library has itself import."""
    inner = {each for each in modules if each.partition(".")[0] in sources}
    return {*modules} - inner | {x for each in inner for x in closure(each, sources)}


def through_calls(
    source: Source, name: str, sources: Sources, depth: int = LONGEST_CHAIN
) -> set[str]:
    """Return the modules that functions and classes of the library need that one of them calls."""
    found = set[str]()
    for called_one in source.calls.get(name, ()) if depth else ():
        place, inner = defined(source, called_one, sources)
        if place and (place, inner) != (source, name):
            needs = {*place.functions.get(inner, ()), *place.classes.get(inner, ())}
            found |= with_inner(needs, sources)
            found |= through_calls(place, inner, sources, depth - 1)
    return found


def defined(source: Source, name: str, sources: Sources) -> tuple[Source | None, str]:
    """Return the module of the library that defines what a name in one of its modules means."""
    for _ in range(LONGEST_CHAIN):
        if name in source.functions or name in source.classes:
            return source, name
        base, _, name = source.origins.get(name, "").rpartition(".")
        if base not in sources:
            return None, ""
        source = sources[base]
    return None, ""


distribution = cache(distribution_of)


def packages(modules: Iterable[str], own: set[str]) -> list[str]:
    """Return the packages that provide modules, without those that come anyway."""
    found = set()
    for module in modules:
        name = distribution(module)
        if name and name not in own and name not in NEVER:
            found.add(name)
    return sorted(found)


def rules(library: Library) -> Iterator[str]:
    """Yield the rules of one package.

    What a whole module needs counts where an extra lists it, where a module is named after it, or
    where its import is guarded: anything else comes with what the library depends on, which the
    wheel does not tell.
    """
    own = {library.name, *library.depends, *brought(library.depends)}
    tops = {x.partition(".")[0] for x in library.sources if distribution(x) == library.name}
    for top in sorted(tops):
        items = library.sources.items()
        mine = Sources({name: each for name, each in items if name.partition(".")[0] == top})
        outside = {each for one in mine.values() for each in one.outside}
        words = {word for each in mine for word in re.split(r"[._]", each)}
        guarded = {each for one in mine.values() for each in one.guarded}
        known = {*words, *packages(guarded, set())}
        assumed = {x for x in packages(outside, library.listed) if x not in known}
        own_here = own | assumed | set(packages(closure(top, mine), set()))
        if not library.depends:  # it leaves what its import needs to those who install it
            needs = packages(closure(top, mine), {library.name})
            if needs and len(needs) < 6:
                yield f"import {top}: {' '.join('^' + each for each in needs)}"
        yield from of_modules(top, mine, own_here)
        mine = Sources({name: each for name, each in mine.items() if not EXAMPLES.search(name)})
        integrations = library.name in INTEGRATIONS
        if distribution(top):  # other packages have functions in a namespace, too
            yield from of_names(top, mine, own_here, integrations=integrations)


def of_modules(top: str, sources: Sources, own: set[str]) -> Iterator[str]:
    given: dict[str, set[str]] = {}
    for module in sorted(sources, key=lambda each: (each.count("."), each)):
        parts = module.split(".")
        if module == top or any(part.startswith("_") for part in parts):
            continue
        known = set().union(*(given.get(".".join(parts[:n]), set()) for n in range(1, len(parts))))
        needs = [each for each in packages(closure(module, sources), own) if each not in known]
        if needs and len(needs) < 6:
            given[module] = set(needs)
            yield f"import {module}: {' '.join('^' + each for each in needs)}"
        yield from of_offered(sources[module], sources, own | known | set(needs))
    if top in sources:
        yield from of_offered(sources[top], sources, own)


def of_offered(package: Source, sources: Sources, own: set[str]) -> Iterator[str]:
    """Yield the rules of the names that a package offers without importing them at once."""
    for name, origin in sorted(package.offered.items()):
        needs = packages(closure(origin, sources), own)
        if needs and len(needs) < 6 and not name.startswith("_"):
            yield f"import {package.name}.{name}: {' '.join('^' + each for each in needs)}"


def of_names(top: str, sources: Sources, own: set[str], *, integrations: bool) -> Iterator[str]:
    places: dict[str, dict[str, list[str]]] = defaultdict(dict)
    methods: dict[str, list[list[str]]] = defaultdict(list)
    testers = {name: module for each in sources.values() for name, module in each.testers.items()}
    for each in sources.values():
        here = own | set(packages(closure(each.name, sources), set()))
        for name, found_modules in [*each.functions.items(), *each.classes.items()]:
            modules = with_inner(found_modules, sources) | through_calls(each, name, sources)
            marked = {testers[tester] for tester in each.marked[name] if tester in testers}
            marked |= each.integrated.get(name, set()) if integrations else set()
            if not name.startswith("_"):
                places[name][each.name] = packages(modules | marked, here)
        for name, found in each.methods.items():
            methods[name] += [packages(with_inner(x, sources), here) for x in found]
    elsewhere = {name for each in sources.values() for name in each.assigned}
    for name, by_module in sorted(places.items()):
        needs = next(iter(by_module.values()))
        same = all(other == needs for other in by_module.values())
        if needs and same and len(needs) < 4 and name not in elsewhere:
            shown = " ".join("^" + each for each in needs)
            yield f"{top}*.{name}: {shown}"
            if integrations:
                yield f"{top}*.{name}.from_*: {shown}"
        elif not same:
            yield from of_paths(name, by_module, sources)
    for name, found in sorted(methods.items()):
        needs = found[0]
        distinct = name not in COMMON and len(name) > 8
        if needs and distinct and all(other == needs for other in found) and len(needs) < 4:
            yield f"{top} .{name}: {' '.join('^' + each for each in needs)}"


def of_paths(name: str, by_module: dict[str, list[str]], sources: Sources) -> Iterator[str]:
    """Yield the rules of a name that means several things, by the paths that it is imported by."""
    for each in sources.values():
        place, inner = defined(each, name, sources)
        needs = by_module.get(place.name, []) if place and inner == name else []
        if needs and len(needs) < 4 and not re.search(r"(^|\.)_", each.name):
            yield f"{each.name}.{name}: {' '.join('^' + x for x in needs)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    names = options.names or [
        line for line in NAMES.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"
    ]
    is_added = bool(options.names) and DATA.is_file()
    known = DATA.read_text(encoding="utf-8").splitlines() if is_added else []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        for name in names:
            if not options.keep or not any(folder.glob(f"{name.replace('-', '_')}-*.whl")):
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
                command += ["--only-binary=:all:", "--dest", str(folder), name]
                subprocess.run(command, check=False)
        libraries = map(read, sorted(folder.glob("*.whl")))
        found = merged((line for line in known if not line.startswith("#")), libraries)
    DATA.write_text(
        HEADER.format(day=datetime.now(timezone.utc).date()) + "".join(f"{x}\n" for x in found)
    )
    print(f"{len(found)} rules")


def merged(known: Iterable[str], libraries: Iterable[Library]) -> list[str]:
    """Return the rules of libraries, and those known ones that are about no module of theirs.

    Of a namespace such as ``odc``, a library has the parts that its wheel holds.
    """
    read_now, found = set[str](), list[str]()
    for each in libraries:
        parts = (name.split(".") for name in each.sources)
        read_now |= {".".join(p[: 1 if p[0] in each.sources else 2]) for p in parts}
        found += rules(each)
    kept = [line for line in known if not {top_of(line)[0], part_of(line)} & read_now]
    return sorted(dict.fromkeys([*kept, *found]), key=top_of)


def part_of(rule: str) -> str:
    """Return the first two parts of the name that a rule is about."""
    return ".".join(rule.removeprefix("import ").partition(":")[0].split(" ")[0].split(".")[:2])


def top_of(rule: str) -> tuple[str, bool]:
    words = rule.removeprefix("import ").partition(":")[0]
    return re.split(r"[.* ]", words)[0], not rule.startswith("import ")


if __name__ == "__main__":
    main()
