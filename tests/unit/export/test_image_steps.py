"""Unit tests of ``nbenv.export.image_steps``."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.export.image_steps import (
    RUNNER,
    SERVER,
    base_images,
    copied,
    heredoc,
    labels,
    program_steps,
)
from tests.unit.export.made import locked

SPEC = Spec("3.11", (), Lock((locked("a"),)))


@pytest.mark.parametrize(("python", "debian"), [("3.8", "bookworm"), ("3.13", "trixie")])
def test_the_base_has_this_python(python: str, debian: str) -> None:
    spec = replace(SPEC, python=python)
    assert base_images(spec) == (f"python:{python}-{debian}", f"python:{python}-slim-{debian}")


def test_the_programs_that_run_a_notebook_or_serve_it() -> None:
    running = "".join(program_steps(SPEC, RUNNER))
    [copy] = [line for line in running.splitlines() if line.endswith(" /opt/nbenv/")]
    names = re.findall(r"<<'(\S+)'", copy)
    assert {"headless.py", "parameters.py", "recorded_values.py"} < set(names)
    for name in names:
        assert running.count(f"\n{name}\n") == 1  # no text ends a heredoc early
    serving = "".join(program_steps(SPEC, SERVER))
    assert "headless.py" not in serving and "\nserve.py\n" in serving


def test_a_pip_that_is_locked_is_left_alone() -> None:
    link = "/site-packages/pip.py"
    assert link in "".join(program_steps(SPEC, SERVER))
    assert link not in "".join(program_steps(replace(SPEC, lock=Lock((locked("pip"),))), SERVER))


def test_words_of_steps_are_quoted() -> None:
    assert copied('a [1] $x"') == 'a [[]1] \\\\$x\\\\\\"'
    step = labels('$a "b"\\', "0").replace("\\\n", "").replace("\\$", "$")
    [_, _, _, title, _, base] = shlex.split(step)
    assert title == 'org.opencontainers.image.title=$a "b"\\'
    assert base == "org.opencontainers.image.base.name=${BASE}"
    written = heredoc("/a", "text\n", "--chmod=755 ")
    assert written.startswith("COPY --chmod=755 <<'NBENV' /a\ntext\nNBENV\n")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Größe 1 #é {a} ~.ipynb", "Größe 1 #é {a} ~.ipynb"),
        ("a[1].ipynb", "a[[]1].ipynb"),
        ("it's $HOME.ipynb", r"it\\'s \\$HOME.ipynb"),
        ('a "b".ipynb', r"a \\\"b\\\".ipynb"),
        (r"!a*b?c^d\e.ipynb", "?a?b?c?d?e.ipynb"),
    ],
)
def test_a_file_name_for_copy(name: str, word: str) -> None:
    """What Docker makes of these is known from tests/engine."""
    assert copied(name) == word
