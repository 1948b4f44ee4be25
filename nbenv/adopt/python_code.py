"""The imports, commands, magics and revealing calls in the code of a cell or file."""

from __future__ import annotations

import ast
import re
import warnings

from nbenv.adopt.cell_transform import as_meant, transform_cell, valid_lines
from nbenv.adopt.code.branches import Branches
from nbenv.adopt.code.calls import described
from nbenv.adopt.code.conditions import is_for_programs
from nbenv.adopt.code.facts import Call, CodeFacts, Import
from nbenv.adopt.code.magic_names import PYTHON_CELL_MAGICS, SHELL_CELL_MAGICS, WITH_STATEMENT
from nbenv.adopt.code.named_imports import LoopedTexts, named_modules, named_packages
from nbenv.adopt.code.shell_calls import shell_line
from nbenv.adopt.literals import (
    added_folders,
    dotted_name,
    known_text,
    literal_text,
    literal_texts,
    maker_name,
    root_name,
)

__all__ = ["analyse"]


def analyse(
    source: str, *, is_cell: bool, lenient: bool = False, is_main: bool = True
) -> CodeFacts:
    """Collect the facts about code.

    Parameters
    ----------
    source
        The code.
    is_cell
        Whether IPython runs it, so that it may hold magics and shell lines.
    lenient
        Leave out the lines that are not valid Python.
    is_main
        Whether it may run as a program, so that what it does only then counts.

    Raises
    ------
    SyntaxError
        It is not valid Python.
    """
    facts = CodeFacts(is_cell)
    facts.is_main = is_main
    _collect(source, facts, is_cell=is_cell, lenient=lenient)
    return facts


def _collect(source: str, facts: CodeFacts, *, is_cell: bool, lenient: bool = False) -> None:
    if is_cell:
        source = transform_cell(as_meant(source))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = valid_lines(source) if lenient else source
        try:
            tree = ast.parse(source)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
    if not facts.is_main:
        tree.body = [each for each in tree.body if not is_for_programs(each)]
    facts.trees.append(tree)
    _Visitor(facts, source.splitlines(), is_cell=is_cell).visit(tree)


class _Visitor(Branches):
    def __init__(self, facts: CodeFacts, lines: list[str], *, is_cell: bool) -> None:
        self.facts = facts
        self.lines = lines
        super().__init__(is_cell=is_cell)
        self.looped = LoopedTexts()

    # -- imports

    def visit_Import(self, node: ast.Import) -> None:
        if not self.on_colab:
            self.facts.imports += [self._import(node, each.name) for each in node.names]
        for each in node.names:
            name = each.name if each.asname else each.name.partition(".")[0]
            self.facts.aliases[each.asname or name] = name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not self.on_colab:
            names = tuple(each.name for each in node.names)
            self.facts.imports.append(self._import(node, node.module or "", names, node.level))
        for each in node.names if node.module and not node.level else ():
            own = each.asname or (f"{node.module}.*" if each.name == "*" else each.name)
            self.facts.aliases[own] = f"{node.module}.{each.name}"

    def _import(
        self, node: ast.stmt, module: str, names: tuple[str, ...] = (), level: int = 0
    ) -> Import:
        text = self.lines[node.lineno - 1].strip()
        return Import(module, names, level, self.optional, self.within, node.lineno, text)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Note what is only executed when a function of a file is called; a cell calls its own."""
        before = self.within
        if not self.is_cell and not re.fullmatch(r"__\w+__", node.name):
            self.within = (*before, node.name)
        self.generic_visit(node)
        self.within = before
        for each in ast.walk(node):
            if isinstance(each, ast.Return) and each.value:
                self.facts.roots.setdefault(node.name, set()).add(root_name(each.value))

    visit_AsyncFunctionDef = visit_FunctionDef

    # -- calls

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        self.visit_all([func, *node.args, *node.keywords])
        name = dotted_name(node.func)
        texts = [literal_text(each) for each in node.args]
        if name.startswith("get_ipython()."):
            self._run_ipython_call(name.partition(".")[2], texts)
            return
        self.facts.calls.append(described(node, self.within))
        self._note_named(node)
        if name in ("exec", "eval") and texts:
            _collect_statement(texts[0], self.facts)
        elif name == "sys.path.insert":
            self.facts.paths += added_folders(node, self.facts.texts)
        elif name in ("sys.path.append", "site.addsitedir", "sys.path.extend"):
            self.facts.late_paths += added_folders(node, self.facts.texts)
        elif name == "os.chdir" and node.args:
            text = known_text(node.args[0])
            self.facts.entered += [text] if "*" not in text else []
        else:
            line = shell_line(name, literal_texts(node))
            if line is not None:
                self._run_shell(line)

    def _note_named(self, node: ast.Call) -> None:
        """Note the modules and packages that a call names in texts."""
        known = (self.facts.aliases, self.facts.texts, self.looped)
        if not self.on_colab:
            self.facts.imports += [
                Import(each, (), 0, self.optional, self.within)
                for each in named_modules(node, *known)
            ]
            self.facts.packages += [] if self.optional else named_packages(node, *known)

    def visit_For(self, node: ast.For) -> None:
        self.looped.note_loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehensions(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """Note what a comprehension loops over before what it makes of it."""
        for each in node.generators:
            self.looped.note_loop(each.target, each.iter)
        self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_comprehensions

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Take a base class as a call of it: what its objects need, those of the class do too."""
        names = filter(None, map(dotted_name, node.bases))
        self.facts.calls += [Call(name, within=self.within) for name in names]
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        before = self.within
        for each in node.body:
            is_function = isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            self.within = (*before, node.name) if is_function and not self.is_cell else before
            self.visit(each)
        self.within = before

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        self.looped.note_list(node)
        if text := known_text(node.value).strip("*"):
            self.facts.texts.update({ast.unparse(each): text for each in node.targets})
        for each in node.targets:
            if isinstance(each, ast.Name):
                self.variables[each.id] = node.value
                self.facts.roots.setdefault(each.id, set()).add(root_name(node.value))
                self.facts.makers.setdefault(each.id, set()).add(maker_name(node.value))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self.facts.properties.append(
            Call(dotted_name(node), is_property=True, root=root_name(node), within=self.within)
        )

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
        elif verb == "extension_manager.load_extension" and texts:
            self._line_magic("load_ext", texts[0])
        elif verb == "run_cell_magic" and len(texts) > 2:
            self._cell_magic(*texts[:3])

    def _line_magic(self, name: str, line: str) -> None:
        if name in ("pip", "conda", "mamba", "micromamba", "uv", "nbenv", "juvio"):
            self._run_shell(f"{name} {line}")
        elif name in ("sx", "system", "sc"):
            self._run_shell(line)
        elif name in WITH_STATEMENT:
            _collect_statement(line.strip(), self.facts)
        elif name == "cd":
            text = line.strip().removeprefix("-q ").strip(" '\"")
            self.facts.entered += [text] if text and not self.on_colab else []
        elif not self.on_colab:
            self.facts.magics.append((name, line.strip()))

    def _cell_magic(self, name: str, line: str, body: str) -> None:
        self.facts.cell_magics.append((name, body))
        if name in SHELL_CELL_MAGICS:
            self._run_shell(body)
        elif name in ("writefile", "file") and line.split():
            self.facts.written_files[line.split()[-1].strip("'\"")] = body
        elif name in PYTHON_CELL_MAGICS:
            if name in WITH_STATEMENT:
                _collect_statement(line, self.facts)
            _collect(body, self.facts, is_cell=True)


def _collect_statement(code: str, facts: CodeFacts) -> None:
    """Collect the facts about the statement of a line magic, after the magic's options."""
    try:
        _collect(re.sub(r"^(-\w+\s*\d*\s*)+", "", code), facts, is_cell=True)
    except SyntaxError:
        return
