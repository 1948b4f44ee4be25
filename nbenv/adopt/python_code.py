"""What a cell's or a file's code does that matters: imports, commands, magics, telling calls."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["Call", "Import", "Seen", "look_at"]

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_IMPORTING = {"importlib.import_module", "import_module", "__import__"}
_LEAVES = {"exit", "quit", "sys.exit", "os._exit"}
_PYTHON_CELLS = {
    "time", "timeit", "capture", "prun", "memit", "mprun", "debug", "px", "python", "python3",
    "pypy", "snakeviz", "heat", "skip", "ai_skip", "scalene", "pyinstrument", "ipytest",
    "run_pytest", "run_pytest[clean]", "wandb", "autotime", "tracemalloc", "notify", "prof",
    "cellmonitor", "mpl", "render", "interactive", "blackcellmagic", "black", "tutor", "nbtutor",
}  # fmt: skip
_SHELL_CELLS = {"bash", "sh", "script", "system", "sx", "!", "cmd", "shell"}
_BARE = re.compile(r"^(\s*)((?:pip3?|conda|mamba|uv pip) (?:install|add) )", re.MULTILINE)


@dataclass(frozen=True)
class Import:
    """One import; `names` are what a ``from`` import takes, `level` its dots."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    optional: bool = False

    def modules(self) -> list[str]:
        """Return the dotted names that this may import."""
        return [self.module, *(f"{self.module}.{name}" for name in self.names if name != "*")]


@dataclass(frozen=True)
class Call:
    """A call: its dotted name, and those of its arguments that are written out: texts, and True."""

    name: str
    texts: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass
class Seen:
    """What one piece of code does."""

    imports: list[Import] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    guarded: list[str] = field(default_factory=list)
    magics: list[tuple[str, str]] = field(default_factory=list)
    cell_magics: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def look_at(source: str, ipython: bool = True) -> Seen:
    """Read code, with IPython's own words if it is a cell; raise `SyntaxError` if it is none."""
    seen = Seen()
    _read(source, seen, ipython)
    return seen


def _read(source: str, seen: Seen, ipython: bool) -> None:
    if ipython:
        source = source if source.lstrip().startswith("%%") else _BARE.sub(r"\1%\2", source)
        source = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
    _Visitor(seen).visit(tree)


class _Visitor(ast.NodeVisitor):
    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.optional = False
        self.elsewhere = False

    # -- imports

    def visit_Import(self, node: ast.Import) -> None:
        if not self.elsewhere:
            self.seen.imports += [Import(each.name, (), 0, self.optional) for each in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not self.elsewhere:
            names = tuple(each.name for each in node.names)
            self.seen.imports.append(Import(node.module or "", names, node.level, self.optional))

    def visit_Try(self, node: ast.Try) -> None:
        lenient = any(_catches(each) and not _gives_up(each) for each in node.handlers)
        before, self.optional = self.optional, self.optional or lenient
        self._all(node.body)
        for handler in node.handlers:
            self._all(handler.body)
        self.optional = before
        self._all([*node.orelse, *node.finalbody])

    def visit_If(self, node: ast.If) -> None:
        condition = ast.unparse(node.test)
        if "TYPE_CHECKING" in condition or condition == "False":
            self._all(node.orelse)
            return
        self.visit(node.test)
        on_colab = "colab" in condition.lower() and not re.search(r"\bnot\b|!=", condition)
        before, self.elsewhere = self.elsewhere, self.elsewhere or on_colab
        self._all(node.body)
        self.elsewhere = before
        self._all(node.orelse)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # -- calls

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
        name = name if len(name) < 200 else name[-200:]
        texts = [_constant(each) for each in node.args]
        if name.startswith("get_ipython()."):
            self._ipython(name.partition(".")[2], texts)
            return
        keywords = [(each.arg or "", _written(each.value)) for each in node.keywords]
        self.seen.calls.append(Call(name or _last(node.func), tuple(texts), tuple(keywords)))
        if name in _IMPORTING:
            module = texts[0] if texts else ""
            if module and not module.startswith("."):
                self.seen.imports.append(Import(module, (), 0, self.optional))
        elif name in ("sys.path.append", "sys.path.insert", "site.addsitedir", "sys.path.extend"):
            self.seen.paths += _texts(node)
        else:
            self._command(name, node)

    def _command(self, name: str, node: ast.Call) -> None:
        words = _texts(node)
        if name.rpartition(".")[2] in ("system", "getoutput", "popen", "run_line_magic"):
            self._run(" ".join(words))
        elif name.startswith("subprocess.") or name in ("run", "check_call", "Popen", "call"):
            self._run(" ".join(words if "pip" not in words[:1] else ["pip", *words[1:]]))
        elif name.endswith(("pip.main", "_internal.main", "pip_main", "pipmain")):
            self._run(" ".join(["pip", *words]))
        elif re.fullmatch(r"(piplite|micropip|ipydeps)\.(install|pip)", name):
            self._run("pip install " + " ".join(f'"{word}"' for word in words))

    def _run(self, command: str) -> None:
        (self.seen.guarded if self.elsewhere else self.seen.commands).append(command)

    def _ipython(self, verb: str, texts: list[str]) -> None:
        if verb in ("system", "getoutput") and texts:
            self._run(texts[0])
        elif verb in ("run_line_magic", "magic") and texts:
            words = (
                texts if len(texts) > 1 else [*texts[0].lstrip("%").partition(" ")[::2]]
            )  # what older nbconvert wrote
            self._line_magic(words[0], words[1])
        elif verb == "run_cell_magic" and len(texts) > 2:
            self._cell_magic(*texts[:3])

    def _line_magic(self, name: str, line: str) -> None:
        if name in ("pip", "conda", "mamba", "micromamba", "uv", "nbenv", "juvio"):
            self._run(f"{name} {line}")
        elif name in ("sx", "system", "sc"):
            self._run(line)
        elif name in ("time", "timeit", "prun", "memit"):
            _quietly(line.strip(), self.seen)
        elif not self.elsewhere:
            self.seen.magics.append((name, line.strip()))

    def _cell_magic(self, name: str, line: str, body: str) -> None:
        self.seen.cell_magics.append((name, line, body))
        if name in _SHELL_CELLS:
            self._run(body)
        elif name in ("writefile", "file") and line.split():
            self.seen.written[line.split()[-1].strip("'\"")] = body
        elif name in _PYTHON_CELLS:
            _read(body, self.seen, ipython=True)


def _quietly(code: str, seen: Seen) -> None:
    """Read the statement behind a line magic, whose options may stand before it."""
    try:
        _read(re.sub(r"^(-\w+\s*\d*\s*)+", "", code), seen, ipython=True)
    except SyntaxError:
        return


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({ast.unparse(each) for each in kinds} & _IMPORT_ERRORS)


def _gives_up(handler: ast.ExceptHandler) -> bool:
    """Whether a handler ends the work: then what failed to be imported is needed."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise):
        return True
    call = last.value if isinstance(last, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in _LEAVES


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _written(node: ast.expr) -> str:
    is_true = isinstance(node, ast.Constant) and node.value is True
    return "True" if is_true else _constant(node)


def _texts(node: ast.Call) -> list[str]:
    """Return the texts written out among the arguments, in lists and nested calls too."""
    return list(_strings(node.args))


def _strings(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, (ast.List, ast.Tuple)):
            yield from _strings(node.elts)
        elif isinstance(node, ast.Call):
            yield from _strings(node.args)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(ast.unparse(each).strip("'\"") for each in node.values)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable":
            yield "{sys.executable}"


def _last(node: ast.expr) -> str:
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ""
