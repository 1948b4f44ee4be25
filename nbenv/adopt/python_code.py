"""The imports, commands, magics and revealing calls in the code of a cell or file."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbenv.adopt.cell_transform import transform_cell, valid_lines
from nbenv.adopt.literals import (
    dotted_name,
    known_text,
    last_attribute,
    literal,
    literal_text,
    literal_texts,
)

__all__ = ["Call", "CodeFacts", "Import", "analyse"]

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_IMPORTING = {"importlib.import_module", "import_module", "__import__"}
_CHECK = re.compile(
    r"check\w*\(|find_spec|find_loader|avail|installed|\b(has|have|with)_|sys\.modules|\bPY2\b"
    r"|version_info(\[0\]|\.major)? (<|== 2)|'win32'|'nt'|'Windows'|'[Dd]arwin'",
    re.IGNORECASE,
)
"""A condition that asks for something that not everybody has."""
_ALWAYS = re.compile(r"^(True|1|__name__ == '__main__')$")
_EXITS = {"exit", "quit", "sys.exit", "os._exit"}
_PYTHON_CELL_MAGICS = {
    "time", "timeit", "capture", "prun", "memit", "mprun", "debug", "px", "python", "python3",
    "pypy", "snakeviz", "heat", "skip", "ai_skip", "scalene", "pyinstrument", "ipytest",
    "run_pytest", "run_pytest[clean]", "wandb", "autotime", "tracemalloc", "notify", "prof",
    "cellmonitor", "mpl", "render", "interactive", "blackcellmagic", "black", "tutor", "nbtutor",
}  # fmt: skip
_SHELL_CELL_MAGICS = {"bash", "sh", "script", "system", "sx", "!", "cmd", "shell"}
_UNMARKED_INSTALL = re.compile(
    r"^(\s*)((?:pip3?|conda|mamba|uv pip) (?:install|add) )", re.MULTILINE
)


@dataclass(frozen=True)
class Import:
    """One import; `names` and `level` are what a ``from`` import takes, and its leading dots.

    An `optional` one is allowed to fail.
    """

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    optional: bool = False

    def modules(self) -> list[str]:
        """Return the dotted names of modules that this may import."""
        return [self.module, *(f"{self.module}.{name}" for name in self.names if name != "*")]


@dataclass(frozen=True)
class Call:
    """A call: its dotted name, and its arguments that are literal strings, True or False.

    `paths` are the texts that the arguments are made of, with ``*`` for what is not literal;
    `names` are the arguments that are variables. A property has no arguments.
    """

    name: str
    texts: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_property: bool = False

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass
class CodeFacts:
    """The facts about one piece of code.

    `commands` are shell lines; `colab_commands` run only on Colab, `conditional_commands` under
    some other condition, or after an error. `magics` are names and lines,
    `cell_magics` names and bodies. `paths` are added to ``sys.path``. `written_files` are files
    that cells write: name → content. `aliases` are names → the modules, or what in them, that they
    stand for, and `texts` variables → their literal values.
    `trees` are the syntax trees of all of it.
    """

    imports: list[Import] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    colab_commands: list[str] = field(default_factory=list)
    conditional_commands: list[str] = field(default_factory=list)
    magics: list[tuple[str, str]] = field(default_factory=list)
    cell_magics: list[tuple[str, str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    properties: list[Call] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    written_files: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    trees: list[ast.Module] = field(default_factory=list)


def analyse(source: str, *, is_cell: bool, lenient: bool = False) -> CodeFacts:
    """Collect the facts about code.

    Parameters
    ----------
    source
        The code.
    is_cell
        Whether IPython runs it, so that it may hold magics and shell lines.
    lenient
        Leave out the lines that are not valid Python.

    Raises
    ------
    SyntaxError
        It is not valid Python.
    """
    facts = CodeFacts()
    _collect(source, facts, is_cell=is_cell, lenient=lenient)
    return facts


def _collect(source: str, facts: CodeFacts, *, is_cell: bool, lenient: bool = False) -> None:
    if is_cell:
        source = (
            source if source.lstrip().startswith("%%") else _UNMARKED_INSTALL.sub(r"\1%\2", source)
        )
        source = transform_cell(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = valid_lines(source) if lenient else source
        try:
            tree = ast.parse(source)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
    facts.trees.append(tree)
    _Visitor(facts).visit(tree)


class _Visitor(ast.NodeVisitor):
    def __init__(self, facts: CodeFacts) -> None:
        self.facts = facts
        self.optional = False
        self.on_colab = False
        self.conditional = False

    # -- imports

    def visit_Import(self, node: ast.Import) -> None:
        if not self.on_colab:
            self.facts.imports += [Import(each.name, (), 0, self.optional) for each in node.names]
        for each in node.names:
            name = each.name if each.asname else each.name.partition(".")[0]
            self.facts.aliases[each.asname or name] = name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not self.on_colab:
            names = tuple(each.name for each in node.names)
            self.facts.imports.append(Import(node.module or "", names, node.level, self.optional))
        for each in node.names if node.module and not node.level else ():
            own = each.asname or (f"{node.module}.*" if each.name == "*" else each.name)
            self.facts.aliases[own] = f"{node.module}.{each.name}"

    def visit_Try(self, node: ast.Try) -> None:
        lenient = any(_tolerates_a_missing_module(each) for each in node.handlers)
        before, self.optional = self.optional, self.optional or lenient
        self._visit_all(node.body)
        for handler in node.handlers:
            self._visit_under_condition(handler.body)
        self.optional = before
        self._visit_all([*node.orelse, *node.finalbody])

    def visit_If(self, node: ast.If) -> None:
        condition = ast.unparse(node.test)
        if "TYPE_CHECKING" in condition or condition == "False":
            self._visit_all(node.orelse)
            return
        self.visit(node.test)
        if "colab" not in condition.lower() and not _ALWAYS.search(condition):
            lenient, self.optional = self.optional, self.optional or bool(_CHECK.search(condition))
            self._visit_under_condition(node.body)
            self.optional = lenient
            self._visit_under_condition(node.orelse)
            return
        is_colab = "colab" in condition.lower() and not re.search(r"\bnot\b|!=", condition)
        before, self.on_colab = self.on_colab, self.on_colab or is_colab
        self._visit_all(node.body)
        self.on_colab = before
        self._visit_all(node.orelse)

    def _visit_under_condition(self, nodes: Iterable[ast.AST]) -> None:
        before, self.conditional = self.conditional, True
        self._visit_all(nodes)
        self.conditional = before

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # -- calls

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        self._visit_all([func, *node.args, *node.keywords])
        name = dotted_name(node.func)
        texts = [literal_text(each) for each in node.args]
        if name.startswith("get_ipython()."):
            self._run_ipython_call(name.partition(".")[2], texts)
            return
        keywords = [(each.arg or "", literal(each.value)) for each in node.keywords]
        values = [*node.args, *(each.value for each in node.keywords)]
        paths = tuple(
            filter(None, (known_text(each).strip("*") and known_text(each) for each in values))
        )
        names = tuple(each.id for each in node.args if isinstance(each, ast.Name))
        self.facts.calls.append(
            Call(name or last_attribute(node.func), tuple(texts), tuple(keywords), paths, names)
        )
        if name in _IMPORTING:
            module = texts[0] if texts else ""
            if module and not module.startswith("."):
                self.facts.imports.append(Import(module, (), 0, self.optional))
        elif name in ("sys.path.append", "sys.path.insert", "site.addsitedir", "sys.path.extend"):
            self.facts.paths += literal_texts(node)
        else:
            self._run_call(name, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Take a base class as a call of it: what its objects need, those of the class do too."""
        self.facts.calls += [Call(name) for name in map(dotted_name, node.bases) if name]
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        if text := known_text(node.value).strip("*"):
            self.facts.texts.update({ast.unparse(each): text for each in node.targets})

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self.facts.properties.append(Call(dotted_name(node), is_property=True))

    def _run_call(self, name: str, node: ast.Call) -> None:
        words = literal_texts(node)
        if name.rpartition(".")[2] in ("system", "getoutput", "popen", "run_line_magic"):
            self._run_shell(" ".join(words))
        elif name.startswith("subprocess.") or name in ("run", "check_call", "Popen", "call"):
            self._run_shell(" ".join(words if "pip" not in words[:1] else ["pip", *words[1:]]))
        elif name.endswith(("pip.main", "_internal.main", "pip_main", "pipmain")):
            self._run_shell(" ".join(["pip", *words]))
        elif re.fullmatch(r"(piplite|micropip|ipydeps)\.(install|pip)", name):
            self._run_shell("pip install " + " ".join(f'"{word}"' for word in words))

    def _run_shell(self, command: str) -> None:
        facts = self.facts
        under = facts.conditional_commands if self.conditional else facts.commands
        (facts.colab_commands if self.on_colab else under).append(command)

    def _run_ipython_call(self, verb: str, texts: list[str]) -> None:
        if verb in ("system", "getoutput") and texts:
            self._run_shell(texts[0])
        elif verb in ("run_line_magic", "magic") and texts:
            # Older nbconvert wrote the whole line as one argument.
            name, _, line = texts[0].lstrip("%").partition(" ")
            self._line_magic(name, texts[1] if len(texts) > 1 else line)
        elif verb == "run_cell_magic" and len(texts) > 2:
            self._cell_magic(*texts[:3])

    def _line_magic(self, name: str, line: str) -> None:
        if name in ("pip", "conda", "mamba", "micromamba", "uv", "nbenv", "juvio"):
            self._run_shell(f"{name} {line}")
        elif name in ("sx", "system", "sc"):
            self._run_shell(line)
        elif name in ("time", "timeit", "prun", "memit"):
            _collect_statement(line.strip(), self.facts)
        elif not self.on_colab:
            self.facts.magics.append((name, line.strip()))

    def _cell_magic(self, name: str, line: str, body: str) -> None:
        self.facts.cell_magics.append((name, body))
        if name in _SHELL_CELL_MAGICS:
            self._run_shell(body)
        elif name in ("writefile", "file") and line.split():
            self.facts.written_files[line.split()[-1].strip("'\"")] = body
        elif name in _PYTHON_CELL_MAGICS:
            _collect(body, self.facts, is_cell=True)


def _collect_statement(code: str, facts: CodeFacts) -> None:
    """Collect the facts about the statement of a line magic, after the magic's options."""
    try:
        _collect(re.sub(r"^(-\w+\s*\d*\s*)+", "", code), facts, is_cell=True)
    except SyntaxError:
        return


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({ast.unparse(each) for each in kinds} & _IMPORT_ERRORS)


def _tolerates_a_missing_module(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler goes on without a module; one that installs it needs it."""
    if not _catches_import_error(handler) or _gives_up(handler):
        return False
    return not re.search(r"\b(pip3?|conda|mamba)\b.*\binstall\b", ast.unparse(handler), re.DOTALL)


def _gives_up(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler ends the program, so that the missing module is needed."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise):
        return True
    call = last.value if isinstance(last, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in _EXITS
