"""Files, Pythons, options and repositories that are typed in the place of a package."""

from __future__ import annotations

import pytest

from nbenv.core.typed.no_package import dash_problem, problem_of_name

PLACED = {
    "python==3.9": "%nbenv python 3.9 ",
    "python=3.9.18": "%nbenv python 3.9 ",
    "python 3.12": "%nbenv python 3.12 ",
    "Python>=3.10": "%nbenv python 3.10 ",
    "python3": "%nbenv python VERSION",
    "python": "%nbenv python VERSION",
    "python3.9": "%nbenv python 3.9 ",
    "python-3.9": "%nbenv python 3.9 ",
    "python3==3.11.*": "%nbenv python 3.11 ",
    "cpython": "%nbenv python VERSION",
    "python@3.9": "%nbenv python 3.9 ",
    "python==3.9; sys_platform == 'linux'": "%nbenv python 3.9 ",
    "nbenv": "is not installed into a notebook",
    "jupyter_nbenv==0.1": "is not installed into a notebook",
    "nbenv[x]>=1": "is not installed into a notebook",
    "r.txt": "-r r.txt",
    "requirements.txt": "-r requirements.txt",
    "requirements/base.txt": "-r requirements/base.txt",
    "requirements-dev.in": "-r requirements-dev.in",
    "environment.yml": "%nbenv adopt",
    "pyproject.toml": "-r pyproject.toml",
    "setup.py": "%nbenv install .",
    "sub/setup.py": "%nbenv install sub/",
    "pytoolz/toolz": "git+https://HOST/pytoolz/toolz",
    "pytoolz/toolz@main": "git+https://HOST/pytoolz/toolz@main",
    "host.invalid/pytoolz/toolz": "git+https://host.invalid/pytoolz/toolz",
    "https://host.invalid/pytoolz/toolz": "git+https://host.invalid/pytoolz/toolz",
    "toolz @ https://host.invalid/toolz.git": "git+https://host.invalid/toolz.git",
    "https://me:secret@host.invalid/x.html": "git+https://host.invalid/x.html",
    "git@host.invalid:pytoolz/toolz.git": "git+ssh://git@host.invalid/pytoolz/toolz.git",
    "git+git@host.invalid:a/b": "git+ssh://git@host.invalid/a/b",
    "\u2013U": "typographic dash (\u2013). Did you mean -U?",
    "\u2014upgrade": "Did you mean --upgrade?",
    "\u2013\u2013pre": "Did you mean --pre?",
    "\u2013-no-deps": "Did you mean --no-deps?",
    "\u2014index-url=https://user:secret@host.invalid": "Did you mean --index-url=\u2026?",
}


@pytest.mark.parametrize("typed", PLACED)
def test_what_is_no_package(typed: str) -> None:
    error = problem_of_name(typed)
    assert error
    assert PLACED[typed] in str(error), str(error)


@pytest.mark.parametrize(
    "typed",
    [
        "pip==24", "pythonnet", "python-dateutil", "python-dotenv>=1", "python3-openid", "py",
        "pyyaml", "ruamel.yaml", "pytest", "pandas>=2", "cpython-x", "nbenv @ ./nbenv", "./nbenv",
        "https://host.invalid/a.whl", "https://host.invalid/a-1.tar.gz#sha256=00",
        "https://host.invalid/a.zip?x=1#subdirectory=b", "git+https://host.invalid/a/b@main",
        "a @ git+ssh://git@host.invalid/a/b", "a @ https://host.invalid/a-1-py3-none-any.whl",
        "./a/b", "/a/b", "a @ ./b/c", "requirements-parser",
        "zope.in", "py==1.11",
    ],
)  # fmt: skip
def test_what_may_be_one(typed: str) -> None:
    assert problem_of_name(typed) is None


def test_what_is_there_decides() -> None:
    assert problem_of_name("a/b", is_there=True) is None
    assert "-r some.in" in str(problem_of_name("some.in", is_there=True))
    assert "name of a file" in str(problem_of_name("ruamel.yaml", is_there=True))


def test_only_a_dash_before_a_word_is_one() -> None:
    assert dash_problem("\u2013") == dash_problem("a\u2013b") == dash_problem("-U") == ""
