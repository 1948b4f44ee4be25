"""Go through a notebook's cells, and the files beside it that they read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nbenv.adopt import special_cases
from nbenv.adopt.conda_specs import conda_requirement
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.install_commands import Install, installs, saved_files
from nbenv.adopt.local_modules import Local
from nbenv.adopt.notebook_reader import Cell, read
from nbenv.adopt.project_files import read_requirements, requirements_text
from nbenv.adopt.python_code import Import, Seen, look_at
from nbenv.errors import NotebookError

__all__ = ["Scan"]

_COMMENTED = re.compile(
    r"^\s*#+\s*([!%]*\s*(?:\S*python\S* -m )?(?:pip|conda|mamba|uv)\b.*install.*)$"
)
_MIRROR = re.compile(r"\bmirrors?\b|tuna|douban|//pypi\.org|//pypi\.python\.org", re.IGNORECASE)
_MODELS = re.compile(r"\b([a-z]{2}_(?:core|dep|ent)_[a-z]+_(?:sm|md|lg|trf))\b")


@dataclass
class Scan:
    """What the cells import and run, gathered."""

    folder: Path
    findings: Findings
    local: Local
    imports: dict[str, list[str]] = field(default_factory=dict)
    optional: dict[str, list[str]] = field(default_factory=dict)
    needed: list[tuple[str, str]] = field(default_factory=list)
    seen: list[tuple[Seen, str]] = field(default_factory=list)
    hinted: list[Install] = field(default_factory=list)
    visited: set[Path] = field(default_factory=set)

    # -- cells and files

    def cells(self, cells: tuple[Cell, ...], prefix: str = "") -> None:
        """Read cells; one that is no Python would not run either, and is skipped."""
        for cell in cells:
            where = f"{prefix}{cell.name}"
            try:
                seen = look_at(cell.source)
            except SyntaxError as error:
                line = f", line {error.lineno}" if error.lineno else ""
                reason = str(error.msg or "it cannot be read").split("(")[0].strip()
                self.findings.skipped.append(f"{where} is no Python{line}: {reason}")
                continue
            self._take(seen, where)
            self._hints(cell.source, where)

    def _file(self, path: Path) -> None:
        path = path.resolve()
        if path in self.visited or len(self.visited) > 500:
            return
        self.visited.add(path)
        try:
            if path.suffix == ".ipynb":
                self.cells(read(path).cells, f"{path.name}, ")
                return
            seen = look_at(path.read_text(encoding="utf-8", errors="replace"), ipython=False)
        except (SyntaxError, OSError, NotebookError):
            self.findings.note(f"{path.name} beside the notebook could not be read.")
            return
        self._take(seen, path.name, path)

    def _take(self, seen: Seen, where: str, path: Path | None = None) -> None:
        self.seen.append((seen, where))
        for text in seen.paths:
            self.local.add_folder(text)
        self.local.written.update(seen.written)
        for command in [*seen.commands, *seen.guarded]:
            self.local.downloaded.update(saved_files(command))
        for call in seen.calls:
            if call.method in ("urlretrieve", "download", "urlopen", "get") and call.texts:
                self.local.downloaded.update(re.findall(r"([\w-]+)\.py\b", " ".join(call.texts)))
        for command in seen.commands:
            self._command(command, where)
        for command in seen.guarded:
            self.hinted += installs(command)
        for name, line in seen.magics:
            self._magic(name, line, where)
        for name, line, body in seen.cell_magics:
            self._cell_magic(name, line, body, where)
        for found in seen.imports:
            self._import(found, where, path)
        for name, body in seen.written.items():
            self._written(name, body)

    def _written(self, name: str, body: str) -> None:
        if name.endswith(".py"):
            try:
                self._take(look_at(body, ipython=False), name)
            except SyntaxError:
                self.findings.note(f"{name}, which a cell writes, is no Python.")

    def _hints(self, source: str, where: str) -> None:
        for line in source.splitlines():
            found = _COMMENTED.match(line)
            for install in installs(found[1].lstrip("!% ")) if found else ():
                self.hinted.append(install)
                if install.requirements:
                    named = " ".join(install.requirements)
                    self.findings.hints.append(f"{where} has a commented-out install of {named}")

    # -- commands and magics

    def _command(self, command: str, where: str) -> None:
        for install in installs(command):
            self._install(install, where)
        if model := re.search(r"spacy\s+download\s+(\S+)", command):
            self.findings.note(f"{where} downloads spaCy's {model[1]} when it runs.")
            self.needed.append(("pip", where))

    def _install(self, install: Install, where: str) -> None:
        source = Source(1, f"install lines, {where}")
        for text in install.requirements:
            if install.conda:
                conda_requirement(text, source, self.findings)
            else:
                self.findings.want(self._public(text, install, where), source, where)
        self.findings.editable += install.editable
        for url in [*install.main_index, *install.indexes]:
            if _MIRROR.search(url):
                self.findings.note(f"{where} names a mirror of the main index; yours is used.")
            elif url.startswith(("http://", "https://")):
                self.findings.index(url)
        for name in install.files:
            self._requirements(name, source, where)

    def _public(self, text: str, install: Install, where: str) -> str:
        """Return a requirement without a local version that only a page of links has."""
        local = re.search(r"==[^+;,\s]+(\+\w[\w.]*)", text)
        if local and not install.indexes and not install.main_index:
            name = text.partition("=")[0]
            self.findings.note(
                f"{where} asks for {name}'s {local[1]} build; the usual one is taken."
            )
            return text.replace(local[1], "")
        return text

    def _requirements(self, name: str, source: Source, where: str) -> None:
        path = self.folder / name
        if name in self.local.written:
            requirements_text(self.local.written[name], source, self.findings, self.folder)
        elif path.is_file():
            read_requirements(path, Source(1, f"{name}, which {where} installs"), self.findings)
        else:
            self.findings.note(f"{where} installs from {name}, which is not here.")

    def _magic(self, name: str, line: str, where: str) -> None:
        if name in ("load_ext", "reload_ext"):
            self._extension(line.split()[0] if line else "", where)
        elif name == "run" and line:
            self._run(line, where)
        elif name == "matplotlib":
            self.needed.append(("matplotlib", f"%matplotlib, {where}"))
            if "widget" in line or "ipympl" in line:
                self.needed.append(("ipympl", f"%matplotlib {line}, {where}"))
        elif special_cases.MAGICS.get(name):
            self.needed.append((special_cases.MAGICS[name], f"%{name}, {where}"))

    def _extension(self, name: str, where: str) -> None:
        known = special_cases.EXTENSIONS.get(name)
        if known:
            self.needed.append((known, f"%load_ext {name}, {where}"))
        elif known is None and name:
            self._import(Import(name), f"%load_ext {name}, {where}")

    def _run(self, line: str, where: str) -> None:
        words = [word for word in line.split() if not word.startswith("-")]
        name = words[0].strip("'\"") if words else ""
        candidates = [self.folder / name, self.folder / f"{name}.py", self.folder / f"{name}.ipynb"]
        path = next((each for each in candidates if each.is_file()), None)
        if path:
            self._file(path)
        elif name and name not in self.local.written:
            self.findings.note(f"{where} runs {name}, which is not here.")

    def _cell_magic(self, name: str, line: str, body: str, where: str) -> None:
        if special_cases.MAGICS.get(name):
            self.needed.append((special_cases.MAGICS[name], f"%%{name}, {where}"))
        if name.lower() == "cython":
            for module in re.findall(r"^\s*(?:c?import|from)\s+([\w.]+)", body, re.MULTILINE):
                if module.partition(".")[0] not in ("libc", "cython", "cpython", "libcpp"):
                    self._import(Import(module), f"%%cython, {where}")

    # -- imports

    def _import(self, found: Import, where: str, path: Path | None = None) -> None:
        for file in self.local.files(found, path):
            self._file(file)
        if found.level or not found.module:
            return
        target = self.optional if found.optional else self.imports
        for module in found.modules():
            target.setdefault(module, [])
            if where not in target[module]:
                target[module].append(where)

    def models(self) -> None:
        """Note the spaCy models that are loaded: they are on no index."""
        for seen, where in self.seen:
            for call in seen.calls:
                if call.method == "load" and call.texts and _MODELS.fullmatch(call.texts[0]):
                    self.findings.note(
                        f"{where} loads spaCy's model {call.texts[0]}, which is on no index: "
                        f"!python -m spacy download {call.texts[0]}"
                    )
