"""Read what a person types or pastes into the field for a new package."""

from __future__ import annotations

import keyword
import os
import re
import shlex
from dataclasses import dataclass

from nbenv.adopt.install_commands import Install, installs, pip_install
from nbenv.core import requirements
from nbenv.core.import_names import distribution_of
from nbenv.core.typed.name_completion import complete_name
from nbenv.core.typed.no_package import problem_of_name
from nbenv.core.typed.requirement_slips import joined_words
from nbenv.core.typed.suggestions import is_standard
from nbenv.environments.interpreters import default_python
from nbenv.errors import NbenvError, RequirementError
from nbenv.operations.installing.asked_requirements import not_one_word
from nbenv.operations.marking.import_marks import deciding_modules
from nbenv.operations.marking.import_statements import read_imports

__all__ = ["TypedText", "read_typed"]

_PROMPT = re.compile(r"^(?:>>>\s+|[%!$]+\s*)")
_OPERATOR = re.compile(r"\s*([<>=!~]=+|[<>])\s*")
_LAST_NAME = re.compile(r"(?:^|[\s,])([A-Za-z0-9][\w.-]*)$")
_IMPORT = re.compile(r"(?:import|from)\s+[\w.]")
_REMOVAL = re.compile(
    r"(?:\S*python\S*\s+-m\s+)?(?:uv\s+)?(?:pip\S*|conda|mamba|poetry|uv|nbenv)\s+(?:uninstall|remove)\b"
)
_PARTS = ("files", "constraints", "editable", "links", "main_index", "indexes")


@dataclass(frozen=True)
class TypedText:
    """The requirements in a text, what is wrong with it, and names that may complete its end.

    `message` is "" where nothing is wrong; `suggestions` are names with their summaries. `meant` is
    the text that may have been meant where this one is wrong, "" if that is not known.
    """

    requirements: tuple[str, ...]
    message: str
    suggestions: tuple[tuple[str, str], ...]
    meant: str = ""


def read_typed(text: str) -> TypedText:
    """Read names, requirements, or a whole line such as ``pip install pandas 'numpy>=2'``."""
    plain = _PROMPT.sub("", text.strip())
    last = _LAST_NAME.search(plain)
    suggestions = tuple(complete_name(last[1])) if last else ()
    try:
        found = _requirements(plain)
    except NbenvError as error:
        message = " ".join(filter(None, (error.what, error.why)))
        return TypedText((), message, suggestions, _meant(plain, error))
    return TypedText(tuple(found), "", suggestions)


def _meant(text: str, error: NbenvError) -> str:
    for wrong, meant in error.corrections[:1]:
        if wrong in text:
            return text.replace(wrong, " ".join(map(_quoted, meant)), 1).strip()
    return ""


def _quoted(word: str) -> str:
    return shlex.quote(word) if " " in word else word


def _requirements(text: str) -> list[str]:
    if not text:
        return []
    if _IMPORT.match(text):
        return _imported(text)
    if _REMOVAL.match(text):
        raise RequirementError(
            "This line removes packages, and this field adds them.",
            "To remove one, use its menu in the list below.",
        )
    commands = list(installs(text))
    if commands:
        found = [each for command in commands for each in _of_line(command)]
        if not found:
            raise RequirementError("This line names no package.")
        return found
    if not requirements.is_named(text):  # a path's or a URL's name is known once it is built
        return _words(text)
    joined = joined_words(text.split())
    if joined and problem_of_name(joined[0]):
        return [joined[1]]  # Python itself, perhaps: the preview of that says what helps
    try:
        return [_normal(text)]
    except RequirementError:
        several = _words(text)
        if len(several) < 2:
            raise
        return several


def _imported(text: str) -> list[str]:
    """Return the packages that have the modules of import statements."""
    python = default_python()
    modules = [m for _, each in read_imports(text).imports for m in deciding_modules(each)]
    others = [each for each in modules if not is_standard(each.partition(".")[0], python)]
    if not others:
        raise RequirementError("There is nothing to install for this import.")
    packages = [distribution_of(each) for each in others]
    if None in packages:
        module = others[packages.index(None)]
        raise RequirementError(
            f"nbenv does not know which package has the module {module}.",
            "Type the name of the package.",
        )
    return [each for each in dict.fromkeys(packages) if each]


def _words(text: str) -> list[str]:
    """Return the requirements in several words, and raise for the first that is none."""
    try:
        words = _split(_OPERATOR.sub(r"\1", text))
    except ValueError:  # a quotation mark is still open
        words = text.replace("'", "").replace('"', "").split()
    if odd := next((each for each in words if keyword.iskeyword(each)), None):
        raise RequirementError(
            f"{odd!r} is not a package.", "Write names with spaces or commas between them."
        )
    if joined := joined_words(words):
        raise not_one_word(*joined)
    return _of_line(pip_install(words))


def _split(text: str) -> list[str]:
    """Split as a shell of this system would: on Windows, backslashes belong to paths."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.name != "posix":
        lexer.escape = ""
    return list(lexer)


def _of_line(found: Install) -> list[str]:
    if any(getattr(found, part) for part in _PARTS) or found.no_deps:
        raise RequirementError(
            "This field takes packages only.",
            "A line with files, folders or indexes goes into a cell: %nbenv install and what "
            "follows it.",
        )
    words = found.requirements
    return [_normal(each) if requirements.is_named(each) else each for each in words]


def _normal(text: str) -> str:
    """Return a requirement in its one form; the preview says what else a text is, as typed."""
    return text if problem_of_name(text) else requirements.normalise(text)
