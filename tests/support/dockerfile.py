"""Execution of a Dockerfile's steps below a scratch root, without Docker.

The image's own paths are rewritten to paths below the root, ``FROM`` selects a Python of that
version on this machine, and no users are created. So this checks the commands and their order, but
neither base images nor file ownership.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbenv.environments import interpreters

_OWN = re.compile(r"(?<![\w.])/(?=(opt|work|results|build|root/\.cache)\b)")
_HEREDOC = re.compile(r"<<'([\w.]+)'")


@dataclass(frozen=True)
class Step:
    """One instruction; `texts` are the contents of its heredocs, by their names."""

    name: str
    words: str
    texts: dict[str, str] = field(default_factory=dict)


def steps(dockerfile: str) -> Iterator[Step]:
    """Yield the instructions."""
    lines = iter(dockerfile.splitlines())
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        while line.endswith("\\"):
            line = line[:-1] + " " + next(lines).strip()
        name, _, words = line.partition(" ")
        texts = {}
        for mark in _HEREDOC.findall(words):
            texts[mark] = "".join(f"{each}\n" for each in iter(lines.__next__, mark))
        if texts:
            words = _HEREDOC.split(words)[-1].strip()
        yield Step(name, words, texts)


@dataclass
class Scratch:
    """The root that the steps run in; `done` names the executed ones."""

    root: Path
    context: Path
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: str = "/"
    done: list[str] = field(default_factory=list)

    def place(self, path: str) -> Path:
        """Return the place of an image's path below the root."""
        inside = path if path.startswith("/") else f"{self.folder}/{path}"
        return self.root / inside.lstrip("/")

    def _moved(self, text: str) -> str:
        return _OWN.sub(f"{self.root}/", text)

    def take(self, step: Step) -> None:
        """Execute one step."""
        getattr(self, f"_{step.name.lower()}")(step)
        self.done.append(step.name)

    def _from(self, step: Step) -> None:
        name = re.sub(r"\$\{(\w+)\}", lambda found: self.environ[found[1]], step.words)
        version = re.match(r"python:(3\.\d+)-", name)
        assert version
        found = interpreters.find(version[1])
        assert found
        python = self.root / "usr" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.unlink(missing_ok=True)
        python.symlink_to(found.executable)
        self.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
        self.folder = "/"

    def _arg(self, step: Step) -> None:
        name, equals, value = step.words.partition("=")
        if equals:
            self.environ[name] = value

    def _workdir(self, step: Step) -> None:
        self.folder = step.words
        self.place(".").mkdir(parents=True, exist_ok=True)

    def _copy(self, step: Step) -> None:
        for name, text in step.texts.items():
            target = f"{step.words}{name}" if step.words.endswith("/") else step.words
            self.place(target).parent.mkdir(parents=True, exist_ok=True)
            self.place(target).write_text(text, encoding="utf-8")
        if step.texts:
            return
        if "--from=" not in step.words:  # stages share this root
            source, target = json.loads(step.words[step.words.index("[") :])
            pattern = re.sub(r"\\(.)", r"\1", source)
            [found] = glob.glob(pattern, root_dir=self.context)
            shutil.copy(self.context / found, self.place(target))

    def _run(self, step: Step) -> None:
        command = re.sub(r"^(--mount=\S+\s+)+", "", step.words)
        if command.startswith("useradd"):
            for name in ("/work", "/results", "/opt/nbenv/bin"):
                self.place(name).mkdir(parents=True, exist_ok=True)
            return
        words = json.loads(command) if command.startswith("[") else ["/bin/sh", "-ec", command]
        self._call(words)

    def _entrypoint(self, step: Step) -> None:
        self._call(json.loads(step.words))

    def _label(self, step: Step) -> None:
        assert all("=" in word for word in shlex.split(step.words))

    def _env(self, step: Step) -> None:
        for word in shlex.split(step.words):
            name, _, value = word.partition("=")
            before = self.environ.get(name, "")
            self.environ[name] = self._moved(value).replace(f"${name}", before)

    def _user(self, step: Step) -> None:
        assert step.words == "1000"

    def _expose(self, step: Step) -> None:
        assert step.words.isdigit()

    def _call(self, words: list[str]) -> None:
        done = subprocess.run(
            [self._moved(word) for word in words],
            cwd=self.place("."),
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
