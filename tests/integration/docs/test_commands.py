"""The documentation says what is true: commands parse, modules and paths exist, lengths hold."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from nbenv.cli.commands import parse
from nbenv.cli.pip_lines import pip_options
from nbenv.errors import UsageError
from tools.command_reference import PAGE, reference

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
)
FOR_USERS = [
    ROOT / "docs" / f"{name}.md"
    for name in ("usage", "clients", "jupyterlab", "sharing", "workers", "export", "security")
]
SHELL = {"sh", "bash", "console"}
CELL = {"python"}

MAGIC_ONLY = {"move"}
"""Commands that only the magic of an ordinary kernel has: the parser never sees them."""
OTHERS = {
    "pip",
    "%pip",
    "jq",
    "jupyter",
    "jupytext",
    "pytest",
    "apt-get",
    "docker",
    "mkdir",
    "git",
    "tar",
    ".",
    "env/bin/python",
    "jlpm",
    "jupyter-builder",
}
"""Programs of others that a shell block may run."""
OPTIONS_OF_OTHERS = {
    *("--active", "--cwd", "--extra-keys", "--hash", "--inplace", "--require-hashes"),
    *("--execute", "--set-kernel", "--sync", "--to"),  # of jupytext
    *("--entrypoint", "--env", "--group-add", "--read-only", "--rm", "--user"),  # of docker
    "--build-arg",
    *("--config", "--max-concurrent", "--mode", "--replicas", "--restart-condition"),
    "--gateway-url",
    "--row",  # of the runner in an image
    *("--existing", "--kernel"),  # of jupyter console
    *(flag for option in pip_options.OPTIONS for flag in option.flags),
}
SAMPLES = {
    "NOTEBOOK": "analysis.ipynb",
    "NOTEBOOK.ipynb": "analysis.ipynb",
    "NAME": "pandas",
    "NAME=URL": "extra=https://index.example/simple",
    "REQUIREMENT": "pandas>=2",
    "FILE": "file",
    "FOLDER": "folder",
    "IMAGE": "image",
    "FORMAT": "requirements",
    "LEVEL": "build",
    "OUT": "out.ipynb",
    "P": "linux-x86_64",
    "PATH": "project",
    "DATE": "2021-06-01",
    "N": "2",
    "X.Y": "3.12",
    "URL": "https://index.example",
    "APPROVAL": "0123456789ab",
}
"""What stands in the documentation for something of the reader's, and a valid example of it."""
NEEDS = {
    "install": ["pandas"],
    "uninstall": ["pandas"],
    "why": ["pandas"],
    "python": ["3.12"],
    "unpack": ["analysis.nbpack"],
}
"""What a command needs besides the notebook, where inline code names the command alone."""
WITHOUT_NOTEBOOK = {"approvals", "envs", "prune", "doctor", "kernelspec", "git-config", "unpack"}
INTERNAL_VARIABLES = {
    "NBENV_ARCHIVE_CHECK",
    "NBENV_BROKEN",
    "NBENV_DETACHED",
    "NBENV_DOCUMENT",
    "NBENV_ENVIRONMENT",
    "NBENV_EXPECTED_LOCK",
    "NBENV_HANDED_OVER",
    "NBENV_HOST_PYTHON",
    "NBENV_IMAGE_LOCK",
    "NBENV_RECORD",
    "NBENV_SERVER",
    "NBENV_STOPPABLE",
    "NBENV_STRIPPED",
    "NBENV_SUPERVISOR",
}
"""Variables that nbenv's processes pass on to each other: nothing for people to set."""
NO_PATHS = {"analysis.py", "json.py", "script.py", "setup.py"}
"""What looks like a module of nbenv's, but is an example of something else."""


@dataclass(frozen=True)
class Command:
    """One command as it is written, and where; `block` says whether it has to be complete."""

    page: str
    line: int
    words: tuple[str, ...]
    block: bool = True

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {' '.join(self.words)}"


# -- reading the pages


def tokens(page: Path) -> Iterator[tuple[int, Token]]:
    """Yield code blocks and inline code with their line numbers."""
    parser = MarkdownIt("commonmark").enable("table")
    line = 0
    for token in parser.parse(page.read_text(encoding="utf-8")):
        line = token.map[0] + 1 if token.map else line
        if token.type == "fence":
            yield line, token
        for child in token.children or ():
            if child.type == "code_inline":
                yield line, child


def split_shell(text: str) -> Iterator[list[str]]:
    """Yield the simple commands of a shell line, without their variables and comments."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if set(word) <= set("<>"):
            next(lexer)  # the file that it is redirected to
        elif set(word) <= set("&|;"):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def without_variables(words: list[str]) -> list[str]:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    return words


def commands() -> Iterator[Command]:
    """Yield every command of every page that runs one of ours, Python's or another program."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for line, token in tokens(page):
            yield from (Command(name, line, tuple(words), token.type == "fence")
                        for words in commands_in(token) if words)  # fmt: skip


def commands_in(token: Token) -> Iterator[list[str]]:
    if token.type == "code_inline":
        if re.match(r"%?nbenv\s|(NBENV_\w+=\S+|python -m|pytest)\s", token.content):
            for words in split_shell(token.content):
                yield without_variables(words)
        return
    language = token.info.split()[0] if token.info else ""
    for text in token.content.replace("\\\n", " ").splitlines():
        if language in SHELL:
            for words in split_shell(text):
                yield without_variables(words)
        elif language in CELL and text.startswith("%"):
            yield shlex.split(text, comments=True)


def program(words: Sequence[str]) -> str:
    return words[0].removeprefix(".venv/bin/").replace("python3", "python")


def of_nbenv() -> list[Command]:
    return [each for each in commands() if program(each.words) in ("nbenv", "%nbenv")]


def of_python() -> list[Command]:
    return [each for each in commands() if program(each.words) == "python"]


# -- commands of nbenv's


def parse_words(words: list[str]) -> None:
    """Parse words as the product does; raise `UsageError` where it refuses them."""
    try:
        parse(words)
    except SystemExit as end:  # --help and --version answer and end
        assert not end.code


def filled(words: Sequence[str]) -> list[str]:
    """Replace placeholders by examples; what is optional counts as given."""
    bare = (re.sub(r"[\[\]…]", "", word) for word in words)
    return [SAMPLES.get(word, word) for word in bare if word]


def completed(command: Command) -> list[str]:
    """Return the words that a terminal would get: with the notebook, which a cell leaves out."""
    in_cell = command.words[0] == "%nbenv"
    words = filled(command.words[1:])
    if not words or words[0].startswith("-"):
        return words
    name = words[0]
    alone = not command.block and all(word.startswith("-") for word in words[1:])
    if alone:
        words += NEEDS.get(name, [])
    if in_cell:
        return [name, "--notebook", "analysis.ipynb", *words[1:]]
    mentioned = not command.block and not any(word.endswith(".ipynb") for word in words)
    if mentioned and name not in WITHOUT_NOTEBOOK and "--help" not in words:
        words.append("analysis.ipynb")
    return words


@pytest.mark.parametrize("command", of_nbenv(), ids=str)
def test_a_command_parses(command: Command) -> None:
    words = completed(command)
    if command.words[0] == "%nbenv" and words[0] in MAGIC_ONLY:
        magic = (ROOT / "nbenv" / "kernel" / "host_magic.py").read_text(encoding="utf-8")
        assert f'["{words[0]}"]' in magic
        return
    unknown = [word for word in words if re.fullmatch(r"[A-Z][A-Z.]*(=[A-Z]+)?", word)]
    known = {"HEAD"}
    assert set(unknown) <= known, "placeholders without an example in SAMPLES"
    parse_words(words)


@pytest.mark.parametrize(
    "words",
    [["instal", "x.ipynb"], ["install", "x.ipynb", "--sizes"], ["export", "x.ipynb", "--format=x"]],
)
def test_what_is_wrong_does_not_parse(words: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_words(words)


def options_of(name: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return the long options that a command's help names."""
    parse_words([name, "--help"])
    return set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))


def test_the_options_are_those_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    names = {filled(each.words[1:])[0] for each in of_nbenv()} - MAGIC_ONLY
    offered = set().union(*(options_of(n, capsys) for n in names if not n.startswith("-")))
    offered |= options_of("install", capsys)
    text = "".join(token.content + "\n" for page in FOR_USERS for _, token in tokens(page))
    explained = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert explained - offered - OPTIONS_OF_OTHERS == set(), "explained, but not there"
    assert offered - explained == set(), "there, but not explained"


def test_the_pages_have_commands() -> None:
    pages = {each.page for each in of_nbenv()}
    assert {"README.md", "CHANGELOG.md", "docs/usage.md", "docs/sharing.md"} <= pages
    assert {"docs/performance.md", "docs/robustness.md"} <= {each.page for each in of_python()}


# -- commands of others


@pytest.mark.parametrize("command", of_python(), ids=str)
def test_a_module_exists(command: Command) -> None:
    assert command.words[1] == "-m", "only modules are run"
    name, *rest = command.words[2:]
    found = importlib.util.find_spec(name)
    assert found is not None and found.origin is not None
    origin = Path(found.origin)
    is_ours = ROOT in origin.parents and "site-packages" not in origin.parts
    if not is_ours or name == "tests":  # its words are pytest's
        return
    sources = "".join(path.read_text(encoding="utf-8") for path in origin.parent.glob("*.py"))
    options = [word for word in rest if word.startswith("--")]
    assert [option for option in options if f'"{option}"' not in sources] == []


def test_no_other_program_is_run() -> None:
    known = {"nbenv", "%nbenv", "python", *OTHERS}
    strangers = [each for each in commands() if each.block and program(each.words) not in known]
    assert [str(each) for each in strangers] == []


# -- paths


def candidates() -> Iterator[tuple[str, str]]:
    """Yield what looks like a file or folder of this repository, and where it is named."""
    rooms = {path.name for path in (ROOT, ROOT / "nbenv", front_end()) for path in path.iterdir()}
    for page in PAGES:
        for line, token in tokens(page):
            for word in re.findall(r"[\w.*-]+(?:/[\w.*-]+)*/?", token.content):
                is_module = re.search(r"\w\.(py|tsx?)$", word) is not None
                in_room = "/" in word and word.partition("/")[0] in rooms
                if (is_module or in_room) and is_here(token, word):
                    yield f"{page.name}:{line}", word


def is_here(token: Token, word: str) -> bool:
    """Whether a word names something of this repository, not of a reader's machine."""
    before = token.content.partition(word)[0][-1:]
    generated = word.startswith(("docs/_build", "labextension/node_modules"))
    return before not in ("~", "/", "<", "$") and word not in NO_PATHS and not generated


def front_end() -> Path:
    return ROOT / "labextension" / "src"


@pytest.mark.parametrize("place, path", sorted(set(candidates())))
def test_a_path_exists(place: str, path: str) -> None:
    bases = (ROOT, ROOT / "nbenv", front_end())
    assert any((base / path).exists() for base in bases), f"{place} names {path}"


@pytest.mark.parametrize("page", PAGES[:3], ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    # Sphinx checks those of docs/.
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


# -- lengths and variables


@pytest.mark.parametrize("name, most", [("README.md", 700), ("CONTRIBUTING.md", 600)])
def test_it_is_short(name: str, most: int) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    assert len(text.split()) <= most


def test_the_two_commands_are_on_the_first_screen() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    at = [number for number, line in enumerate(lines) if line.startswith("python3 -m venv .venv")]
    assert len(at) == 2
    assert at[-1] < 30
    assert lines[at[1]].endswith("-m tests"), ".ci/run looks for that line"


def variables(*folders: str) -> set[str]:
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {
        name
        for path in files
        for name in re.findall(r"\bNBENV_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }


def test_each_variable_is_explained() -> None:
    pages = [ROOT / "docs" / name for name in ("usage.md", "workers.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    explained = set(re.findall(r"^\| `(NBENV_\w+)`", text, flags=re.MULTILINE))
    assert explained == variables("nbenv", "jupyter-config") - INTERNAL_VARIABLES


def test_the_reference_lists_every_command_as_it_is_declared() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "python -m tools.command_reference"
