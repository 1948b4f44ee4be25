"""Scan a notebook's cells, and the files beside it that they execute."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.adopt import special_cases
from nbenv.adopt.code.facts import CodeFacts, Import
from nbenv.adopt.code.install_lines import INSTALLERS, add_install
from nbenv.adopt.code.programs import Program, programs
from nbenv.adopt.findings import Findings, package_name
from nbenv.adopt.install_commands import Install, installs
from nbenv.adopt.literals import is_reached, names_reached
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.needs.arguments import driver_needs
from nbenv.adopt.notebook_reader import Cell, read
from nbenv.adopt.projects.noted_places import note_places
from nbenv.adopt.python_code import analyse
from nbenv.core.import_names import distribution_of, distributions
from nbenv.errors import NotebookError

__all__ = ["Scan"]

_COMMENTED = re.compile(
    r"^\s*#+\s*([!%]*\s*(?:\S*python\S* -m )?(?:pip|conda|mamba|uv)\b.*install.*)$"
)
_MOST_FILES = 500


@dataclass
class Scan:
    """The imports, commands and magics of a notebook, and where each of them is.

    `imports` and `optional` map modules to places, `needed` names packages that magics need and
    why. `commented` are installs that are commented out, or run on Colab only or under a condition;
    the last are in `conditional`, too. `unused` are imports within functions of files that are not
    used, and `used` the names that the code uses.
    """

    findings: Findings
    local: LocalModules
    imports: dict[str, list[str]] = field(default_factory=dict)
    optional: dict[str, list[str]] = field(default_factory=dict)
    needed: list[tuple[str, str]] = field(default_factory=list)
    code: list[tuple[CodeFacts, str]] = field(default_factory=list)
    commented: list[Install] = field(default_factory=list)
    conditional: list[tuple[Install, str]] = field(default_factory=list)
    visited: set[Path] = field(default_factory=set)
    unused: list[tuple[Import, str, Path]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    # -- cells and files

    def scan_cells(self, cells: tuple[Cell, ...], prefix: str = "") -> None:
        """Scan cells; of one that is not valid Python, the lines that are."""
        for cell in cells:
            where = f"{prefix}{cell.name}"
            try:
                facts = analyse(cell.source, is_cell=True)
            except SyntaxError as error:
                line = f", line {error.lineno}" if error.lineno else ""
                reason = str(error.msg or "it cannot be read").split("(")[0].strip()
                self.findings.skipped.append(f"{where} is not valid Python{line}: {reason}")
                facts = _facts_of_valid_lines(cell.source, is_cell=True)
            self._add_code(facts, where)
            self._add_commented(cell.source, where)

    def _scan_file(self, path: Path, *, is_run: bool = False) -> None:
        path = path.resolve()
        if path in self.visited or len(self.visited) > _MOST_FILES:
            return
        self.visited.add(path)
        try:
            if path.suffix == ".ipynb":
                self.scan_cells(read(path).cells, f"{path.name}, ")
                return
            source = path.read_text(encoding="utf-8", errors="replace")
        except (OSError, NotebookError):
            self.findings.note(f"{path.name} beside the notebook could not be read.")
            return
        try:
            facts = analyse(source, is_cell=False, is_main=is_run)
        except SyntaxError:
            self.findings.note(f"{path.name} beside the notebook is not valid Python.")
            facts = _facts_of_valid_lines(source, is_cell=False)
        self._add_code(facts, path.name, path)

    def _add_code(self, facts: CodeFacts, where: str, path: Path | None = None) -> None:
        self.code.append((facts, where))
        note_places(facts, self.local, is_cell=path is None)
        for command in facts.commands:
            self._add_command(command, where)
        for command in facts.colab_commands:
            self.commented += installs(command)
        for command in facts.conditional_commands:
            self._add_conditional(command, where)
        for name, line in facts.magics:
            self._add_magic(name, line, where)
        for name, body in facts.cell_magics:
            self._add_cell_magic(name, body, where)
        for found in facts.imports:
            self._add_import(found, where, path)
        for name in facts.packages:
            self._add_package(name, where)
        for name, body in facts.written_files.items():
            self._scan_written_file(name, body)

    def _scan_written_file(self, name: str, body: str) -> None:
        if name.endswith(".py"):
            try:
                facts = analyse(body, is_cell=False)
            except SyntaxError:
                self.findings.note(f"{name}, which a cell writes, is not valid Python.")
                facts = _facts_of_valid_lines(body, is_cell=False)
            self._add_code(facts, name)

    def _add_commented(self, source: str, where: str) -> None:
        for line in source.splitlines():
            found = _COMMENTED.match(line)
            for install in installs(found[1].lstrip("!% ")) if found else ():
                self.commented.append(install)
                if install.requirements:
                    names = " ".join(install.requirements)
                    self.findings.hints.append(f"{where} has a commented-out install of {names}")

    # -- commands and magics

    def _add_command(self, command: str, where: str) -> None:
        for install in installs(command):
            add_install(install, where, self.findings, self.local)
        self._add_model(command, where)
        for program in programs(command):
            self._add_program(program, where)

    def _add_model(self, command: str, where: str) -> None:
        """Add pip, with which spaCy downloads a model: no new environment has one."""
        if model := re.search(r"spacy\s+download\b\s*(\S*)", command):
            shown = f"the spaCy model {model[1]}" if model[1] else "a spaCy model"
            self.findings.note(f"{where} downloads {shown} when it runs.")
            self.needed.append(("pip", where))

    def _add_program(self, program: Program, where: str) -> None:
        """Add what a program needs that a command runs on the notebook's Python."""
        if program.package:
            self.needed.append((program.package, f"a command, {where}"))
        elif program.module:
            self._add_import(Import(program.module), f"python -m, {where}")
        elif program.file and (path := self.local.find(program.file)).is_file():
            self._scan_file(path, is_run=True)
        elif program.code:
            with contextlib.suppress(SyntaxError):
                self._add_code(analyse(program.code, is_cell=False), where)

    def _add_package(self, name: str, where: str) -> None:
        """Add a package whose metadata the code reads, by its own name alone."""
        own = str(canonicalize_name(name))
        if own in distributions() and own not in INSTALLERS:
            self.needed.append((own, f"its metadata, {where}"))

    def _add_conditional(self, command: str, where: str) -> None:
        """Take an install under a condition for a hint: the code may run without it."""
        for install in installs(command):
            self.commented.append(install)
            self.findings.add_system(install.system, where)
            self.conditional.append((install, where))
        self._add_model(command, where)

    def _add_magic(self, name: str, line: str, where: str) -> None:
        if name in ("load_ext", "reload_ext"):
            self._add_extension(line.split()[0] if line else "", where)
        elif name == "run" and line:
            self._scan_run_file(line, where)
        elif name == "matplotlib":
            self.needed.append(("matplotlib", f"%matplotlib, {where}"))
            if "widget" in line or "ipympl" in line:
                self.needed.append(("ipympl", f"%matplotlib {line}, {where}"))
            elif line.startswith("qt"):
                name = "pyqt6" if line.startswith("qt6") else "pyqt5"
                self.needed.append((name, f"%matplotlib {line}, {where}"))
        elif special_cases.MAGICS.get(name):
            self.needed.append((special_cases.MAGICS[name], f"%{name}, {where}"))
            for driver in driver_needs(line.split()[0], f"%{name}") if line else ():
                self.needed.append((driver.choices[0], f"{driver.why}, {where}"))

    def _add_extension(self, name: str, where: str) -> None:
        known = special_cases.EXTENSIONS.get(name)
        if known:
            self.needed.append((known, f"%load_ext {name}, {where}"))
        elif known is None and name:
            self._add_import(Import(name), f"%load_ext {name}, {where}")

    def _scan_run_file(self, line: str, where: str) -> None:
        words = [word for word in line.split() if not word.startswith("-")]
        name = words[0].strip("'\"") if words else ""
        candidates = [self.local.find(f"{name}{suffix}") for suffix in ("", ".py", ".ipynb")]
        path = next((each for each in candidates if each.is_file()), None)
        if path:
            self._scan_file(path, is_run=True)
        elif name and name not in self.local.written:
            self.findings.note(f"{where} runs {name}, which does not exist.")

    def _add_cell_magic(self, name: str, body: str, where: str) -> None:
        if special_cases.MAGICS.get(name):
            self.needed.append((special_cases.MAGICS[name], f"%%{name}, {where}"))
        if name.lower() == "cython":
            for module in re.findall(r"^\s*(?:c?import|from)\s+([\w.]+)", body, re.MULTILINE):
                if module.partition(".")[0] not in ("libc", "cython", "cpython", "libcpp"):
                    self._add_import(Import(module), f"%%cython, {where}")

    # -- imports

    def _add_import(self, found: Import, where: str, path: Path | None = None) -> None:
        if path and found.within:
            self.unused.append((found, where, path))
            return
        if path and _is_implicitly_relative(found, path, self.local):
            found = replace(found, level=1)
        for file in [*self.local.files(found, path), *self.local.notebooks(found)]:
            self._scan_file(file)
        if not found.level and found.module:
            self._note_modules(found, where)

    def _note_modules(self, found: Import, where: str) -> None:
        target = self.optional if found.optional else self.imports
        for module in found.modules():
            target.setdefault(module, [])
            if where not in target[module]:
                target[module].append(where)

    def add_used_imports(self) -> None:
        """Add the imports within functions of files that are used; the others are optional."""
        self.used, found = self._names_reached(), self.unused
        while found:
            self.used = self._names_reached()
            found = [each for each in self.unused if is_reached(each[0].within, self.used)]
            self.unused = [each for each in self.unused if each not in found]
            for each, where, path in found:
                self._add_import(replace(each, within=()), where, path)
        for each, where, path in self.unused:
            if not (each.level or _is_implicitly_relative(each, path, self.local)):
                self._note_modules(replace(each, optional=True), where)

    def _names_reached(self) -> set[str]:
        cells = [tree for facts, _ in self.code if facts.is_cell for tree in facts.trees]
        files = [tree for facts, _ in self.code if not facts.is_cell for tree in facts.trees]
        return names_reached(cells, files)

    def hint_conditional(self) -> None:
        """Give hints at what is installed under a condition, and not needed otherwise."""
        needed = self.findings.names()
        for install, where in self.conditional:
            names = [t for t in install.requirements if package_name(t) not in needed]
            if names:
                self.findings.hints.append(f"{where} installs {' '.join(names)} under a condition")


def _is_implicitly_relative(found: Import, path: Path, local: LocalModules) -> bool:
    """Return whether an import of Python 2 means a module beside the file; packages win today."""
    if found.level or not found.module or distribution_of(found.module):
        return False
    return not local.has(found.module) and local.has_beside(found.module, path)


def _facts_of_valid_lines(source: str, *, is_cell: bool) -> CodeFacts:
    try:
        return analyse(source, is_cell=is_cell, lenient=True)
    except SyntaxError:  # in the body of a cell magic
        return CodeFacts()
