"""Wheels and their modules."""

from __future__ import annotations

import ast
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tools.optional_needs.checks import LAZY, called, methods_called, needed_by
from tools.optional_needs.sources import Source, Sources
from tools.optional_needs.statements import (
    elements,
    imported,
    is_guarded,
    is_inside,
    is_plain_with,
    is_strict,
    statements,
)

ASIDE = re.compile(
    r"(^|\.|_)(tests?|testing|conftest|vendor|vendored|externals?|docs?|benchmarks?|scripts?|"
    r"setup|cli|__main__|compat|contrib_tests|tutorials?|generated|pb2|grpc|dashboard|sdk|gateway|"
    r"dataset_builder|simulation)(\.|$|_)|^keras\.src\b"
)
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
MAKING = ("__init__", "__new__", "__post_init__")
VALIDATOR = re.compile(r"validator\b|\bpre_init\b")
"""A decorator of Pydantic's: what it marks is called when an object is made."""
# The methods of a class of integrations that import the package that it is made for.
WORKING = frozenset(
    "embed_documents from_documents from_texts lazy_load lazy_parse load load_data parse "  # noqa: SIM905
    "transform_documents".split()
)


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
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # of an old release, as no index takes it any more
            continue
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


def origins(tree: ast.Module, found: Source) -> Iterator[tuple[str, str]]:
    """Yield the names that a module, or a function in it, has from elsewhere in its library."""
    for node in statements(tree.body):
        if isinstance(node, ast.ImportFrom):
            for base in list(imported([node], found))[:1]:
                if is_inside(base, found.name):
                    yield from ((x.asname or x.name, f"{base}.{x.name}") for x in node.names)
