"""The table of pip's and uv's options: none is unknown."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module

import pytest
from uv import find_uv_bin

from nbenv.cli.pip_lines.pip_options import OPTIONS, Fate

FLAGS = {flag: option for option in OPTIONS for flag in option.flags}
ANSWERED = {"-h", "--help", "-V", "--version"}


def options_of_pip(command: str) -> dict[str, bool]:
    """Return pip's own options, each with whether it takes a value."""
    made = import_module("pip._internal.commands").create_command(command)
    found = {}
    for option in [each for group in made.parser.option_groups for each in group.option_list]:
        names = [*option._short_opts, *option._long_opts]
        found.update(dict.fromkeys(names, option.takes_value()))
    return found


def options_of_uv(command: str) -> dict[str, bool]:
    """Return uv's own options, each with whether it takes a value."""
    done = subprocess.run(
        [find_uv_bin(), "--color", "never", "pip", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    pattern = r"^ +(?:(-\w), )?(--[\w-]+)(\.\.\.)?( <[^>]+>)?"
    found: dict[str, bool] = {}
    for short, name, _, value in re.findall(pattern, done.stdout, re.MULTILINE):
        found |= dict.fromkeys(filter(None, (short, name)), bool(value))
    return found


@pytest.mark.parametrize("command", ["install", "uninstall"])
@pytest.mark.parametrize("of", [options_of_pip, options_of_uv])
def test_none_is_unknown(of: object, command: str) -> None:
    own = of(command)  # type: ignore[operator]
    assert len(own) > 20
    assert own.keys() - FLAGS.keys() - ANSWERED == set()
    assert {name for name in own.keys() & FLAGS.keys() if FLAGS[name].value != own[name]} == set()


def test_each_says_what_becomes_of_it() -> None:
    assert len(FLAGS) == sum(len(option.flags) for option in OPTIONS)
    for option in OPTIONS:
        said = bool(option.why), bool(option.todo), bool(option.to)
        assert (
            said
            == {
                Fate.FOLLOWED: (False, False, True),
                Fate.SETTING: (False, False, True),
                Fate.QUIET: (False, False, False),
                Fate.IGNORED: (True, False, False),
                Fate.REFUSED: (True, True, False),
            }[option.fate]
        ), option
