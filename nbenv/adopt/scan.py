"""Scan a notebook's cells, and the files beside it that they execute."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nbenv.adopt import special_cases
from nbenv.adopt.conda_specs import add_match_spec
from nbenv.adopt.findings import Findings, Source, package_name
from nbenv.adopt.install_commands import Install, installs, saved_files
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.needs.arguments import driver_needs
from nbenv.adopt.notebook_reader import Cell, read
from nbenv.adopt.project_files import read_requirements, read_requirements_text
from nbenv.adopt.python_code import CodeFacts, Import, analyse
from nbenv.errors import NotebookError

__all__ = ["Scan"]

_COMMENTED = re.compile(
    r"^\s*#+\s*([!%]*\s*(?:\S*python\S* -m )?(?:pip|conda|mamba|uv)\b.*install.*)$"
)
_MIRROR = re.compile(r"\bmirrors?\b|tuna|douban|//pypi\.org|//pypi\.python\.org", re.IGNORECASE)
_MODELS = re.compile(r"\b([a-z]{2}_(?:core|dep|ent)_[a-z]+_(?:sm|md|lg|trf))\b")
_MOST_FILES = 500


@dataclass
class Scan:
    """The imports, commands and magics of a notebook, and where each of them is.

    `imports` and `optional` map modules to places, `needed` names packages that magics need and
    why. `commented` are installs that are commented out, or run on Colab only or under a condition;
    the last are in `conditional`, too.
    """

    folder: Path
    findings: Findings
    local: LocalModules
    imports: dict[str, list[str]] = field(default_factory=dict)
    optional: dict[str, list[str]] = field(default_factory=dict)
    needed: list[tuple[str, str]] = field(default_factory=list)
    code: list[tuple[CodeFacts, str]] = field(default_factory=list)
    commented: list[Install] = field(default_factory=list)
    conditional: list[tuple[Install, str]] = field(default_factory=list)
    visited: set[Path] = field(default_factory=set)

    # -- cells and files

    def scan_cells(self, cells: tuple[Cell, ...], prefix: str = "") -> None:
        """Scan cells; skip one that is not valid Python, which would not run either."""
        for cell in cells:
            where = f"{prefix}{cell.name}"
            try:
                facts = analyse(cell.source, is_cell=True)
            except SyntaxError as error:
                line = f", line {error.lineno}" if error.lineno else ""
                reason = str(error.msg or "it cannot be read").split("(")[0].strip()
                self.findings.skipped.append(f"{where} is not valid Python{line}: {reason}")
                continue
            self._add_code(facts, where)
            self._add_commented(cell.source, where)

    def _scan_file(self, path: Path) -> None:
        path = path.resolve()
        if path in self.visited or len(self.visited) > _MOST_FILES:
            return
        self.visited.add(path)
        try:
            if path.suffix == ".ipynb":
                self.scan_cells(read(path).cells, f"{path.name}, ")
                return
            source = path.read_text(encoding="utf-8", errors="replace")
            facts = analyse(source, is_cell=False)
        except (SyntaxError, OSError, NotebookError):
            self.findings.note(f"{path.name} beside the notebook could not be read.")
            return
        self._add_code(facts, path.name, path)

    def _add_code(self, facts: CodeFacts, where: str, path: Path | None = None) -> None:
        self.code.append((facts, where))
        self._add_local(facts)
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
        for name, body in facts.written_files.items():
            self._scan_written_file(name, body)

    def _add_local(self, facts: CodeFacts) -> None:
        """Note the modules that the code itself puts beside the notebook, or on the path."""
        for text in facts.paths:
            self.local.add_folder(text)
        self.local.written.update(facts.written_files)
        shell = (facts.commands, facts.colab_commands, facts.conditional_commands)
        for command in [each for some in shell for each in some]:
            self.local.downloaded.update(saved_files(command))
        for call in facts.calls:
            if call.method in ("urlretrieve", "download", "urlopen", "get") and call.texts:
                self.local.downloaded.update(re.findall(r"([\w-]+)\.py\b", " ".join(call.texts)))

    def _scan_written_file(self, name: str, body: str) -> None:
        if name.endswith(".py"):
            try:
                self._add_code(analyse(body, is_cell=False), name)
            except SyntaxError:
                self.findings.note(f"{name}, which a cell writes, is not valid Python.")

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
            self._add_install(install, where)
        if model := re.search(r"spacy\s+download\s+(\S+)", command):
            self.findings.note(f"{where} downloads the spaCy model {model[1]} when it runs.")
            self.needed.append(("pip", where))

    def _add_conditional(self, command: str, where: str) -> None:
        """Take an install under a condition for a hint: the code may run without it."""
        for install in installs(command):
            self.commented.append(install)
            self.findings.add_system(install.system, where)
            self.conditional.append((install, where))

    def _add_install(self, install: Install, where: str) -> None:
        source = Source(1, f"install lines, {where}")
        self.findings.add_system(install.system, where)
        for word in install.placeholders:
            self.findings.note(f"{where} installs {word}, which is known only when it runs")
        if install.no_deps:
            self.findings.no_deps |= {
                name for t in install.requirements if (name := package_name(t))
            }
        for text in install.requirements:
            if install.conda:
                add_match_spec(text, source, self.findings)
            else:
                self.findings.add(self._without_local_version(text, install, where), source, where)
        self.findings.editable += install.editable
        main = install.main_index[-1:]  # as for pip, the last one counts
        for url in [*main, *install.indexes]:
            if _MIRROR.search(url):
                self.findings.note(
                    f"{where} names a mirror of the main index; your own index is used instead."
                )
            elif url.startswith(("http://", "https://")):
                self.findings.add_index(url, source=source)
                if url in main:
                    self.findings.add_main_index(url, source)
        for name in install.files:
            self._add_requirements_file(name, source, where)

    def _without_local_version(self, text: str, install: Install, where: str) -> str:
        """Remove a local version label (PEP 440) that only a page of links has, no index."""
        local = re.search(r"==[^+;,\s]+(\+\w[\w.]*)", text)
        if local and not install.indexes and not install.main_index:
            name = text.partition("=")[0]
            self.findings.note(
                f"{where} asks for the {local[1]} build of {name}; the default build is used."
            )
            return text.replace(local[1], "")
        return text

    def _add_requirements_file(self, name: str, source: Source, where: str) -> None:
        path = self.folder / name
        if name in self.local.written:
            text = self.local.written[name]
            read_requirements_text(text, source, self.findings, self.folder)
        elif path.is_file():
            read_requirements(path, Source(1, f"{name}, which {where} installs"), self.findings)
        else:
            self.findings.note(f"{where} installs from {name}, which does not exist.")

    def _add_magic(self, name: str, line: str, where: str) -> None:
        if name in ("load_ext", "reload_ext"):
            self._add_extension(line.split()[0] if line else "", where)
        elif name == "run" and line:
            self._scan_run_file(line, where)
        elif name == "matplotlib":
            self.needed.append(("matplotlib", f"%matplotlib, {where}"))
            if "widget" in line or "ipympl" in line:
                self.needed.append(("ipympl", f"%matplotlib {line}, {where}"))
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
        candidates = [self.folder / name, self.folder / f"{name}.py", self.folder / f"{name}.ipynb"]
        path = next((each for each in candidates if each.is_file()), None)
        if path:
            self._scan_file(path)
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
        for file in [*self.local.files(found, path), *self.local.notebooks(found)]:
            self._scan_file(file)
        if found.level or not found.module:
            return
        target = self.optional if found.optional else self.imports
        for module in found.modules():
            target.setdefault(module, [])
            if where not in target[module]:
                target[module].append(where)

    def hint_conditional(self) -> None:
        """Give hints at what is installed under a condition, and not needed otherwise."""
        needed = self.findings.names()
        for install, where in self.conditional:
            names = [t for t in install.requirements if package_name(t) not in needed]
            if names:
                self.findings.hints.append(f"{where} installs {' '.join(names)} under a condition")

    def note_models(self) -> None:
        """Note the spaCy models that are loaded: no index has them."""
        for facts, where in self.code:
            for call in facts.calls:
                if call.method == "load" and call.texts and _MODELS.fullmatch(call.texts[0]):
                    model = call.texts[0]
                    self.findings.note(
                        f"{where} loads the spaCy model {model}, which no index has. "
                        f"To get it: !python -m spacy download {model}"
                    )
