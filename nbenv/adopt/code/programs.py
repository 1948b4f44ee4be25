"""Programs that shell lines run on the notebook's Python, and what they need.

https://docs.python.org/3/using/cmdline.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbenv.adopt.install_commands import is_python, parted_commands

__all__ = ["Program", "programs"]

_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_COMMANDS = {
    "accelerate": "accelerate", "aws": "awscli", "black": "black", "csvstat": "csvkit",
    "csvcut": "csvkit", "csvlook": "csvkit", "datasette": "datasette", "deepspeed": "deepspeed",
    "dvc": "dvc", "flake8": "flake8", "gdown": "gdown", "hf": "huggingface-hub",
    "huggingface-cli": "huggingface-hub", "jupytext": "jupytext", "kaggle": "kaggle",
    "mlflow": "mlflow", "mypy": "mypy", "panel": "panel", "papermill": "papermill",
    "prefect": "prefect", "pylint": "pylint", "pytest": "pytest", "ruff": "ruff",
    "scrapy": "scrapy", "spacy": "spacy", "sqlite-utils": "sqlite-utils",
    "streamlit": "streamlit", "tensorboard": "tensorboard", "torchrun": "torch",
    "transformers-cli": "transformers", "voila": "voila", "wandb": "wandb",
    "youtube-dl": "youtube-dl", "yt-dlp": "yt-dlp",
}  # fmt: skip
"""Command → the package that has it, where no system has one of that name."""
_OF_JUPYTER = {"nbconvert": "nbconvert", "execute": "nbclient"}
_NOT_NEEDED = frozenset(
    ["conda", "ensurepip", "ipykernel", "jupyter", "nbenv", "pip", "uv", "venv", "virtualenv"]
)


@dataclass(frozen=True)
class Program:
    """A program of one line: a module, code, a file, or the package of a command."""

    module: str = ""
    code: str = ""
    file: str = ""
    package: str = ""


def programs(command: str) -> Iterator[Program]:
    """Yield the programs that a shell line runs on Python."""
    for words in parted_commands(command):
        if not words:
            continue
        name = words[0].rpartition("/")[2]
        if is_python(words[0]):
            yield from _python_program(words[1:])
        elif name in _COMMANDS and len(words) > 1:
            yield Program(package=_COMMANDS[name])
        elif name == "jupyter" and words[1:] and words[1] in _OF_JUPYTER:
            yield Program(package=_OF_JUPYTER[words[1]])


def _python_program(words: list[str]) -> Iterator[Program]:
    queue = iter(words)
    for word in queue:
        if word in ("-m", "-c"):
            value = next(queue, "")
            module = value if word == "-m" else ""
            if module.partition(".")[0] not in _NOT_NEEDED:
                yield Program(module=module, code="" if module else value)
            return
        if word in _WITH_VALUE:
            next(queue, "")
        elif not word.startswith("-"):
            if word.endswith(".py"):
                yield Program(file=word)
            return
