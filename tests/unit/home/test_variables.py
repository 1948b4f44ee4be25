"""Every environment variable has its name in one place."""

from __future__ import annotations

import re
from pathlib import Path

import nbenv
from nbenv.home import variables

ROOT = Path(nbenv.__file__).parent
NAME = re.compile(r"\bNBENV_[A-Z]+(?:_[A-Z]+)*\b")
KNOWN = {str(getattr(variables, name)) for name in variables.__all__}


def named_in(path: Path) -> set[str]:
    return set(NAME.findall(path.read_text(encoding="utf-8")))


def test_no_module_invents_a_name() -> None:
    for path in ROOT.rglob("*.py"):
        assert named_in(path) <= KNOWN, path


def test_outside_of_the_guest_code_spells_no_name_out() -> None:
    """Nor does what runs in an image or on a worker import nbenv."""
    spelled = re.compile(r"""["']NBENV_[A-Z_]+["']""")
    for path in ROOT.rglob("*.py"):
        if path.name != "variables.py" and not {"guest", "data", "workers"} & set(path.parts):
            assert not spelled.search(path.read_text(encoding="utf-8")), path
